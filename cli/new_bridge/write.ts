/** Writes a new bridge from the templates. */
import { join } from "node:path";
import { type AppName, PatchbayError } from "@patchbay/contracts";
import { APPLICATIONS } from "../applications.ts";
import { namingOf, rename } from "./naming.ts";
import { memberConfig, outsideConfig, type Place, withMember } from "./place.ts";
import { readmeOf } from "./readme.ts";
import { type TransportName, TRANSPORTS, type TransportTemplate } from "./transports.ts";

export interface NewBridgeOptions {
  app: AppName;
  transport: TransportName;
  place: Place;
  /** The checkout. */
  root: string;
}

/** What every bridge has, whatever its transport. */
const COMMON = [
  "bridge.ts",
  "bridge_integration_test.ts",
  "device.ts",
  "main.ts",
  "manifest.ts",
  "manifest_test.ts",
  "mod.ts",
];

/**
 * Writes the folder; inside the checkout also makes it a member of the workspace.
 * @returns the names of the files
 * @throws {PatchbayError} `CONFLICT` where something is there already: nothing is ever overwritten
 */
export async function writeBridge({ app, transport, place, root }: NewBridgeOptions): Promise<string[]> {
  if (APPLICATIONS.some((application) => application.app === app)) {
    throw PatchbayError.of("CONFLICT", `Cannot write a bridge for '${app}': Patchbay has one`, {
      remedy: "Give it another name.",
    });
  }
  const files = await contentOf({ app, transport, place, root });
  const config = join(root, "deno.json");
  const workspace = place.member === undefined ? undefined : withMember(await Deno.readTextFile(config), place.member);
  await makeEmpty(place.folder);
  for (const [name, text] of files) {
    await Deno.writeTextFile(join(place.folder, name), text, { createNew: true });
  }
  if (workspace !== undefined) await Deno.writeTextFile(config, workspace);
  await format(place.folder);
  return [...files.keys()].sort();
}

async function contentOf({ app, transport, place, root }: NewBridgeOptions): Promise<Map<string, string>> {
  const naming = namingOf(app);
  const templates = new URL("./templates/", import.meta.url);
  const files = new Map([["README.md", readmeOf(naming, transport, place)]]);
  if (place.member === undefined) {
    files.set("deno.json", await outsideConfig(root));
    // the same versions of everything, also of what is not named in the imports
    files.set("deno.lock", await Deno.readTextFile(join(root, "deno.lock")));
  } else files.set("deno.json", memberConfig(app));
  const { files: own, simulator }: TransportTemplate = TRANSPORTS[transport];
  const common = COMMON.filter((name) => simulator === undefined || name !== "device.ts");
  const paths = { ...Object.fromEntries(common.map((name) => [name, `common/${name}`])), ...own };
  for (const [name, path] of Object.entries(paths)) {
    files.set(name, rename(await Deno.readTextFile(new URL(path, templates)), naming));
  }
  return files;
}

async function makeEmpty(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw taken(folder);
  });
  for await (const _ of Deno.readDir(folder)) throw taken(folder);
}

const taken = (folder: string) =>
  PatchbayError.of("CONFLICT", `Cannot write a bridge to ${folder}: there is something already`, {
    remedy: "Name another folder with `--dir`, or move away what lies there.",
  });

/** A longer name may want other line breaks. */
async function format(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet"], cwd: folder })
    .output();
  if (!success) throw new Error(`Cannot format ${folder}: ${new TextDecoder().decode(stderr)}`);
}
