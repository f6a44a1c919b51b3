import assert from "node:assert/strict";
import { namingOf, rename } from "./naming.ts";

Deno.test("a name takes the form that each place asks for", () => {
  assert.deepEqual(namingOf("led-wall_2"), {
    app: "led-wall_2",
    words: "led wall 2",
    title: "Led wall 2",
    camel: "ledWall2",
    pascal: "LedWall2",
  });
  const renamed = (text: string) => rename(text, namingOf("organ-pipe"));
  assert.equal(
    renamed('export const lampManifest = defineApp({ app: "lamp", title: "Lamp" });'),
    'export const organPipeManifest = defineApp({ app: "organ-pipe", title: "Organ pipe" });',
  );
  assert.equal(
    renamed('import { LampDevice } from "../common/device.ts";'),
    'import { OrganPipeDevice } from "./device.ts";',
  );
  assert.equal(
    renamed("/** Drives a lamp. A lamp that is none: `patchbay bridge ./lamp`. */"),
    "/** Drives an organ pipe. An organ pipe that is none: `patchbay bridge ./organ-pipe`. */",
  );
  assert.equal(renamed('"(turn|switch) on [the] lamp"'), '"(turn|switch) on [the] organ pipe"');
});
