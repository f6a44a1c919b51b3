import assert from "node:assert/strict";
import { inverseOf } from "../kit/batches/inverse.ts";
import { parseManifestFile } from "./mod.ts";
import { startOscStudio } from "./testing/osc_studio.ts";

Deno.test("the lights desk of the guide works as it stands there, with its simulator", async () => {
  const guide = await Deno.readTextFile(new URL("../../docs/guides/osc.md", import.meta.url));
  const [, yaml = ""] = /^```yaml\n(app: [\s\S]*?)^```$/m.exec(guide) ?? [];
  const file = parseManifestFile(yaml, "lights.yaml");
  await using studio = await startOscStudio({ loaded: { file, contents: new Map() }, mode: "simulator" });
  const args = { channel: 5, level: 0.5 };
  const result = await studio.call("set_level", args);
  assert.deepEqual(result, { level: 0.5, previous: 0 });
  const inverse = inverseOf(studio.manifest.commands["set_level"]!, { args, result });
  assert.deepEqual(await studio.call(inverse!.command, inverse!.args), { level: 0, previous: 0.5 });
  assert.deepEqual(Object.keys(studio.manifest.channels), ["fader_1", "fader_2", "fader_3"]);
  // the mistake that the guide shows, at the line that it names
  const wrong = yaml.replace("idempotent: true", "idempotent: yes please");
  const [, told = ""] = /^(lights\.yaml:.*)$/m.exec(guide) ?? [];
  assert.throws(() => parseManifestFile(wrong, "lights.yaml"), (error: Error) => error.message.includes(told));
});
