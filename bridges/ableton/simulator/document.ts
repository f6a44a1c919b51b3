/** A Live set as the simulator keeps it: plain data, so that a step of undo is a copy. */

export interface SimNote {
  pitch: number;
  start: number;
  duration: number;
  velocity: number;
  mute: boolean;
}

export interface SimClip {
  id: number;
  name: string;
  color: number;
  midi: boolean;
  looping: boolean;
  loop_start: number;
  loop_end: number;
  start_marker: number;
  end_marker: number;
  muted: boolean;
  gain: number;
  pitch_coarse: number;
  pitch_fine: number;
  warping: boolean;
  warp_mode: number;
  launch_mode: number;
  launch_quantization: number;
  legato: boolean;
  velocity_amount: number;
  file_path: string;
  notes: SimNote[];
}

export interface SimParameter {
  name: string;
  value: number;
  min: number;
  max: number;
  quantized: boolean;
  unit: string;
}

export interface SimDevice {
  id: number;
  name: string;
  class_name: string;
  /** 1 instrument, 2 audio effect, 4 MIDI effect, as Live counts them. */
  type: number;
  parameters: SimParameter[];
}

export interface SimTrack {
  id: number;
  name: string;
  color: number;
  midi: boolean;
  /** Whether it is a group. */
  foldable: boolean;
  /** The id of the group that it is in. */
  group: number | null;
  mute: boolean;
  solo: boolean;
  arm: boolean;
  current_monitoring_state: number;
  volume: number;
  panning: number;
  sends: number[];
  slots: (SimClip | null)[];
  devices: SimDevice[];
  input_routing_type: string;
  input_routing_channel: string;
  output_routing_type: string;
  output_routing_channel: string;
}

export interface SimScene {
  id: number;
  name: string;
  color: number;
  tempo: number;
  tempo_enabled: boolean;
  time_signature_numerator: number;
  time_signature_denominator: number;
  time_signature_enabled: boolean;
}

export interface SimSong {
  tempo: number;
  signature_numerator: number;
  signature_denominator: number;
  metronome: boolean;
  loop: boolean;
  loop_start: number;
  loop_length: number;
  punch_in: boolean;
  punch_out: boolean;
  arrangement_overdub: boolean;
  record_mode: boolean;
  session_record: boolean;
  clip_trigger_quantization: number;
  midi_recording_quantization: number;
  groove_amount: number;
  root_note: number;
  scale_name: string;
  is_ableton_link_enabled: boolean;
}

export interface SimDocument {
  song: SimSong;
  tracks: SimTrack[];
  scenes: SimScene[];
  returns: string[];
  cues: { name: string; time: number }[];
  /** For ids: what is made gets the next one, and keeps it through undo. */
  nextId: number;
}

/** What Live opens with: two MIDI tracks, two audio tracks, eight scenes, two returns. */
export function newDocument(): SimDocument {
  const document: SimDocument = {
    song: {
      tempo: 120,
      signature_numerator: 4,
      signature_denominator: 4,
      metronome: false,
      loop: false,
      loop_start: 0,
      loop_length: 16,
      punch_in: false,
      punch_out: false,
      arrangement_overdub: false,
      record_mode: false,
      session_record: false,
      clip_trigger_quantization: 4,
      midi_recording_quantization: 0,
      groove_amount: 1,
      root_note: 0,
      scale_name: "Major",
      is_ableton_link_enabled: false,
    },
    tracks: [],
    scenes: [],
    returns: ["A-Reverb", "B-Delay"],
    cues: [],
    nextId: 1,
  };
  for (let i = 0; i < 8; i++) document.scenes.push(newScene(document));
  for (const midi of [true, true, false, false]) document.tracks.push(newTrack(document, midi));
  return document;
}

export const PALETTE = [
  0xff94a6,
  0xffa529,
  0xcc9927,
  0xf7f47c,
  0xbffb00,
  0x1aff2f,
  0x25ffa8,
  0x5cffe8,
  0x8bc5ff,
  0x5480e4,
  0x92a7ff,
  0xd86ce4,
  0xe553a0,
  0xffffff,
  0xff3636,
  0x3c3c3c,
] as const;

/** Live takes the nearest colour of its palette. */
export function nearestColor(color: number): number {
  const channels = (value: number) => [value >> 16 & 255, value >> 8 & 255, value & 255];
  const wanted = channels(color);
  const distance = (value: number) => channels(value).reduce((sum, channel, i) => sum + (channel - wanted[i]!) ** 2, 0);
  return PALETTE.toSorted((a, b) => distance(a) - distance(b))[0]!;
}

export function newTrack(document: SimDocument, midi: boolean): SimTrack {
  const id = document.nextId++;
  const number = document.tracks.length + 1;
  return {
    id,
    name: `${number}-${midi ? "MIDI" : "Audio"}`,
    color: PALETTE[id % PALETTE.length]!,
    midi,
    foldable: false,
    group: null,
    mute: false,
    solo: false,
    arm: false,
    current_monitoring_state: 1,
    volume: Math.fround(0.85),
    panning: 0,
    sends: document.returns.map(() => 0),
    slots: document.scenes.map(() => null),
    devices: [],
    input_routing_type: midi ? "All Ins" : "Ext. In",
    input_routing_channel: midi ? "All Channels" : "1",
    output_routing_type: "Master",
    output_routing_channel: "",
  };
}

export function newScene(document: SimDocument): SimScene {
  return {
    id: document.nextId++,
    name: "",
    color: 0x3c3c3c,
    tempo: -1,
    tempo_enabled: false,
    time_signature_numerator: -1,
    time_signature_denominator: -1,
    time_signature_enabled: false,
  };
}

export function newClip(document: SimDocument, track: SimTrack, length: number, midi = true): SimClip {
  return {
    id: document.nextId++,
    name: "",
    color: track.color,
    midi,
    looping: true,
    loop_start: 0,
    loop_end: length,
    start_marker: 0,
    end_marker: length,
    muted: false,
    gain: Math.fround(0.4),
    pitch_coarse: 0,
    pitch_fine: 0,
    warping: true,
    warp_mode: 0,
    launch_mode: 0,
    launch_quantization: 0,
    legato: false,
    velocity_amount: 0,
    file_path: "",
    notes: [],
  };
}

export const clipLength = (clip: SimClip): number =>
  clip.looping ? clip.loop_end - clip.loop_start : clip.end_marker - clip.start_marker;
