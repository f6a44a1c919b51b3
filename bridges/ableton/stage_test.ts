import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { KeptAssets, Stage } from "@patchbay/bridge-kit/rehearsal";
import { bridge } from "./bridge.ts";
import { LiveState } from "./manifest/signals.ts";

const track = {
  color: "#ff94a6",
  volume: 0.5,
  volume_db: -14,
  pan: 0,
  mute: false,
  solo: false,
  arm: false,
  sends: [0.25, 0, 0],
  clips: [],
  devices: [],
};
const clip = { kind: "clip", color: "#1aff2f", length: 8, midi: true, playing: false, triggered: false };

/** As a real Live reports one. */
const set: LiveState = LiveState.parse({
  transport: {
    playing: false,
    tempo: 97,
    signature: { numerator: 3, denominator: 4 },
    metronome: true,
    loop: { enabled: true, start: 8, length: 4 },
    recording: { arrangement: false, session: false, overdub: false },
  },
  tracks: [
    { ...track, kind: "group track", name: "Rhythm", number: 1, arm: null },
    {
      ...track,
      kind: "midi track",
      name: "Bass",
      number: 2,
      devices: ["Operator", "Serum"],
      clips: [{ ...clip, name: "Line", scene: 2 }],
    },
    {
      ...track,
      kind: "audio track",
      name: "Vox",
      number: 3,
      mute: true,
      clips: [{ ...clip, name: "Take", scene: 1, midi: false }],
    },
  ],
  scenes: [{ number: 1, name: "Intro" }, { number: 2, name: "" }],
  locators: [{ number: 1, name: "Drop", time: 16 }],
  counts: { tracks: 3, clips: 2, scenes: 2 },
  midi: true,
  extensions: [],
});

async function opened(state?: unknown) {
  await using stack = new AsyncDisposableStack();
  const workDir = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(workDir, { recursive: true }));
  const { signal } = new AbortController();
  const given = { bridge: "ws-07", workDir, signal };
  const staged = await bridge.stage!({ ...given, ...(state === undefined ? {} : { state }) });
  const assets = new KeptAssets(() => Promise.resolve(undefined), 1e7);
  const stage = stack.use(await Stage.open(staged, { ...given, app: "ableton", assets, stateLimit: 1e6 }));
  const all = stack.move();
  return { stage, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

Deno.test("the stage looks like the state that was loaded, and its notes say what no state tells", async () => {
  await using studio = await opened(set);
  assert.deepEqual(await studio.stage.snapshot(10_000), set);
  const notes = studio.stage.notes.join("\n");
  for (const expected of [/Notes.*'Line'/, /Audio.*'Take'/, /parameters of: 'Serum'/, /group.*'Rhythm'/]) {
    assert.match(notes, expected);
  }
});

Deno.test("commands change the stage as they would change Live", async () => {
  await using studio = await opened(set);
  const { stage } = studio;
  await stage.run("set_tempo", { bpm: 120 }, 10_000);
  await stage.run("set_track_volume", { track: "Bass", db: 0 }, 10_000);
  await stage.run("set_send", { track: "Bass", send: 3, value: 1 }, 10_000);
  await stage.run("create_track", { kind: "audio", name: "Guitar" }, 10_000);
  await stage.run("create_clip", { track: "Bass", name: "Fill", length: 2 }, 10_000);
  await stage.run("send_midi", { messages: [{ type: "note", pitch: 60, duration_ms: 1 }] }, 10_000);
  await assert.rejects(stage.run("mute_track", { track: "Piano" }, 10_000), { code: "NOT_FOUND" });
  const { tracks, transport, counts } = LiveState.parse(await stage.snapshot(10_000));
  assert.deepEqual([transport.tempo, counts.tracks, counts.clips], [120, 4, 3]);
  assert.deepEqual(tracks.map(({ name, volume_db }) => [name, volume_db]).slice(1), [["Bass", 0], ["Vox", -14], [
    "Guitar",
    0,
  ]]);
  assert.deepEqual(tracks[1]?.sends, [0.25, 0, 1]);
});

Deno.test("what only the real Live knows is told apart from what fails", async () => {
  const beyond = (error: unknown) => error instanceof PatchbayError && error.context["beyondSimulator"] === true;
  const notBeyond = (error: unknown) => error instanceof PatchbayError && !beyond(error);
  const cutoff = { track: "Bass", device: "Serum", parameter: "Cutoff", value: 1 };
  await using published = await opened(set);
  await assert.rejects(published.stage.run("set_parameter", cutoff, 10_000), beyond);
  await assert.rejects(published.stage.run("add_device", { track: "Bass", device: "Reverb" }, 10_000), notBeyond);
  await assert.rejects(published.stage.run("set_parameter", { ...cutoff, device: "Moog" }, 10_000), notBeyond);
  await using more = await opened({ ...set, extensions: ["add_device"], midi: false });
  await more.stage.run("add_device", { track: "Bass", device: "Reverb" }, 10_000);
  await assert.rejects(more.stage.run("add_device", { track: "Bass", device: "Wavetable" }, 10_000), beyond);
});

Deno.test("a state of another version leaves the stage a new set and says so", async () => {
  await using studio = await opened({ tracks: "many" });
  assert.match(studio.stage.notes.join(), /cannot be read/);
  assert.equal(LiveState.parse(await studio.stage.snapshot(10_000)).tracks.length, 4);
});
