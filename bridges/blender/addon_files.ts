/** The files of the add-on as a user gets them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that Blender knows the add-on by, in scripts/addons and in extensions alike. */
export const ADDON_FOLDER = "patchbay";
/** The file by which one knows an installed add-on. */
export const ADDON_MANIFEST = "blender_manifest.toml";

const SOURCE = fileURLToPath(new URL("./app/patchbay/", import.meta.url));

export interface AddonFile {
  /** Below the add-on's folder, with `/`. */
  path: string;
  content: Uint8Array;
}

/** Every file of the add-on, in the order of their paths. */
export async function addonFiles(): Promise<AddonFile[]> {
  const files = await Array.fromAsync(walk(""));
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

async function* walk(folder: string): AsyncGenerator<AddonFile> {
  for await (const { name, isDirectory } of Deno.readDir(join(SOURCE, folder))) {
    // what Python and tools leave behind
    if (name.startsWith("__pycache__") || name.startsWith(".")) continue;
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) yield* walk(path);
    else yield { path, content: await Deno.readFile(join(SOURCE, path)) };
  }
}
