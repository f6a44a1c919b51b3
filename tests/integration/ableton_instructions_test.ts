import assert from "node:assert/strict";
import { ableton } from "@patchbay/bridge-ableton";
import { type ManifestDocument, manifestDocument, newId, type Presence, validatePlan } from "@patchbay/contracts";
import { phrasebookProvider, unreadablePhrases, type World } from "@patchbay/llm-planner";

const manifest: ManifestDocument = manifestDocument(ableton);

const presence: Presence = {
  app: "ableton",
  bridge: "ws-01",
  instance: newId(),
  status: "idle",
  reason: "waits",
  title: "Ableton Live",
  host: "here",
  pid: 1,
  startedAt: 1,
  bridgeVersion: "0.1.0",
  simulated: false,
  allowCode: false,
  queued: 0,
};

const track = (name: string, kind: string, ...clips: string[]) => ({
  name,
  kind,
  clips: clips.map((clip) => ({ kind: "clip", name: clip })),
});
const state = {
  tracks: [
    track("Drums", "midi track", "Beat"),
    track("Lead Synth", "midi track"),
    track("Vox", "audio track", "Take"),
  ],
};

const world: World = {
  manifests: [manifest],
  presence: [presence],
  states: [{ app: "ableton", bridge: "ws-01", state }],
};

const plan = (instruction: string) =>
  phrasebookProvider.plan({ ...world, instruction, signal: new AbortController().signal, onProgress: () => {} });

type Steps = [command: string, args: Record<string, unknown>][];
const made = (step: number) => ({ $ref: `s${step}.result.name` });

/** What musicians say, and what it comes to. */
const UNDERSTOOD: [string, Steps][] = [
  ["set the tempo to 128", [["set_tempo", { bpm: 128 }]]],
  ["create a midi track called Bass", [["create_track", { kind: "midi", name: "Bass" }]]],
  ["make a red audio track called Vocals", [["create_track", { color: "#ff0000", kind: "audio", name: "Vocals" }]]],
  ["fire scene 2", [["fire_scene", { scene: 2 }]]],
  ["turn the drums down 6 dB", [["turn_track", { track: "Drums", direction: "down", db: 6 }]]],
  ["make the drums louder", [["turn_track", { track: "Drums", direction: "up" }]]],
  ["set the volume of the drums to -6 dB", [["set_track_volume", { track: "Drums", db: -6 }]]],
  ["add four on the floor kick to the Beat clip", [["add_pattern", { pattern: "four on the floor", clip: "Beat" }]]],
  ["add four on the floor kick to the Drums clip", [["add_pattern", { pattern: "four on the floor", clip: "Drums" }]]],
  ["create a midi track called Bass, create a clip called Line on it, add four on the floor to it and fire it", [
    ["create_track", { kind: "midi", name: "Bass" }],
    ["create_clip", { name: "Line", track: made(1) }],
    ["add_pattern", { pattern: "four on the floor", clip: made(2) }],
    ["fire_clip", { clip: made(3) }],
  ]],
  ["create a midi track called Bass, add a Reverb to it and export the audio", [
    ["create_track", { kind: "midi", name: "Bass" }],
    ["add_device", { device: "Reverb", track: made(1) }],
    ["export_audio", {}],
  ]],
  ["set the tempo to 90 and play the song", [["set_tempo", { bpm: 90 }], ["play", {}]]],
  ["mute track 2", [["mute_track", { track: "2", mute: true }]]],
  ["pan vox left", [["set_track_pan", { track: "Vox", pan: -1 }]]],
  ["turn on the metronome", [["set_metronome", { enabled: true }]]],
  ["fade out the drums over 16 beats", [["automate_parameter", {
    parameter: "volume",
    to: 0,
    track: "Drums",
    beats: 16,
  }]]],
  ["set the time signature to 3/4", [["set_time_signature", { numerator: 3, denominator: 4 }]]],
  ["play", [["play", {}]]],
  ["stop", [["stop", {}]]],
  ["undo", [["undo", {}]]],
];

for (const [instruction, steps] of UNDERSTOOD) {
  Deno.test(`"${instruction}" becomes the commands that it means`, async () => {
    const { plan: made } = await plan(instruction);
    assert.deepEqual(made.steps.map(({ command, args }) => [command, args]), steps);
    const checked = validatePlan(made, { manifests: new Map([["ableton", manifest]]), bridges: [presence] });
    assert.ok(checked.ok, JSON.stringify(checked));
  });
}

Deno.test("every phrase of Live's manifest can be read", () => {
  assert.deepEqual(unreadablePhrases([manifest]), []);
});
