/** The files that run inside Cascadeur, each with its place below Cascadeur's own scripts. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The package: the folder that is replaced as a whole. */
export const PACKAGE = "patchbay_cascadeur";
/** The file by which one knows it, and that says its version. */
export const VERSION_FILE = `${PACKAGE}/version.py`;

const SOURCE = fileURLToPath(new URL("./app/", import.meta.url));
/** What of the source is installed; the rest is for tests. */
const INSTALLED = [PACKAGE, "commands/patchbay", "events"];

export interface AppFile {
  /** Below the folder of scripts, with `/`. */
  path: string;
  content: Uint8Array<ArrayBuffer>;
}

/** Every file, in the order of their paths. */
export async function appFiles(): Promise<AppFile[]> {
  const files = (await Promise.all(INSTALLED.map((folder) => Array.fromAsync(walk(folder))))).flat();
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** `0.1.0`, or `undefined` where the server is not installed. */
export async function installedVersion(scripts: string): Promise<string | undefined> {
  const text = await Deno.readTextFile(join(scripts, VERSION_FILE)).catch(() => "");
  return /^SERVER_VERSION = "([^"]+)"$/m.exec(text)?.[1];
}

async function* walk(folder: string): AsyncGenerator<AppFile> {
  for await (const { name, isDirectory } of Deno.readDir(join(SOURCE, folder))) {
    // what Python and tools leave behind
    if (name.startsWith("__pycache__") || name.startsWith(".")) continue;
    const path = `${folder}/${name}`;
    if (isDirectory) yield* walk(path);
    else yield { path, content: await Deno.readFile(join(SOURCE, path)) };
  }
}
