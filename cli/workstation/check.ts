/** Whether this workstation could join a studio: its credentials, and its service. */
import { PatchbayError } from "@patchbay/contracts";
import { credentialsFolder, credentialsIn, names, readCredentialFile } from "../bridges/credentials.ts";
import { isInstalled, type Service, serviceOf, thisMachine } from "./service.ts";

/** One thing that was looked at. `bad` fails the check-up, `note` does not. */
export interface Finding {
  mark: "good" | "note" | "bad";
  text: string;
  remedy?: string;
}

/** @param home where the workstation keeps its files */
export async function checkWorkstation(
  home: string,
  service: Service = serviceOf({ ...thisMachine(), args: [] }),
): Promise<Finding[]> {
  const folder = credentialsFolder(home);
  const files = await credentialsIn(folder);
  const none: Finding = {
    mark: "note",
    text: `No credentials in ${folder}`,
    remedy: "To join a studio server, put the files from its administrator there: one for each bridge, `*.creds`.",
  };
  const credentials = await Promise.all(files.map(checkFile));
  return [...files.length === 0 ? [none] : credentials, await checkService(service)];
}

async function checkFile(path: string): Promise<Finding> {
  try {
    const file = readCredentialFile(path);
    const { mode } = await Deno.stat(path);
    if (mode !== null && (mode & 0o077) !== 0) {
      return { mark: "note", text: `Others on this machine can read ${path}`, remedy: `chmod 600 ${path}` };
    }
    if (!file.namesServer) {
      return { mark: "note", text: `${path} does not say where the studio is`, remedy: "Say it with --server URL." };
    }
    return { mark: "good", text: `Credentials for ${names([file])} in ${path}` };
  } catch (error) {
    if (!(error instanceof PatchbayError)) throw error;
    return { mark: "bad", text: error.message, remedy: "Ask the studio's administrator for the file once more." };
  }
}

async function checkService(service: Service): Promise<Finding> {
  if (!await isInstalled(service)) {
    const remedy = "`patchbay workstation install` lets the bridges start at login.";
    return { mark: "note", text: `No service: ${service.what} is not installed`, remedy };
  }
  if (await Deno.readFile(service.path).then((bytes) => mentions(bytes, service))) {
    return { mark: "good", text: `Installed: ${service.what}` };
  }
  const remedy = "`patchbay workstation install` writes it anew for this one.";
  return { mark: "note", text: `${service.path} starts another Patchbay than this one`, remedy };
}

/** Whether the definition that lies there starts the same program, whatever it passes to it. */
function mentions(bytes: Uint8Array, { encoding, text }: Service): boolean {
  const [script] = /[^\s"<>]*main\.ts/.exec(text) ?? [];
  return script !== undefined && new TextDecoder(encoding).decode(bytes).includes(script);
}
