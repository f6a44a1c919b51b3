/**
 * Packs the add-on: `deno run -A bridges/blender/pack.ts [FOLDER]` writes `patchbay-blender-<version>.zip`, which Blender
 * takes as an extension (4.2 and newer) and as an add-on (before). The same files give the same bytes.
 */
import { join } from "node:path";
import { zipSync } from "fflate";
import { ADDON_FOLDER, addonFiles } from "./addon_files.ts";
import { blender } from "./manifest.ts";

/** The first day that a zip can name. */
const MTIME = "1980-01-01T00:00:00";

/** Answers the path of the archive. */
export async function packAddon(folder: string): Promise<string> {
  const entries = (await addonFiles()).map(({ path, content }) => [`${ADDON_FOLDER}/${path}`, content] as const);
  const path = join(folder, `patchbay-blender-${blender.version}.zip`);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(path, zipSync(Object.fromEntries(entries), { mtime: MTIME, level: 9 }));
  return path;
}

if (import.meta.main) {
  const path = await packAddon(Deno.args[0] ?? "dist");
  await Deno.stdout.write(new TextEncoder().encode(`${path}\n`));
}
