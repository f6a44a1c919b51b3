/** The properties of Live's objects, as far as the published script reaches them: how each is read, written and typed. */
import type { OscArgument } from "@patchbay/bridge-kit";
import {
  clipLength,
  nearestColor,
  PALETTE,
  type SimClip,
  type SimScene,
  type SimSong,
  type SimTrack,
} from "./document.ts";
import { groupsOf } from "./groups.ts";
import { boolean, float, integer, PythonError, text } from "./python.ts";
import type { SimulatedSet } from "./set.ts";
import { type Argument, out } from "./wire.ts";

export interface Property<T> {
  get(target: T): OscArgument;
  /** Absent: it cannot be set. @throws {PythonError} */
  set?(target: T, value: Argument | undefined): void;
  /** Whether setting it is no step of undo. */
  silent?: boolean;
  /** Whether Live tells nobody when it changes. */
  unheard?: boolean;
}

export type Properties<T> = Readonly<Record<string, Property<T>>>;

type Keys<T, V> = { [K in keyof T]-?: T[K] extends V ? K : never }[keyof T];

function within(value: number, min: number, max: number): number {
  if (value < min || value > max) throw new PythonError("Invalid value. Check the parameters range with min/max");
  return value;
}

const floatOf = <T, K extends Keys<T, number>>(key: K, min = -Infinity, max = Infinity): Property<T> => ({
  get: (target) => out.float(Number(target[key])),
  set: (target, value) => void Object.assign(target as object, { [key]: Math.fround(within(float(value), min, max)) }),
});
const intOf = <T, K extends Keys<T, number>>(key: K, min = -Infinity, max = Infinity): Property<T> => ({
  get: (target) => out.int(Number(target[key])),
  set: (target, value) => void Object.assign(target as object, { [key]: within(integer(value), min, max) }),
});
const boolOf = <T, K extends Keys<T, boolean>>(key: K): Property<T> => ({
  get: (target) => out.bool(Boolean(target[key])),
  set: (target, value) => void Object.assign(target as object, { [key]: boolean(value) }),
});
const textOf = <T, K extends Keys<T, string>>(key: K): Property<T> => ({
  get: (target) => out.text(String(target[key])),
  set: (target, value) => void Object.assign(target as object, { [key]: text(value) }),
});
const read = <T>(get: (target: T) => OscArgument): Property<T> => ({ get });

const song = (property: Property<SimSong>): Property<SimulatedSet> => ({
  get: (set) => property.get(set.document.song),
  ...(property.set === undefined ? {} : { set: (set, value) => property.set?.(set.document.song, value) }),
});

export const SONG: Properties<SimulatedSet> = {
  arrangement_overdub: song(boolOf("arrangement_overdub")),
  back_to_arranger: { get: () => false, set: (_set, value) => void boolean(value), silent: true },
  clip_trigger_quantization: song(intOf("clip_trigger_quantization", 0, 13)),
  current_song_time: {
    get: ({ songTime }) => out.float(songTime),
    set: (set, value) => void (set.songTime = Math.max(0, float(value))),
    silent: true,
  },
  groove_amount: song(floatOf("groove_amount", 0, 1.3125)),
  is_ableton_link_enabled: song(boolOf("is_ableton_link_enabled")),
  loop: song(boolOf("loop")),
  loop_length: song(floatOf("loop_length", 0)),
  loop_start: song(floatOf("loop_start", 0)),
  metronome: song(boolOf("metronome")),
  midi_recording_quantization: song(intOf("midi_recording_quantization", 0, 8)),
  punch_in: song(boolOf("punch_in")),
  punch_out: song(boolOf("punch_out")),
  record_mode: song(boolOf("record_mode")),
  root_note: song(intOf("root_note", 0, 11)),
  scale_name: song(textOf("scale_name")),
  session_record: song(boolOf("session_record")),
  signature_denominator: song(intOf("signature_denominator", 1, 16)),
  signature_numerator: song(intOf("signature_numerator", 1, 99)),
  tempo: song(floatOf("tempo", 20, 999)),
  can_redo: read(({ canRedo }) => canRedo),
  can_undo: read(({ canUndo }) => canUndo),
  is_playing: read(({ isPlaying }) => isPlaying),
  song_length: read(() => out.float(256)),
  session_record_status: read(() => out.int(0)),
};

const color = <T extends { color: number }>(): Property<T> => ({
  get: (target) => out.int(target.color),
  set: (target, value) => void (target.color = nearestColor(integer(value))),
});

/** A track in its set: some of its properties are the transport's. */
export interface TrackTarget {
  set: SimulatedSet;
  track: SimTrack;
}

const ofTrack = (property: Property<SimTrack>): Property<TrackTarget> => ({
  get: ({ track }) => property.get(track),
  ...(property.set === undefined ? {} : { set: ({ track }, value) => property.set?.(track, value) }),
});

/** Groups do not have it: Live throws, for which the script answers nothing. */
const notOfGroups = (property: Property<SimTrack>): Property<TrackTarget> => ({
  get: ({ track }) => track.foldable ? null : property.get(track),
  set: ({ track }, value) => {
    if (track.foldable) throw new PythonError("Group tracks do not have this property");
    property.set?.(track, value);
  },
});

