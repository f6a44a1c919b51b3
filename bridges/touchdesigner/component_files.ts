/** The files of the component as a user gets them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("./app/", import.meta.url));
/** The file by which one knows an installed component, and which the artist runs. */
export const BUILD_SCRIPT = "build.py";
const FOLDERS = ["component", "patchbay_td"];

export interface ComponentFile {
  /** Below the component's folder, with `/`. */
  path: string;
  content: Uint8Array;
}

/** Every file of the component, in the order of their paths. */
export async function componentFiles(): Promise<ComponentFile[]> {
  const paths = [BUILD_SCRIPT];
  for (const folder of FOLDERS) {
    for await (const { name, isFile } of Deno.readDir(join(SOURCE, folder))) {
      if (isFile && name.endsWith(".py")) paths.push(`${folder}/${name}`);
    }
  }
  return await Promise.all(
    paths.sort().map(async (path) => ({ path, content: await Deno.readFile(join(SOURCE, path)) })),
  );
}
