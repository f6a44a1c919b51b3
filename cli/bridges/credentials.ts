/** Which credential file lets which bridge in: the file says whose it is. */
import { join } from "node:path";
import { loadCredentials } from "@patchbay/bus";
import { AppName, BridgeId, PatchbayError } from "@patchbay/contracts";
import { z } from "zod";

/** A credential file, and whose it is. One that says no application lets every bridge in. */
export interface CredentialFile {
  path: string;
  app?: AppName;
  bridge?: BridgeId;
  /** Whether it says where the studio is. */
  namesServer: boolean;
}

const Owner = z.looseObject({ app: AppName.optional(), bridge: BridgeId.optional() });

/** Where a workstation keeps the files that let its bridges in. */
export const credentialsFolder = (home: string): string => join(home, "credentials");

/** The credential files of a folder, by name; none where there is no such folder. */
export async function credentialsIn(folder: string): Promise<string[]> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(folder))).filter(({ isFile, isSymlink }) => isFile || isSymlink);
    return names.map(({ name }) => name).filter((name) => name.endsWith(".creds")).sort()
      .map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** @throws {PatchbayError} `INVALID_CONFIGURATION` for a file that is missing or holds no credentials */
export function readCredentialFile(path: string): CredentialFile {
  const { settings } = loadCredentials(path);
  const owner = Owner.safeParse(settings);
  if (!owner.success) {
    const [issue] = owner.error.issues;
    throw PatchbayError.of(
      "INVALID_CONFIGURATION",
      `Cannot use credentials file ${path}: ${issue?.path.join(".")} must be ${issue?.message}`,
    );
  }
  const { app, bridge } = owner.data;
  return {
    path,
    ...(app === undefined ? {} : { app }),
    ...(bridge === undefined ? {} : { bridge }),
    namesServer: settings.servers !== undefined,
  };
}

/**
 * The file for a bridge, or `undefined` where none is its own.
 * @throws {PatchbayError} `INVALID_CONFIGURATION` where several are
 */
export function credentialsFor(
  { app, bridge }: { app: AppName; bridge?: BridgeId },
  files: readonly CredentialFile[],
): CredentialFile | undefined {
  const own = files.filter((file) =>
    file.app === app && (bridge === undefined || file.bridge === undefined || file.bridge === bridge)
  );
  if (own.length > 1) {
    throw PatchbayError.of("INVALID_CONFIGURATION", `Cannot choose credentials for ${app}: ${names(own)} all fit`, {
      remedy: `Say which bridge it is: ${own.map((file) => `${app}@${file.bridge ?? "ID"}`).join(" or ")}.`,
    });
  }
  return own[0] ?? files.find((file) => file.app === undefined);
}

/** For a person: whose the files are. */
export function names(files: readonly CredentialFile[]): string {
  return files.map(({ path, app, bridge }) =>
    app === undefined ? path : bridge === undefined ? app : `${app}.${bridge}`
  ).join(", ");
}
