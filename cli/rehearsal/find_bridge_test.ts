import assert from "node:assert/strict";
import { findBridge } from "./find_bridge.ts";

const found = async (app: string, item?: string) => {
  const { definition, argument } = await findBridge(app, item) ?? {};
  return [definition?.app, argument];
};

Deno.test("the bridge of an application is that of this checkout, or the one that it comes with", async () => {
  assert.deepEqual(await found("blender"), ["blender", undefined]);
  assert.deepEqual(await found("supercollider"), ["supercollider", "supercollider"]);
  assert.deepEqual(await found("nothing"), [undefined, undefined]);
});

Deno.test("an application that was named with its bridge is found as it was named", async () => {
  assert.deepEqual(await found("touchosc", "osc:touchosc?host=10.0.0.5"), ["touchosc", "touchosc?host=10.0.0.5"]);
  await assert.rejects(found("lights", "osc:nowhere.yaml"), { code: "INVALID_CONFIGURATION" });
});
