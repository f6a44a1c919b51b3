/** Every command of the manifest, executed at least once; and taken back where it says that it can be. */
import assert from "node:assert/strict";
import type { JsonObject } from "@patchbay/contracts";
import { groupTracks } from "./simulator/groups.ts";
import { assertReadBack } from "../kit/testing/read_back.ts";
import { inverseOf } from "../kit/batches/inverse.ts";
import { until } from "./testing/until.ts";
import { ableton, type AbletonCommands } from "./manifest.ts";
import { type AbletonStudio, startAbletonStudio } from "./testing/ableton_studio.ts";
import { fillSet } from "./testing/fixture.ts";

type Name = keyof AbletonCommands;

interface Case {
  args?: JsonObject;
  /** What must hold of the result. */
  result?: (result: JsonObject) => void;
  /** What it does to the set; unless it says so, the set must be another one. @default "document" */
  changes?: "document" | "nothing" | ((studio: AbletonStudio) => boolean);
  /** Done before. */
  before?: (studio: AbletonStudio) => unknown;
  /** What shows that it was taken back. @default the set */
  look?: (studio: AbletonStudio) => unknown;
}

/** The set without what tells copies of a thing apart, and without what is switched off. */
const picture = ({ live }: AbletonStudio) =>
  JSON.stringify(live.set.document, function (key, value) {
    const off = (key === "tempo" && this["tempo_enabled"] === false) ||
      (/^time_signature_(nu|de)/.test(key) && this["time_signature_enabled"] === false);
    return off || ["id", "nextId"].includes(key) ? undefined : value;
  });

const playing = ({ live }: AbletonStudio) => live.set.isPlaying;
const songTime = ({ live }: AbletonStudio) => live.set.songTime;
const clips = ({ live: { set } }: AbletonStudio) => set.document.tracks.map((track) => set.playingSlot(track));
const folded = ({ live: { set } }: AbletonStudio) =>
  set.document.tracks.filter(({ id }) => set.folded.has(id)).map(({ name }) => name);
/** Listeners come and go without an acknowledgement: what is asked afterwards is answered when that is done. */
const listeners = async ({ call, live }: AbletonStudio) => {
  await call("get_transport", {});
  return live.listeners;
};
const clock = async ({ call }: AbletonStudio) => (await call("list_midi_ports", {})).clock;
const ramps = async (studio: AbletonStudio) => {
  const { automations } = await studio.call("list_automations", {});
  return { running: automations.filter(({ status }) => status === "running").length, set: picture(studio) };
};
const group = ({ live }: AbletonStudio) => live.simulate(({ document }) => void groupTracks(document, "Rhythm", 0, 2));

