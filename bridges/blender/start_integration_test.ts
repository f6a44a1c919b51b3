import assert from "node:assert/strict";
import { join } from "node:path";
import { migrate } from "@patchbay/bus";
import { startTestNats } from "@patchbay/testing";
import { startBlenderBridge } from "./start.ts";
import { BRIDGE, callsOf, startBlenderStudio } from "./testing/blender_studio.ts";
import { COUNTERPARTS } from "./testing/counterparts.ts";

Deno.test("a bridge in simulator mode brings its own Blender along, in the same process, and ends it with itself", async () => {
  const workDir = await Deno.makeTempDir({ prefix: "patchbay-start-" });
  try {
    await using nats = await startTestNats();
    const bus = await nats.connect("test");
    await migrate(bus, { storage: "memory" });
    const options = { mode: "simulator", bridge: BRIDGE, allowCode: false, workDir } as const;
    await using bridge = await startBlenderBridge({ ...options, bus: await nats.connect("bridge") });
    await bridge.ready(AbortSignal.timeout(10_000));
    assert.equal(bridge.presence.simulated, true);
    assert.equal((await callsOf(bus).call("create_object", { type: "cube" })).name, "Cube");
    // nothing of it lies where an artist's Blender would look for a bridge
    assert.deepEqual((await Array.fromAsync(Deno.readDir(join(workDir, "links")))).map(({ name }) => name), [
      `blender-${BRIDGE}.json`,
    ]);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});

Deno.test("a bridge without a Blender says where it looked, and goes on looking", async () => {
  const workDir = await Deno.makeTempDir({ prefix: "patchbay-start-" });
  try {
    await using nats = await startTestNats();
    const bus = await nats.connect("test");
    await migrate(bus, { storage: "memory" });
    const options = { mode: "background", bridge: BRIDGE, allowCode: false, workDir } as const;
    await using bridge = await startBlenderBridge({
      ...options,
      bus: await nats.connect("bridge"),
      blenderPath: join(workDir, "no-blender"),
    });
    await assert.rejects(bridge.ready(AbortSignal.timeout(1_000)), /no-blender/);
    await assert.rejects(callsOf(bus).call("get_scene"), /no-blender|not connected/i);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});

Deno.test("a Blender that its bridge has started is stopped and started by command", async () => {
  const launch = COUNTERPARTS[0]?.adapter.launch;
  assert.ok(launch !== undefined);
  await using studio = await startBlenderStudio({ adapter: { mode: "background", launch } });
  const { bridge, ask } = studio;
  assert.deepEqual(await ask("stop_application"), { running: false, changed: true });
  assert.match(bridge.reason, /^Blender was stopped by a command/);
  await assert.rejects(ask("get_scene"), /was stopped by a command/);
  assert.deepEqual(await ask("start_application"), { running: true, changed: true });
  assert.equal(bridge.status, "idle");
});
