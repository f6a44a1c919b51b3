import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { startOscSimulator } from "./mod.ts";
import { startDesk, until } from "./testing/desk.ts";
import { lights, startOscStudio } from "./testing/osc_studio.ts";

const code = (expected: string, message = /./) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);

const addresses = (heard: readonly { address: string }[]) => heard.map(({ address }) => address);

Deno.test("every command of the lights desk does what it says, and is taken back where it can be", async () => {
  await using test = await startDesk();
  const { studio, simulator } = test;
  const { call, undone, tried } = studio;
  /** What the desk was told last. */
  const told = (address: string) => simulator.heard.findLast((message) => message.address === address)?.args;
  const level = await undone("set_level", { channel: 5, level: 0.75 }, () => call("get_level", { channel: 5 }));
  assert.deepEqual(level, { level: 0.75, previous: 0 });

  const color = "/desk/channel/2/color";
  assert.deepEqual((await call("set_color", { channel: 2, color: [1, 2, 3] }))["previous"], [0, 0, 0]);
  const colored = await undone("set_color", { channel: 2, color: [255, 10, 0] }, () => told(color));
  assert.deepEqual(colored, { color: [255, 10, 0], previous: [1, 2, 3] });

  await call("set_mode", { mode: "clock" });
  const mode = await undone("set_mode", { mode: "sound" }, () => told("/desk/mode"));
  assert.deepEqual(mode, { mode: "sound", previous: "clock" });
  await studio.state((state) => state["mode"] === "clock");

  assert.deepEqual(await call("fade", { out: 5, in: 6 }), { confirmed: false });
  const cues = () =>
    ["add", "delete"].map((what) => addresses(simulator.heard).filter((each) => each === `/desk/cue/${what}`).length)
      .reduce((added, deleted) => added - deleted);
  assert.deepEqual(await undone("add_cue", { name: "Finale" }, cues), { cue: 7, name: "Finale" });

  const show = await studio.store("tour.show", "application/octet-stream", new Uint8Array([1, 2, 3, 4, 5]));
  assert.deepEqual(await call("load_show", { show: { ...show } }), { bytes: 5 });
  assert.deepEqual(told("/desk/show/load"), [new Uint8Array([1, 2, 3, 4, 5])]);
  assert.deepEqual(await call("blackout"), { confirmed: false });
  tried.assertAll();
});

Deno.test("the desk's version and its listeners are asked for, and it is told when the bridge leaves", async () => {
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(await startOscSimulator({ loaded: await lights() }));
  {
    await using studio = await startOscStudio({ loaded: await lights({ port: simulator.port }) });
    assert.equal(studio.bridge.status, "idle");
    assert.deepEqual(addresses(simulator.heard).slice(0, 3), ["/desk/hello", "/desk/version", "/desk/notify"]);
  }
  await until(() => simulator.heard.at(-1)?.address === "/desk/notify");
  assert.deepEqual(simulator.heard.at(-1)?.args, [0]);
});

Deno.test("a fader is a channel, a person's change of state, and one of a pattern", async () => {
  await using test = await startDesk();
  await using own = await test.studio.channel("fader_2");
  await using any = await test.studio.channel("fader");
  test.simulator.say("/desk/fader/2", { type: "f", value: 0.5 });
  assert.equal(await own.first(), 0.5);
  assert.deepEqual(await any.first(), { fader: 2, level: 0.5 });
  const state = await test.studio.state(({ fader_2 }) => fader_2 === 0.5);
  assert.equal(state["fader_1"], null);
});

Deno.test("what happens at the desk is an event, and what it says of its channels is kept by channel", async () => {
  await using test = await startDesk();
  await using fired = await test.studio.events("cue_fired");
  test.simulator.say("/desk/cue/fired", 3);
  assert.deepEqual(await fired.first(), { cue: 3, name: null });
  await test.studio.call("set_level", { channel: 4, level: 0.25 });
  await test.studio.state(({ levels }) => JSON.stringify(levels) === '{"4":0.25}');
});

Deno.test("a bundle travels in one datagram, with the time at which it takes effect", async () => {
  await using test = await startDesk();
  const at = Date.now() + 60_000;
  assert.deepEqual(await test.studio.call("fade", { out: 1, in: 2, at }), { confirmed: false });
  await until(() => test.simulator.heard.some(({ at }) => at !== undefined));
  const fade = test.simulator.heard.filter(({ at }) => at !== undefined);
  assert.deepEqual(fade.map(({ address, args }) => [address, ...args]), [
    ["/desk/channel/1/level", 0],
    ["/desk/channel/2/level", 1],
  ]);
  for (const message of fade) assert.ok(Math.abs((message.at ?? 0) - at) < 1);
});

Deno.test("what the desk refuses fails with its own words", async () => {
  await using test = await startDesk();
  test.simulator.refuse("/desk/show/load", "the disk is full");
  const show = await test.studio.store("tour.show", "application/octet-stream", new Uint8Array(4));
  await assert.rejects(
    test.studio.call("load_show", { show: { ...show } }),
    code("COMMAND_FAILED", /the disk is full/),
  );
  assert.deepEqual(await test.studio.call("get_level", { channel: 1 }), { level: 0 });
});

Deno.test("arguments that no address can hold are refused before anything is sent", async () => {
  await using test = await startDesk();
  await assert.rejects(test.studio.call("set_level", { channel: 600, level: 1 }), code("INVALID_ARGUMENTS"));
  await assert.rejects(test.studio.call("set_level", { channel: 1, level: 1, extra: 1 }), code("INVALID_ARGUMENTS"));
  assert.deepEqual(addresses(test.simulator.heard).filter((address) => address.startsWith("/desk/channel/")), []);
});
