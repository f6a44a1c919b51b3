import assert from "node:assert/strict";
import type { JsonObject } from "@patchbay/contracts";
import { KeptAssets, Stage } from "@patchbay/bridge-kit/rehearsal";
import { fileURLToPath } from "node:url";
import { bridge } from "./bridge.ts";

const LIGHTS = fileURLToPath(new URL("./testing/lights.yaml", import.meta.url));

async function opened(argument: string, state?: JsonObject) {
  await using stack = new AsyncDisposableStack();
  const workDir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(workDir, { recursive: true }));
  const { signal } = new AbortController();
  const given = { bridge: "ws-07", workDir, signal };
  const definition = await bridge.from!(argument);
  const staged = await definition.stage!({ ...given, ...(state === undefined ? {} : { state }) });
  const assets = new KeptAssets(() => Promise.resolve(undefined), 1e7);
  const stage = stack.use(await Stage.open(staged, { ...given, app: definition.app, assets, stateLimit: 1e6 }));
  const all = stack.move();
  return { stage, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const SERVER = {
  ugens: 12,
  synths: 2,
  groups: 3,
  definitions: 106,
  sample_rate: 48_000,
  nodes: { "1": "group", "1000": "synth", "2000": "group" },
  paused: { "1000": true },
};

Deno.test("SuperCollider's stage has the nodes that were heard of, and commands change them", async () => {
  await using studio = await opened("supercollider", SERVER);
  const { stage } = studio;
  assert.deepEqual(await stage.snapshot(10_000), SERVER);
  assert.match(stage.notes.join(), /What SuperCollider holds besides/);
  await stage.run("create_synth", { definition: "patchbay_tone", node: 1001 }, 10_000);
  await assert.rejects(stage.run("create_synth", { definition: "patchbay_tone", node: 1000 }, 10_000));
  await stage.run("free_node", { node: 2000 }, 10_000);
  await stage.run("resume_node", { node: 1000 }, 10_000);
  const state = await stage.snapshot(10_000) as typeof SERVER;
  assert.deepEqual([state.nodes, state.paused], [{ "1": "group", "1000": "synth", "1001": "synth" }, {}]);
});

Deno.test("a stage answers with what the state says, asked or heard", async () => {
  const desk = { fader_1: 0.5, fader_2: null, fader_3: null, mode: "sound", levels: { "3": 0.25 } };
  await using studio = await opened(LIGHTS, desk);
  const { stage } = studio;
  assert.deepEqual(await stage.snapshot(10_000), desk);
  assert.deepEqual(await stage.run("get_level", { channel: 3 }, 10_000), { level: 0.25 });
  assert.deepEqual(await stage.run("set_mode", { mode: "clock" }, 10_000), { mode: "clock", previous: "sound" });
  await stage.run("set_level", { channel: 3, level: 1 }, 10_000);
  assert.deepEqual(await stage.snapshot(10_000), { ...desk, mode: "clock", levels: { "3": 1 } });
});

Deno.test("a surface on a stage shows what it showed, and no hand moves it", async () => {
  const shown = { fader_1: 0.75, toggle_1: true, labels: { "2": "Bass" } };
  const none = { page: null, pad_1_x: null, pad_1_y: null, pad_2_x: null, pad_2_y: null };
  const many = (name: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}_${i + 1}`, null]));
  const state = { ...many("fader", 8), ...many("knob", 8), ...many("toggle", 4), ...none, ...shown };
  await using studio = await opened("touchosc", state);
  const { stage } = studio;
  assert.deepEqual(await stage.snapshot(10_000), state);
  await stage.run("set_fader", { fader: 2, value: 0.5 }, 10_000);
  await stage.run("set_label", { label: 2, text: "Lead" }, 10_000);
  assert.deepEqual(await stage.snapshot(10_000), { ...state, fader_2: 0.5, labels: { "2": "Lead" } });
});

Deno.test("a state of another version leaves the stage as just started and says so", async () => {
  await using studio = await opened("supercollider", { nodes: "many" });
  assert.match(studio.stage.notes.join(), /cannot be read/);
  assert.deepEqual((await studio.stage.snapshot(10_000) as typeof SERVER).nodes, { "1": "group" });
});
