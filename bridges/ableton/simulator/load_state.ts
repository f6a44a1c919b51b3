/** A set that looks like a state which a real Live has reported; what a state does not say is taken as new, and noted. */
import { someNames } from "@patchbay/bridge-kit";
import type { LiveState } from "../manifest/signals.ts";
import { colorNumber } from "../live/model.ts";
import { newDevice } from "./catalogue.ts";
import {
  newClip,
  newDocument,
  newScene,
  newTrack,
  type SimClip,
  type SimDevice,
  type SimDocument,
  type SimTrack,
} from "./document.ts";

type StateTrack = LiveState["tracks"][number];

export interface LoadedSet {
  document: SimDocument;
  /** The slot that plays, and the one that waits, by the track's place. */
  playing: ReadonlyMap<number, number>;
  fired: ReadonlyMap<number, number>;
  isPlaying: boolean;
  /** What of the set is not in it, each in a sentence. */
  notes: string[];
}

export function setOf(state: LiveState): LoadedSet {
  const { transport } = state;
  const document: SimDocument = { ...newDocument(), tracks: [], scenes: [] };
  const highest = Math.max(...state.tracks.flatMap(({ clips }) => clips.map(({ scene }) => scene)), 0);
  for (let i = 0; i < Math.max(state.scenes.length, highest); i++) {
    document.scenes.push({ ...newScene(document), name: state.scenes[i]?.name ?? "" });
  }
  document.returns = Array.from({ length: state.tracks[0]?.sends.length ?? 2 }, (_, i) => returnName(i));
  document.cues = state.locators.map(({ name, time }) => ({ name, time }));
  Object.assign(document.song, {
    tempo: transport.tempo,
    signature_numerator: transport.signature.numerator,
    signature_denominator: transport.signature.denominator,
    metronome: transport.metronome,
    loop: transport.loop.enabled,
    loop_start: transport.loop.start,
    loop_length: transport.loop.length,
    record_mode: transport.recording.arrangement,
    session_record: transport.recording.session,
    arrangement_overdub: transport.recording.overdub,
  });
  for (const track of state.tracks) document.tracks.push(trackOf(document, track));
  return {
    document,
    isPlaying: transport.playing,
    playing: slots(state, ({ playing }) => playing),
    fired: slots(state, ({ triggered }) => triggered),
    notes: notesOn(state, document),
  };
}

const returnName = (at: number) => `${String.fromCharCode(65 + at)}-${["Reverb", "Delay"][at] ?? "Return"}`;

const slots = ({ tracks }: LiveState, which: (clip: StateTrack["clips"][number]) => boolean) =>
  new Map(tracks.flatMap(({ clips }, i) => {
    const found = clips.find(which);
    return found === undefined ? [] : [[i, found.scene - 1] as const];
  }));

function trackOf(document: SimDocument, track: StateTrack): SimTrack {
  const made = newTrack(document, track.kind === "midi track");
  const slots: (SimClip | null)[] = document.scenes.map(() => null);
  for (const { name, scene, length, midi, color } of track.clips) {
    slots[scene - 1] = { ...newClip(document, made, length, midi), name, color: colorNumber(color) };
  }
  return {
    ...made,
    name: track.name,
    color: colorNumber(track.color),
    foldable: track.kind === "group track",
    mute: track.mute,
    solo: track.solo,
    arm: track.arm === true,
    volume: track.volume,
    panning: track.pan,
    sends: [...track.sends],
    slots,
    devices: track.devices.map((name) => deviceOf(document, name)),
  };
}

/** One that the simulator does not know can only be switched on and off. */
function deviceOf(document: SimDocument, name: string): SimDevice {
  const known = newDevice(document, name);
  if (known !== undefined) return { ...known, name };
  const on = { name: "Device On", value: 1, min: 0, max: 1, quantized: true, unit: "" };
  return { id: document.nextId++, name, class_name: "PluginDevice", type: 0, parameters: [on] };
}

function notesOn({ tracks, scenes, counts }: LiveState, document: SimDocument): string[] {
  const clips = tracks.flatMap((track) => track.clips);
  const named = (kind: StateTrack["kind"]) => tracks.filter((track) => track.kind === kind).map(({ name }) => name);
  const unknown = document.tracks.flatMap(({ devices }) => devices).filter(({ type }) => type === 0);
  const about: [string[], string][] = [
    [clips.filter(({ midi }) => midi).map(({ name }) => name), "Notes are not known: the clips are empty"],
    [clips.filter(({ midi }) => !midi).map(({ name }) => name), "Audio is not known: files and warping are as new"],
    [tracks.flatMap(({ devices }) => devices), "What devices are set to is not known: they are as new"],
    [unknown.map(({ name }) => name), "The simulator does not know the parameters of"],
    [named("group track"), "Which tracks a group holds is not known: these are empty"],
  ];
  const notes = about.filter(([names]) => names.length > 0)
    .map(([names, what]) => `${what}: ${someNames([...new Set(names)])}.`);
  const left: [number, string][] = [
    [counts.tracks - tracks.length, "tracks"],
    [counts.clips - clips.length, "clips"],
    [counts.scenes - scenes.length, "scenes"],
  ];
  for (const [more, what] of left) {
    if (more > 0) notes.push(`${more} more ${what} are not reported, and not on the stage.`);
  }
  return [...notes, "Routing, punch, groove and scale are not known: they are as in a new set."];
}