const CASES: Partial<Record<Name, Case>> = {
  get_session: {
    args: { notes: true },
    changes: "nothing",
    result: ({ tracks }) => assert.equal((tracks as unknown[]).length, 4),
  },
  apply_session: {
    args: {
      tempo: 133,
      scenes: [{ name: "Intro" }],
      tracks: [
        { name: "Bass", pan: -0.5, parameters: [{ device: "Auto Filter", parameter: "Resonance", value: 1 }] },
        {
          name: "Lead",
          color: "#ff3636",
          db: -6,
          sends: [0.25],
          clips: [{ scene: 9, name: "Hook", length: 8, notes: [{ pitch: 72, start: 0, duration: 1 }] }],
        },
      ],
    },
    result: (result) => assert.deepEqual(result["created"], { tracks: ["Lead"], scenes: 1, clips: 1 }),
  },
  get_selection: {
    changes: "nothing",
    result: (result) => assert.deepEqual(result, { track: 1, scene: 1, device: null }),
  },
  select: { args: { track: "Bass", device: 2, scene: "Chorus" }, changes: ({ live }) => live.set.selectedDevice === 1 },
  show_message: { args: { text: "grüß dich" }, changes: ({ live }) => live.messages.includes("grüß dich") },
  get_limits: { changes: "nothing", result: ({ simulated }) => assert.equal(simulated, true) },
  export_audio: { args: { beats: 4 }, changes: "nothing", result: ({ by }) => assert.equal(by, "simulator") },
  render_preview: { changes: "nothing", result: ({ clips }) => assert.equal(clips, 3) },
  get_transport: { changes: "nothing", result: ({ tempo }) => assert.equal(tempo, 120) },
  play: { changes: playing, look: playing },
  continue_playing: { changes: playing, look: playing },
  stop: { changes: (studio) => !playing(studio), before: ({ call }) => call("play", {}) },
  set_tempo: { args: { bpm: 97.3 } },
  tap_tempo: { changes: "nothing" },
  set_time_signature: { args: { numerator: 6, denominator: 8 } },
  set_metronome: { args: { enabled: true } },
  set_loop: { args: { enabled: true, start: 8, length: 4 } },
  set_song_time: { args: { time: 12 }, changes: ({ live }) => live.set.songTime === 12, look: songTime },
  jump_by: { args: { beats: 3 }, changes: ({ live }) => live.set.songTime === 3, look: songTime },
  set_recording: { args: { arrangement: true, overdub: true } },
  set_punch: { args: { punch_in: true } },
  set_launch_quantization: { args: { quantization: "1/4" } },
  set_groove: { args: { amount: 0.5 } },
  set_scale: { args: { root_note: 9, scale: "Minor" } },
  stop_all_clips: { changes: "nothing" },
  capture_midi: { changes: "nothing" },
  re_enable_automation: { changes: "nothing" },
  back_to_arrangement: { changes: "nothing" },
  list_locators: { changes: "nothing" },
  add_locator: { args: { time: 16, name: "Drop" } },
  delete_locator: { args: { locator: "Drop" }, before: ({ call }) => call("add_locator", { time: 16, name: "Drop" }) },
  rename_locator: { args: { locator: 1, name: "Break" } },
  jump_to_locator: {
    args: { locator: "Drop" },
    changes: ({ live }) => live.set.songTime === 16,
    look: songTime,
  },
  jump_to_next_locator: { changes: ({ live }) => live.set.songTime === 16, look: songTime },
  list_tracks: { changes: "nothing" },
  get_track: { args: { track: "Vox" }, changes: "nothing", result: ({ kind }) => assert.equal(kind, "audio track") },
  create_track: { args: { kind: "midi", name: "Größe", color: "#1aff2f", number: 2 } },
  delete_track: { args: { track: "Drums" } },
  duplicate_track: { args: { track: "Bass" } },
  rename_track: { args: { track: 1, name: "Sub" } },
  set_track_color: { args: { track: "Bass", color: "#fe3535" }, result: ({ value }) => assert.equal(value, "#ff3636") },
  set_monitoring: { args: { track: "Bass", monitoring: "off" } },
  stop_track: { args: { track: "Bass" }, changes: "nothing" },
  get_routing: { args: { track: "Bass" }, changes: "nothing" },
  set_routing: { args: { track: "Bass", output_type: "Ext. Out", output_channel: "2" } },
  set_track_volume: { args: { track: "Bass", db: -12 }, result: ({ db }) => assert.equal(db, -12) },
  turn_track: { args: { track: "Drums", direction: "down", db: 6 }, result: ({ db }) => assert.equal(db, -6) },
  set_track_pan: { args: { track: "Bass", pan: 0.3 } },
  set_send: { args: { track: "Bass", send: 2, value: 0.6 } },
  mute_track: { args: { track: "Bass" } },
  solo_track: { args: { track: "Bass" } },
  arm_track: { args: { track: "Bass" } },
  list_clips: { changes: "nothing", result: ({ clips }) => assert.equal((clips as unknown[]).length, 3) },
  get_clip: { args: { clip: "Take" }, changes: "nothing", result: ({ file }) => assert.equal(file, "take one.wav") },
  create_clip: { args: { track: "Bass", name: "Fill", length: 2, color: "#5480e4" } },
  fire_clip: { args: { clip: "Line" }, changes: (studio) => clips(studio)[0] === 0, look: clips },
  stop_clip: {
    args: { clip: "Line" },
    before: ({ call }) => call("fire_clip", { clip: "Line" }),
    changes: (studio) => clips(studio)[0] === -1,
  },
  delete_clip: { args: { clip: "Line" } },
  duplicate_clip: { args: { clip: "Line", to_track: "Drums" } },
  double_loop: { args: { clip: "Line" }, result: ({ length }) => assert.equal(length, 8) },
  rename_clip: { args: { clip: "Line", name: "Riff" } },
  set_clip_color: { args: { clip: "Line", color: "#ffffff" } },
  set_clip_loop: { args: { clip: "Beat", looping: false, start: 8.5, end: 10 } },
  set_clip_markers: { args: { clip: "Line", start: 1, end: 3 } },
  mute_clip: { args: { clip: "Line" } },
  set_clip_gain: { args: { clip: "Take", gain: 0.7 } },
  set_clip_warp: { args: { clip: "Take", warping: false, mode: "complex" } },
  set_clip_pitch: { args: { clip: "Take", semitones: -12, cents: 10 } },
  set_clip_launch: { args: { clip: "Line", mode: "toggle", legato: true } },
  get_notes: {
    args: { clip: "Line", low: 41 },
    changes: "nothing",
    result: ({ notes }) => assert.equal((notes as unknown[]).length, 3),
  },
  add_notes: { args: { clip: "Line", notes: [{ pitch: 127, start: 3.5, duration: 0.25 }] } },
  remove_notes: { args: { clip: "Line", from: 1, to: 3 }, result: ({ removed }) => assert.equal(removed, 2) },
  replace_notes: { args: { clip: "Line", notes: [{ pitch: 60, start: 0, duration: 4, mute: true }] } },
  add_pattern: { args: { clip: "Beat", pattern: "four on the floor" }, result: ({ added }) => assert.equal(added, 8) },
  list_scenes: { changes: "nothing" },
  get_scene: { args: { scene: "Chorus" }, changes: "nothing", result: ({ clips }) => assert.equal(clips, 1) },
  create_scene: { args: { name: "Bridge", number: 2 } },
  capture_scene: {},
  delete_scene: { args: { scene: 2 } },
  duplicate_scene: { args: { scene: "Chorus" } },
  rename_scene: { args: { scene: 1, name: "Verse" } },
  fire_scene: { args: { scene: 1 }, changes: playing, look: clips },
  set_scene_color: { args: { scene: 1, color: "#ffffff" } },
  set_scene_tempo: { args: { scene: 2, bpm: 90 } },
  set_scene_signature: { args: { scene: 2, numerator: 3, denominator: 4 } },
  list_devices: { args: { track: "Bass" }, changes: "nothing" },
  get_device: { args: { track: "Bass", device: "Auto Filter" }, changes: "nothing" },
  get_parameter: { args: { track: "Bass", device: 2, parameter: "Frequency" }, changes: "nothing" },
  set_parameter: { args: { track: "Bass", device: 2, parameter: "Frequency", value: 60 } },
  set_parameters: {
    args: {
      track: "Bass",
      device: 2,
      parameters: [{ parameter: "Filter Type", value: 3 }, { parameter: 3, value: 0.5 }],
    },
  },
  enable_device: { args: { track: "Bass", device: 1, enabled: false } },
  delete_device: { args: { track: "Bass", device: "Operator" } },
  add_device: { args: { track: "Bass", device: "Reverb" } },
  map_cc: { args: { track: "Bass", device: 2, parameter: "Frequency", cc: 74 }, changes: "nothing" },
  automate_parameter: {
    args: { track: "Bass", parameter: "volume", to: 0, beats: 64 },
    changes: ({ live }) => live.set.document.tracks[0]!.volume < 0.84,
    look: ramps,
  },
  list_automations: { changes: "nothing" },
  listen: {
    args: { of: "song", property: "groove_amount", as: "groove" },
    changes: "nothing",
    result: ({ value }) => assert.equal(value, 1),
    look: listeners,
  },
  list_midi_ports: { changes: "nothing", result: ({ ports }) => assert.deepEqual(ports, ["Loop A", "Loop B"]) },
  send_midi: {
    args: {
      messages: [{ type: "note", pitch: 60, duration_ms: 5 }, { type: "cc", controller: 1, value: 2 }, {
        type: "start",
      }],
    },
    changes: ({ midi }) => JSON.stringify(midi.sent) === "[[144,60,100],[176,1,2],[250],[128,60,0]]",
  },
  start_midi_clock: { args: { bpm: 120 }, changes: "nothing", look: clock },
  fold_track: {
    args: { track: "Rhythm", folded: true },
    before: group,
    result: ({ track, value, previous }) => assert.deepEqual([track, value, previous], ["Rhythm", true, false]),
    changes: "nothing",
    look: folded,
  },
};

