/** What the bridge knows of the set: read at the start, kept up by listeners and by looking again. Indices are from 0 here. */
import { decibels } from "./decibels.ts";
import type { ClipSummary, TrackKind, TrackSummary } from "../manifest/values.ts";
import type { LiveState } from "../manifest/signals.ts";
import type { TransportState } from "../manifest/transport.ts";

export interface KnownClip {
  name: string;
  length: number;
  color: number;
  midi: boolean;
}

export interface KnownDevice {
  name: string;
  class_name: string;
  type: number;
}

export interface KnownTrack {
  name: string;
  color: number;
  kind: TrackKind;
  mute: boolean;
  solo: boolean;
  arm: boolean | null;
  grouped: boolean;
  volume: number;
  panning: number;
  sends: number[];
  playing: number;
  fired: number;
  clips: (KnownClip | null)[];
  devices: KnownDevice[];
  meter: number;
}

export interface KnownSet {
  transport: TransportState;
  tracks: KnownTrack[];
  scenes: string[];
  locators: { name: string; time: number }[];
}

export const emptySet = (): KnownSet => ({
  transport: {
    playing: false,
    tempo: 120,
    song_time: 0,
    signature: { numerator: 4, denominator: 4 },
    metronome: false,
    loop: { enabled: false, start: 0, length: 4 },
    recording: { arrangement: false, session: false, overdub: false },
  },
  tracks: [],
  scenes: [],
  locators: [],
});

export const hexColor = (color: number): string => `#${(color & 0xffffff).toString(16).padStart(6, "0")}`;
export const colorNumber = (hex: string): number => Number.parseInt(hex.slice(1), 16);

const DEVICE_TYPES = new Map([[1, "instrument"], [2, "audio effect"], [4, "midi effect"]] as const);

export const deviceSummary = ({ name, class_name, type }: KnownDevice, index: number) => ({
  number: index + 1,
  name,
  class_name,
  type: DEVICE_TYPES.get(type as 1 | 2 | 4) ?? "other" as const,
});

export function clipSummary(track: KnownTrack, clip: KnownClip, slot: number): ClipSummary {
  return {
    kind: "clip",
    name: clip.name,
    scene: slot + 1,
    length: clip.length,
    midi: clip.midi,
    color: hexColor(clip.color),
    playing: track.playing === slot,
    triggered: track.fired === slot,
  };
}

export function clipsOf(track: KnownTrack): ClipSummary[] {
  return track.clips.flatMap((clip, slot) => clip === null ? [] : [clipSummary(track, clip, slot)]);
}

export function trackSummary(track: KnownTrack, index: number): TrackSummary {
  return {
    kind: track.kind,
    name: track.name,
    number: index + 1,
    color: hexColor(track.color),
    volume: track.volume,
    volume_db: decibels(track.volume),
    pan: track.panning,
    mute: track.mute,
    solo: track.solo,
    arm: track.arm,
    sends: track.sends,
    clips: clipsOf(track),
    devices: track.devices.map(deviceSummary),
  };
}

const MOST_TRACKS = 150;
const MOST_CLIPS = 600;
const MOST_SCENES = 300;
const MOST_DEVICES = 10;

/** The set in short, whatever its size. */
export function stateOf(
  { transport, tracks, scenes, locators }: KnownSet,
  around: Pick<LiveState, "midi" | "extensions">,
): LiveState {
  const { song_time: _songTime, ...still } = transport;
  let clipsLeft = MOST_CLIPS;
  const shown = tracks.slice(0, MOST_TRACKS).map((track, i) => {
    const { devices, clips, ...summary } = trackSummary(track, i);
    const few = clips.slice(0, clipsLeft);
    clipsLeft -= few.length;
    return { ...summary, clips: few, devices: devices.slice(0, MOST_DEVICES).map(({ name }) => name) };
  });
  return {
    transport: still,
    tracks: shown,
    scenes: scenes.slice(0, MOST_SCENES).map((name, i) => ({ number: i + 1, name })),
    locators: locators.slice(0, 200).map((locator, i) => ({ number: i + 1, ...locator })),
    counts: {
      tracks: tracks.length,
      clips: tracks.reduce((sum, { clips }) => sum + clips.filter((clip) => clip !== null).length, 0),
      scenes: scenes.length,
    },
    ...around,
  };
}
