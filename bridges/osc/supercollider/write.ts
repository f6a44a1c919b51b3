/** Writes the synth definitions beside the manifest file that sends them: `deno run --allow-write write.ts`. */
import { definitionsFile } from "./definitions.ts";

await Deno.writeFile(new URL("../manifests/patchbay.scsyndef", import.meta.url), definitionsFile());