Deno.test("every command of the manifest works, and is taken back as it says", async (test) => {
  await using studio = await startAbletonStudio({ lookMs: 60_000 });
  studio.live.simulate(fillSet);
  const untouched = structuredClone(studio.live.set.document);
  const { tried } = studio;
  const call = (name: string, args: JsonObject) => studio.call(name as Name, args as never);
  for (const [key, wanted] of Object.entries(CASES)) {
    const name = key as Name;
    await test.step(name, async () => {
      const { args = {}, result: check, changes = "document", before } = wanted;
      studio.live.set.stop();
      studio.live.set.songTime = 0;
      await before?.(studio);
      const start = picture(studio);
      const look = () => (wanted.look ?? picture)(studio);
      const seen = await look();
      const result = await studio.call(name, args as never);
      check?.(result as JsonObject);
      await assertReadBack(ableton, name, { args, result }, call);
      if (changes === "document") assert.notEqual(picture(studio), start, "the set is as it was");
      else if (changes === "nothing") assert.equal(picture(studio), start, "the set is another one");
      else await until(() => changes(studio));
      if (ableton.commands[name].undo === "none") return;
      await tried.takeBack(name, { args, result, before: seen, look, call });
      assert.equal(picture(studio), start, "the set was not taken back");
    });
  }
  await test.step("undo and redo go back and forth", async () => {
    studio.live.set.document = structuredClone(untouched);
    for (const name of ["Sub", "Low"]) await studio.call("rename_track", { track: 1, name });
    const look = () => picture(studio);
    for (const name of ["undo", "redo"] as const) {
      const before = look();
      const result = await studio.call(name, { steps: 2 });
      assert.deepEqual(result, { steps: 2 });
      await tried.takeBack(name, { args: { steps: 2 }, result, before, look, call });
      await studio.call(name, { steps: 2 });
    }
  });
  await test.step("a return track comes and goes", async () => {
    const made = await studio.call("create_track", { kind: "return" });
    assert.deepEqual(made, { name: "Return C", number: 3, kind: "return" });
    await studio.call("delete_track", { track: made.number, kind: made.kind });
    assert.equal(studio.live.set.document.returns.length, 2);
  });
  await test.step("a track that is no group cannot be folded", async () => {
    const folding = studio.call("fold_track", { track: "Vox", folded: true });
    await assert.rejects(folding, { code: "COMMAND_FAILED", message: /Cannot set fold_state: this track has none/ });
  });
  tried.assertAll();
});

