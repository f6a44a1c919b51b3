/** Many commands as one: Cascadeur cannot group undo steps, so what fails half-way is taken back step by step. */
import assert from "node:assert/strict";
import { request } from "@patchbay/bus";
import { Batch, BatchResult, envelope, subjects } from "@patchbay/contracts";
import { BRIDGE, startCascadeurStudio } from "./testing/cascadeur_studio.ts";

Deno.test("where the third of four fails, all is as before", async () => {
  await using studio = await startCascadeurStudio();
  const { bus, call, scene } = studio;
  await call("set_keyframe", { object: "left hand", frame: 12, position: [0, 100, 0] });
  const before = await scene();
  const payload = Batch.parse({
    commands: [
      { command: "set_frame_range", args: { end: 60 } },
      { command: "set_keyframe", args: { object: "right hand", frame: 24, position: [0, 120, 0] } },
      { command: "delete_objects", args: { objects: ["nobody"] } },
      { command: "set_current_frame", args: { frame: 24 } },
    ],
    onError: "undo",
  });
  const message = envelope({ type: "command", source: "test", target: `cascadeur.${BRIDGE}`, payload });
  const { payload: result } = await request(bus, subjects.batch("cascadeur", BRIDGE), message, {
    payload: BatchResult,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: 60_000,
  });
  assert.deepEqual(result.items.map(({ status }) => status), ["undone", "undone", "failed", "skipped"]);
  assert.deepEqual(await scene(), before);
});
