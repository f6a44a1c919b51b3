/** A bridge that waits for the artist's own Blender, which is a simulated one here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError, StateUpdate, subjects } from "@patchbay/contracts";
import { migrate, readStream } from "@patchbay/bus";
import { startTestNats } from "@patchbay/testing";
import { newObject } from "./simulator/document.ts";
import { startBlenderSimulator } from "./simulator.ts";
import { startBlenderBridge } from "./start.ts";
import { BRIDGE, callsOf } from "./testing/blender_studio.ts";

/** A bridge in mode `interface`, without a Blender yet. */
async function startWaitingBridge() {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-waiting-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const linksDir = join(folder, "links");
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const bridge = stack.use(
    await startBlenderBridge({
      bus: await nats.connect("bridge"),
      mode: "interface",
      bridge: BRIDGE,
      allowCode: false,
      workDir: join(folder, "work"),
      linksDir,
    }),
  );
  const all = stack.move();
  const startSimulator = () => startBlenderSimulator({ bridge: BRIDGE, linksDir });
  return { ...callsOf(bus), bus, bridge, startSimulator, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

Deno.test("without a Blender a command is answered at once with APP_NOT_CONNECTED; with one it runs, and without one again it does not", async () => {
  await using studio = await startWaitingBridge();
  const absent = (error: unknown) => error instanceof PatchbayError && error.code === "APP_NOT_CONNECTED";
  await assert.rejects(studio.call("get_scene"), absent);
  {
    await using _blender = studio.startSimulator();
    await studio.bridge.ready(AbortSignal.timeout(10_000));
    assert.equal((await studio.call("create_object", { type: "cube" })).name, "Cube");
    await assert.rejects(
      studio.call("execute_python", { code: "1" }),
      (error) => error instanceof PatchbayError && error.code === "CODE_DISABLED",
    );
  }
  await assert.rejects(studio.call("get_scene"), absent);
});

Deno.test("what a person does by hand is told as human_edit, and is in the state", async () => {
  await using studio = await startWaitingBridge();
  await using blender = studio.startSimulator();
  await studio.bridge.ready(AbortSignal.timeout(10_000));
  const subject = subjects.state("blender", BRIDGE);
  const states = readStream(studio.bus, "STATE", { subject, payload: StateUpdate, from: "start", follow: true });
  for await (const { message: { payload } } of states) {
    if (payload.cause === "connect") {
      await using edits = await studio.listen("human_edit");
      blender.simulate((document) => document.objects["Rock"] = newObject("Rock", "empty"));
      assert.deepEqual(await edits.first(), { objects: ["Rock"], action: "edit" });
    }
    if (payload.cause === "human") {
      assert.ok(JSON.stringify(payload).includes("Rock"));
      break;
    }
  }
});