export const TRACK: Properties<TrackTarget> = {
  arm: notOfGroups(boolOf("arm")),
  color: ofTrack(color()),
  color_index: ofTrack({
    get: (track) => out.int(PALETTE.findIndex((one) => one === track.color)),
    set: (track, value) => void (track.color = PALETTE[within(integer(value), 0, PALETTE.length - 1)]!),
  }),
  current_monitoring_state: notOfGroups(intOf("current_monitoring_state", 0, 2)),
  // only groups have one: Live throws, and the script answers nothing instead
  fold_state: {
    get: ({ set, track }) => track.foldable ? out.bool(set.folded.has(track.id)) : null,
    set: ({ set, track }, value) => {
      if (!track.foldable) throw new PythonError("Track is not foldable");
      if (boolean(value)) set.folded.add(track.id);
      else set.folded.delete(track.id);
    },
    silent: true,
    unheard: true,
  },
  mute: ofTrack(boolOf("mute")),
  solo: ofTrack(boolOf("solo")),
  name: ofTrack(textOf("name")),
  can_be_armed: { get: ({ track }) => !track.foldable, unheard: true },
  fired_slot_index: read(({ set, track }) => out.int(set.firedSlot(track))),
  has_audio_input: read(({ track }) => !track.midi && !track.foldable),
  has_audio_output: read(({ track }) => !track.midi || track.devices.some(({ type }) => type === 1)),
  has_midi_input: read(({ track }) => track.midi),
  has_midi_output: read(({ track }) => track.midi && !track.devices.some(({ type }) => type === 1)),
  is_foldable: { get: ({ track }) => track.foldable, unheard: true },
  is_grouped: { get: ({ track }) => track.group !== null, unheard: true },
  is_visible: {
    get: ({ set, track }) => !groupsOf(set.document, track).some(({ id }) => set.folded.has(id)),
    unheard: true,
  },
  output_meter_level: read(({ set, track }) => out.float(set.meter(track))),
  output_meter_left: read(({ set, track }) => out.float(set.meter(track) * Math.min(1, 1 - track.panning))),
  output_meter_right: read(({ set, track }) => out.float(set.meter(track) * Math.min(1, 1 + track.panning))),
  playing_slot_index: read(({ set, track }) => out.int(set.playingSlot(track))),
};

export const MIXER: Properties<TrackTarget> = {
  volume: ofTrack(floatOf("volume", 0, 1)),
  panning: ofTrack(floatOf("panning", -1, 1)),
};

/** A clip in its slot. */
export interface ClipTarget {
  set: SimulatedSet;
  track: SimTrack;
  slot: number;
  clip: SimClip;
}

const ofClip = (property: Property<SimClip>): Property<ClipTarget> => ({
  get: ({ clip }) => property.get(clip),
  ...(property.set === undefined ? {} : { set: ({ clip }, value) => property.set?.(clip, value) }),
});
/** Only audio clips have it. */
const ofAudio = (property: Property<SimClip>): Property<ClipTarget> => ({
  get: ({ clip }) => {
    if (clip.midi) throw new PythonError("This property is only available for AudioClips");
    return property.get(clip);
  },
  set: ({ clip }, value) => {
    if (clip.midi) throw new PythonError("This property is only available for AudioClips");
    property.set?.(clip, value);
  },
});
const edge = (key: "loop_start" | "loop_end" | "start_marker" | "end_marker"): Property<ClipTarget> =>
  ofClip({
    get: (clip) => out.float(clip[key]),
    set: (clip, value) => {
      const at = Math.fround(float(value));
      const wrong = (key === "loop_start" && at >= clip.loop_end) || (key === "loop_end" && at <= clip.loop_start) ||
        (key === "start_marker" && at >= clip.end_marker) || (key === "end_marker" && at <= clip.start_marker);
      if (wrong) throw new PythonError("Invalid loop range");
      clip[key] = at;
    },
  });

export const CLIP: Properties<ClipTarget> = {
  color: ofClip(color()),
  gain: ofAudio(floatOf("gain", 0, 1)),
  launch_mode: ofClip(intOf("launch_mode", 0, 3)),
  launch_quantization: ofClip(intOf("launch_quantization", 0, 14)),
  legato: ofClip(boolOf("legato")),
  loop_start: edge("loop_start"),
  loop_end: edge("loop_end"),
  looping: ofClip(boolOf("looping")),
  muted: ofClip(boolOf("muted")),
  name: ofClip(textOf("name")),
  pitch_coarse: ofAudio(intOf("pitch_coarse", -48, 48)),
  pitch_fine: ofAudio(floatOf("pitch_fine", -50, 49)),
  start_marker: edge("start_marker"),
  end_marker: edge("end_marker"),
  velocity_amount: ofClip(floatOf("velocity_amount", 0, 1)),
  warp_mode: ofAudio(intOf("warp_mode", 0, 6)),
  warping: ofAudio(boolOf("warping")),
  file_path: ofAudio(read((clip) => clip.file_path)),
  gain_display_string: ofAudio(read((clip) => `${(20 * Math.log10(clip.gain / 0.4)).toFixed(1)} dB`)),
  has_groove: read(() => false),
  is_midi_clip: ofClip(read((clip) => clip.midi)),
  is_audio_clip: ofClip(read((clip) => !clip.midi)),
  is_overdubbing: read(() => false),
  is_playing: read(({ set, track, slot }) => set.playingSlot(track) === slot),
  is_recording: read(() => false),
  is_triggered: read(({ set, track, slot }) => set.firedSlot(track) === slot),
  length: ofClip(read((clip) => out.float(clipLength(clip)))),
  playing_position: read(({ set, track, clip }) => {
    const found = set.playingClip(track);
    return out.float(found?.clip === clip ? found.position : 0);
  }),
};

export const SCENE: Properties<SimScene> = {
  color: color(),
  name: textOf("name"),
  tempo: floatOf("tempo", 20, 999),
  tempo_enabled: boolOf("tempo_enabled"),
  time_signature_numerator: intOf("time_signature_numerator", 1, 99),
  time_signature_denominator: intOf("time_signature_denominator", 1, 16),
  time_signature_enabled: boolOf("time_signature_enabled"),
};
