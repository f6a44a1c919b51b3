import assert from "node:assert/strict";
import { shippedPath, startOscSimulator } from "./mod.ts";
import { until } from "./testing/desk.ts";
import { loadedWith, startOscStudio } from "./testing/osc_studio.ts";
import { freeUdpPort } from "./testing/ports.ts";

/** A surface that sends to the bridge's own port, from another one than it hears on. */
async function surface() {
  await using stack = new AsyncDisposableStack();
  const localPort = await freeUdpPort();
  const still = await loadedWith(shippedPath("touchosc"), { simulate: { plays: [] } });
  const simulator = stack.use(await startOscSimulator({ loaded: still, sendTo: localPort }));
  const loaded = { ...still, file: { ...still.file, port: simulator.port, localPort } };
  const studio = stack.use(await startOscStudio({ loaded }));
  const held = stack.move();
  return { simulator, studio, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

Deno.test("touchosc: faders, knobs, pads, fingers and the tablet itself are channels", async () => {
  await using test = await surface();
  const { studio, simulator } = test;
  const f = (value: number) => ({ type: "f", value }) as const;
  for (
    const [channel, address, args, value] of [
      ["fader_3", "/fader3", [0.25], 0.25],
      ["knob_8", "/knob8", [1], 1],
      ["button_16", "/button/16", [0.5], 0.5],
      ["pad_2", "/xy2", [0.25, 0.75], { x: 0.25, y: 0.75 }],
      ["touches", "/multixy/4", [0.5, 0.125], { finger: 4, x: 0.5, y: 0.125 }],
      ["tilt", "/accxyz", [0, 0, -1], { x: 0, y: 0, z: -1 }],
    ] as const
  ) {
    await using heard = await studio.channel(channel);
    simulator.say(address, ...args.map(f));
    assert.deepEqual(await heard.first(), value, channel);
  }
});

Deno.test("touchosc: what fingers do is an event", async () => {
  await using test = await surface();
  const { studio, simulator } = test;
  for (
    const [event, address, args, data] of [
      ["button_pressed", "/button/7", [1], { button: 7 }],
      ["button_released", "/button/7", [0], { button: 7 }],
      ["toggle_switched_2", "/toggle2", [1], { on: true }],
      ["touched", "/fader1/z", [1], { control: "fader1" }],
      ["let_go", "/xy2/z", [0], { control: "xy2" }],
      ["page_changed", "/page", [3], { page: 3 }],
    ] as const
  ) {
    await using heard = await studio.events(event);
    simulator.say(address, ...args);
    assert.deepEqual(await heard.first(), data, event);
  }
});

Deno.test("touchosc: what it shows is what was touched or sent last", async () => {
  await using test = await surface();
  const { studio, simulator } = test;
  simulator.say("/fader1", { type: "f", value: 0.5 });
  await studio.state(({ fader_1 }) => fader_1 === 0.5);
  await studio.call("set_fader", { fader: 1, value: 0.75 });
  await studio.state(({ fader_1 }) => fader_1 === 0.75);
});

Deno.test("touchosc: every command reaches the surface", async () => {
  await using test = await surface();
  const { studio, simulator } = test;
  const faders = { one: 0.1, two: 0.2, three: 0.3, four: 0.4, five: 0.5, six: 0.6, seven: 0.7, eight: 0.8 };
  for (
    const [command, args, address, sent] of [
      ["set_fader", { fader: 2, value: 0.5 }, "/fader2", [0.5]],
      ["set_knob", { knob: 3, value: 1 }, "/knob3", [1]],
      ["set_toggle", { toggle: 4, on: true }, "/toggle4", [1]],
      ["set_pad", { pad: 1, x: 0.25, y: 0.5 }, "/xy1", [0.25, 0.5]],
      ["light_button", { button: 12 }, "/button/12", [1]],
      ["set_label", { label: 1, text: "Größe ≠ 漢字" }, "/label/1", ["Größe ≠ 漢字"]],
      ["set_color", { button: 12, color: "orange" }, "/button/12/color", ["orange"]],
      ["show_control", { control: "knob1", visible: false }, "/knob1/visible", [0]],
      ["show_page", { page: 2 }, "/page", [2]],
      ["set_faders", faders, "/fader8", [0.8]],
    ] as const
  ) {
    assert.deepEqual(await studio.call(command, args), { confirmed: false });
    await until(() => simulator.heard.at(-1)?.address === address);
    assert.deepEqual(simulator.heard.at(-1)?.args, sent, command);
  }
  const state = await studio.state(({ fader_8 }) => fader_8 === 0.8);
  assert.deepEqual([state["labels"], state["page"], state["toggle_4"], state["pad_1_y"]], [
    { 1: "Größe ≠ 漢字" },
    2,
    true,
    0.5,
  ]);
  studio.tried.assertAll();
});

Deno.test("touchosc: the simulated surface plays by itself, over its bridge's own wire", async () => {
  await using studio = await startOscStudio({ loaded: await loadedWith(shippedPath("touchosc")), mode: "simulator" });
  assert.equal(studio.bridge.presence.simulated, true);
  await studio.call("show_page", { page: 1 });
  await using fader = await studio.channel("fader_1");
  const first = await fader.first();
  assert.ok(Number(await fader.first((value) => value !== first)) <= 1);
});
