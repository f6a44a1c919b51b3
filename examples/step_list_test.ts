import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { StepList } from "./step_list.ts";

const after = (list: StepList) => Object.fromEntries(list.steps.map(({ id, dependsOn }) => [id, dependsOn]));

Deno.test("what changes an application waits for what changed it before, and for nothing of others", () => {
  const list = new StepList(new Map([["blender", "ws-07"], ["ableton", "ws-07"]]));
  const [blender, live] = [list.of("blender"), list.of("ableton")];
  blender("cube", "create_object", {});
  live("track", "create_track", {});
  blender("paint", "set_material", {});
  assert.deepEqual(after(list), { cube: [], track: [], paint: ["cube"] });
  assert.equal(list.steps[0]?.bridge, "ws-07");
});

Deno.test("steps that only look run side by side, and hold back what they are told to", () => {
  const list = new StepList(new Map([["blender", "ws-07"]]));
  const blender = list.of("blender");
  blender("seek", "set_timeline", {});
  const looked = ["one", "two"].map((id) => blender(id, "get_scene", {}, { reads: true }));
  list.holdBack("blender", looked);
  blender("next", "set_timeline", {});
  assert.deepEqual(after(list), { seek: [], one: ["seek"], two: ["seek"], next: ["one", "two"] });
});

Deno.test("an application without a bridge cannot be planned for", () => {
  const offline = (error: unknown) => error instanceof PatchbayError && error.code === "BRIDGE_OFFLINE";
  assert.throws(() => new StepList(new Map()).of("blender"), offline);
});
