/** Writes the name of each command of the manifest on a line. */
import { touchdesigner } from "../../manifest.ts";

await Deno.stdout.write(new TextEncoder().encode(Object.keys(touchdesigner.commands).join("\n")));
