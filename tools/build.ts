/** `deno task build`: packs the add-ons into `dist/` and writes the generated references into `docs/reference/`. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { packAddon } from "../bridges/blender/pack.ts";
import { REFERENCE_FOLDER, writeReferences } from "./reference/mod.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const shown = (path: string) => relative(Deno.cwd(), path);

console.log(`packed ${shown(await packAddon(`${root}dist`))}`);
const written = await writeReferences();
for (const path of written) console.log(`wrote ${shown(fileURLToPath(new URL(path, REFERENCE_FOLDER)))}`);
if (written.length === 0) console.log("the references are up to date");
