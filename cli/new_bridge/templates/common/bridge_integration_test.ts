/** The bridge with its simulator, over the true wire, on a real nats-server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Bus, migrate, readStream, request } from "@patchbay/bus";
import {
  AppEvent,
  envelope,
  fromProblem,
  type JsonObject,
  PatchbayError,
  Result,
  StateUpdate,
  subjects,
} from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { bridge } from "./bridge.ts";

const BRIDGE = "desk";

/** A server, the bridge and a simulated lamp; commands go through `call`. */
async function startStudio() {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-lamp-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const running = stack.use(
    await bridge.start({
      bus: await nats.connect("bridge"),
      bridge: BRIDGE,
      mode: "simulator",
      allowCode: false,
      workDir: join(folder, "work"),
    }),
  );
  await running.ready(AbortSignal.timeout(30_000));
  const all = stack.move();
  return {
    bus,
    call: (command: string, args: JsonObject = {}) => call(bus, command, args),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** The value that a command is answered with. @throws {PatchbayError} the problem */
async function call(bus: Bus, command: string, args: JsonObject): Promise<unknown> {
  const payload = { command, args, priority: "normal" };
  const target = `${bridge.app}.${BRIDGE}` as const;
  const { payload: result } = await request(
    bus,
    subjects.command(bridge.app, BRIDGE, command),
    envelope({ type: "command", source: "test", target, payload }),
    { payload: Result, absent: "BRIDGE_OFFLINE", timeoutMs: 10_000 },
  );
  if (!result.ok) throw fromProblem(result.problem);
  return result.value;
}

Deno.test("commands reach the lamp, and say what was before", async () => {
  await using studio = await startStudio();
  assert.deepEqual(await studio.call("switch", { on: true }), { now: true, before: false });
  assert.deepEqual(await studio.call("set_brightness", { brightness: 0.25 }), { now: 0.25, before: 1 });
  assert.deepEqual(await studio.call("set_color", { color: "#ff0000" }), { now: "#ff0000", before: "#ffffff" });
  assert.deepEqual(await studio.call("get_state"), { on: true, brightness: 0.25, color: "#ff0000" });
});

Deno.test("a command that the manifest does not allow never reaches the lamp", async () => {
  await using studio = await startStudio();
  await assert.rejects(
    studio.call("set_brightness", { brightness: 7 }),
    (error) => error instanceof PatchbayError && error.code === "INVALID_ARGUMENTS",
  );
  assert.deepEqual(await studio.call("get_state"), { on: false, brightness: 1, color: "#ffffff" });
});

Deno.test("what happens to the lamp is told: an event, and its state", async () => {
  await using studio = await startStudio();
  await studio.call("switch", { on: true });
  const from = { from: "start", follow: true } as const;
  const signal = AbortSignal.timeout(10_000);
  const events = readStream(studio.bus, "EVENTS", {
    subject: subjects.event(bridge.app, BRIDGE, "switched"),
    payload: AppEvent,
    signal,
    ...from,
  });
  for await (const { message } of events) {
    assert.deepEqual(message.payload.data, { on: true });
    break;
  }
  const states = readStream(studio.bus, "STATE", {
    subject: subjects.state(bridge.app, BRIDGE),
    payload: StateUpdate,
    signal,
    ...from,
  });
  for await (const { message } of states) {
    if (JSON.stringify(message.payload).includes('"/on"')) break;
  }
});
