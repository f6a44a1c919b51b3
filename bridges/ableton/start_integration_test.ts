import assert from "node:assert/strict";
import { migrate } from "@patchbay/bus";
import { startTestNats } from "@patchbay/testing";
import { bridge as definition } from "./bridge.ts";
import { BRIDGE, callsOf } from "./testing/ableton_studio.ts";

Deno.test("a bridge in simulator mode brings its own Live along, in the same process, and ends it with itself", async () => {
  const workDir = await Deno.makeTempDir({ prefix: "patchbay-start-" });
  try {
    await using nats = await startTestNats();
    const bus = await nats.connect("test");
    await migrate(bus, { storage: "memory" });
    const options = { bridge: BRIDGE, allowCode: false, workDir } as const;
    await using bridge = await definition.start({ ...options, mode: "simulator", bus: await nats.connect("bridge") });
    await bridge.ready(AbortSignal.timeout(20_000));
    assert.equal(bridge.presence.simulated, true);
    const { call } = callsOf(bus);
    assert.equal((await call("create_track", { name: "Bass" })).number, 5);
    assert.equal((await call("get_limits", {})).simulated, true);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});

Deno.test("Live has no mode without a window, and the bridge says so", async () => {
  await using nats = await startTestNats();
  const options = { bridge: BRIDGE, allowCode: false, workDir: Deno.cwd(), bus: await nats.connect("bridge") } as const;
  await assert.rejects(Promise.resolve(definition.start({ ...options, mode: "background" })), {
    code: "INVALID_CONFIGURATION",
  });
});
