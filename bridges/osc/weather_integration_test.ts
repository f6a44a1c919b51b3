import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { encodeOscMessage } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { startDatagramProxy } from "@patchbay/testing";
import { shippedPath } from "./mod.ts";
import { startDesk, until } from "./testing/desk.ts";
import { loadedWith, startOscStudio } from "./testing/osc_studio.ts";
import { freeUdpPort } from "./testing/ports.ts";
import { HAS_SCSYNTH, startScsynth } from "./testing/scsynth.ts";

const code = (expected: string, message = /./) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);
const timesHeard = (heard: readonly { address: string }[], wanted: string) =>
  heard.filter(({ address }) => address === wanted).length;

Deno.test("datagrams that are lost are sent again, both ways", async () => {
  await using test = await startDesk({ over: { attempts: 10, timeoutMs: 40 } });
  using _loss = test.proxy.faults.add({ fault: "lose", probability: 0.3 });
  for (let channel = 1; channel <= 10; channel++) {
    const level = channel / 16;
    assert.equal((await test.studio.call("set_level", { channel, level }))["level"], level);
  }
});

Deno.test("datagrams that come twice or overtake each other change nothing", async () => {
  await using test = await startDesk({ over: { attempts: 10, timeoutMs: 40 } });
  using _twice = test.proxy.faults.add({ fault: "duplicate", probability: 0.4 });
  using _reordered = test.proxy.faults.add({ fault: "reorder", ms: 20, probability: 0.3 });
  for (let i = 1; i <= 10; i++) {
    assert.equal((await test.studio.call("set_level", { channel: 1, level: i / 16 }))["level"], i / 16);
  }
});

Deno.test("damaged datagrams, and datagrams that are no OSC, are dropped", async () => {
  await using test = await startDesk({ over: { attempts: 10, timeoutMs: 40 } });
  {
    using _damage = test.proxy.faults.add({ fault: "truncate", keepBytes: 6, direction: "down", times: 5 });
    assert.equal((await test.studio.call("set_level", { channel: 1, level: 0.5 }))["level"], 0.5);
  }
  await using fader = await test.studio.channel("fader_1");
  test.simulator.say("/desk/fader/1", "no number");
  test.simulator.say("/desk/fader/1");
  test.simulator.say("/desk/nobody/knows/this", 1);
  test.simulator.say("/desk/fader/1", { type: "f", value: NaN });
  test.simulator.say("/desk/fader/1", { type: "f", value: 0.25 });
  assert.equal(await fader.first(), 0.25);
  assert.equal(test.studio.bridge.status, "idle");
});

Deno.test("a second sender on the network is not heard", async () => {
  const localPort = await freeUdpPort();
  await using test = await startDesk({ over: { localPort } });
  await using fader = await test.studio.channel("fader_1");
  const stranger = createSocket("udp4");
  const lie = encodeOscMessage({ address: "/desk/fader/1", args: [{ type: "f", value: 0.9 }] });
  await new Promise<void>((resolve) => stranger.send(lie, localPort, "127.0.0.1", () => resolve()));
  await new Promise<void>((resolve) => void stranger.close(() => resolve()));
  test.simulator.say("/desk/fader/1", { type: "f", value: 0.25 });
  assert.equal(await fader.first(), 0.25);
  assert.deepEqual(await test.studio.call("get_level", { channel: 1 }), { level: 0 });
});

Deno.test("a desk that is silent is said to be, and a command then fails; once it is back it listens again", async () => {
  await using test = await startDesk({ over: { silenceMs: 150, timeoutMs: 30, attempts: 2 }, pingIntervalMs: 30 });
  const { simulator, studio } = test;
  simulator.hang(true);
  await until(() => studio.bridge.status === "degraded");
  assert.match(studio.bridge.reason, /silent/);
  await assert.rejects(studio.call("get_level", { channel: 1 }), code("APP_UNRESPONSIVE"));
  await assert.rejects(studio.call("add_cue", { name: "Lost" }), code("OUTCOME_UNKNOWN", /\/desk\/cue\/add/));
  const notified = timesHeard(simulator.heard, "/desk/notify");
  simulator.hang(false);
  await until(() => studio.bridge.status === "idle");
  await until(() => timesHeard(simulator.heard, "/desk/notify") > notified);
  assert.deepEqual(await studio.call("get_level", { channel: 1 }), { level: 0 });
});

Deno.test("a desk that says that it has started anew is listened to again, and what was known of it is forgotten", async () => {
  await using test = await startDesk();
  const { simulator, studio } = test;
  simulator.say("/desk/fader/1", { type: "f", value: 0.5 });
  await studio.state(({ fader_1 }) => fader_1 === 0.5);
  const notified = timesHeard(simulator.heard, "/desk/notify");
  simulator.say("/desk/started");
  await studio.state(({ fader_1 }) => fader_1 === null);
  await until(() => timesHeard(simulator.heard, "/desk/notify") > notified);
});

Deno.test("what was written and cannot be read back has an outcome that nobody knows", async () => {
  await using test = await startDesk({ over: { timeoutMs: 20, attempts: 2 } });
  await test.studio.call("set_mode", { mode: "clock" });
  using _silence = test.proxy.faults.add({ fault: "lose", on: "/desk/cue/get" });
  await assert.rejects(test.studio.call("delete_cue", { cue: 3 }), code("OUTCOME_UNKNOWN", /\/desk\/cue\/delete/));
});

Deno.test("a write that never takes effect is told with what is read instead", async () => {
  await using test = await startDesk({ over: { settleMs: 1 } });
  using _loss = test.proxy.faults.add({ fault: "lose", direction: "up", on: "/desk/mode" });
  await assert.rejects(test.studio.call("set_mode", { mode: "clock" }), code("COMMAND_FAILED", /reads something else/));
});

Deno.test("a show that fits into no datagram is refused before anything is sent", async () => {
  await using test = await startDesk();
  const show = await test.studio.store("big.show", "application/octet-stream", new Uint8Array(70_000));
  await assert.rejects(test.studio.call("load_show", { show: { ...show } }), code("PAYLOAD_TOO_LARGE"));
  const missing = { ...show, id: "0".repeat(64), digest: `sha-256:${"0".repeat(64)}` };
  await assert.rejects(test.studio.call("load_show", { show: missing }), code("NOT_FOUND"));
  assert.equal(timesHeard(test.simulator.heard, "/desk/show/load"), 0);
});

Deno.test({
  name: "scsynth: in bad weather a synth is started once, whatever is lost or comes twice",
  ignore: !HAS_SCSYNTH,
}, async () => {
  await using server = await startScsynth();
  await using proxy = await startDatagramProxy({ target: server.port, faults: { seed: 11, rules: [] } });
  const loaded = await loadedWith(shippedPath("supercollider"), { port: proxy.port, timeoutMs: 60, attempts: 12 });
  await using studio = await startOscStudio({ loaded });
  using _loss = proxy.faults.add({ fault: "lose", probability: 0.2 });
  using _twice = proxy.faults.add({ fault: "duplicate", probability: 0.3 });
  for (let i = 0; i < 10; i++) {
    await studio.call("play_tone", { frequency: 200 + i * 50, amplitude: 0.01 });
    assert.equal((await studio.call("get_status"))["synths"], i + 1);
  }
});