Deno.test("a group is deleted and copied with all that is in it, and has neither an input nor clips of its own", async () => {
  await using studio = await startAbletonStudio({ lookMs: 60_000 });
  studio.live.simulate(fillSet);
  group(studio);
  const { tracks } = await studio.call("list_tracks", {});
  assert.deepEqual(tracks.map(({ name, kind }) => [name, kind]).slice(0, 3), [
    ["Rhythm", "group track"],
    ["Bass", "midi track"],
    ["Drums", "midi track"],
  ]);
  const details = async (track: string) => {
    const { grouped, folded, can_be_armed, monitoring } = await studio.call("get_track", { track });
    return { grouped, folded, can_be_armed, monitoring };
  };
  await studio.call("fold_track", { track: "Rhythm", folded: true });
  assert.deepEqual(await details("Rhythm"), { grouped: false, folded: true, can_be_armed: false, monitoring: null });
  assert.deepEqual(await details("Bass"), { grouped: true, folded: null, can_be_armed: true, monitoring: "auto" });
  const names = () => studio.live.set.document.tracks.map(({ name }) => name);
  assert.deepEqual(await studio.call("duplicate_track", { track: "Rhythm" }), { name: "Rhythm", number: 4 });
  assert.deepEqual(names(), ["Rhythm", "Bass", "Drums", "Rhythm", "Bass", "Drums", "Vox", "Ambience"]);
  assert.deepEqual(await studio.call("delete_track", { track: 4 }), { name: "Rhythm", number: 4 });
  assert.deepEqual(names(), ["Rhythm", "Bass", "Drums", "Vox", "Ambience"]);
  const { input, output, available } = await studio.call("get_routing", { track: "Rhythm" });
  assert.deepEqual([input, available.input_types, output.type], [{ type: "", channel: "" }, [], "Master"]);
  const args = { track: "Rhythm", output_type: "Sends Only" };
  const result = await studio.call("set_routing", args);
  const inverse = inverseOf(ableton.commands.set_routing, { args, result })!;
  await studio.call("set_routing", inverse.args as typeof args);
  assert.equal(studio.live.set.document.tracks[0]!.output_routing_type, "Master");
  await assert.rejects(studio.call("set_routing", { track: "Rhythm", input_type: "Ext. In" }), { code: "NOT_FOUND" });
  for (
    const refused of [
      studio.call("arm_track", { track: "Rhythm" }),
      studio.call("set_monitoring", { track: "Rhythm", monitoring: "in" }),
      studio.call("create_clip", { track: "Rhythm", length: 4 }),
    ]
  ) await assert.rejects(refused, { code: "COMMAND_FAILED" });
  await studio.call("fire_clip", { clip: "Line" });
  await until(() => clips(studio)[1] === 0);
  await studio.call("stop_track", { track: "Rhythm" });
  assert.deepEqual(clips(studio), [-1, -1, -1, -1, -1]);
});
