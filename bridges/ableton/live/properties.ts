/** The types of Live's properties: an integer or a boolean that is sent as a float is refused. */
import type { OscArgument, OscValue } from "@patchbay/bridge-kit";

type Kind = "int" | "bool" | "float" | "text";

const kinds = <K extends Kind>(kind: K, ...names: string[]) => names.map((name) => [name, kind] as const);

const TYPES = {
  song: new Map<string, Kind>([
    ...kinds("float", "tempo", "current_song_time", "loop_start", "loop_length", "groove_amount", "song_length"),
    ...kinds("bool", "metronome", "loop", "punch_in", "punch_out", "record_mode", "session_record", "is_playing"),
    ...kinds("bool", "arrangement_overdub", "back_to_arranger", "is_ableton_link_enabled", "can_undo", "can_redo"),
    ...kinds("int", "signature_numerator", "signature_denominator", "clip_trigger_quantization", "root_note"),
    ...kinds("int", "midi_recording_quantization", "session_record_status"),
    ...kinds("text", "scale_name"),
  ]),
  track: new Map<string, Kind>([
    ...kinds("float", "volume", "panning", "output_meter_level", "output_meter_left", "output_meter_right"),
    ...kinds(
      "bool",
      "mute",
      "solo",
      "arm",
      "fold_state",
      "can_be_armed",
      "is_grouped",
      "is_foldable",
      "has_midi_input",
    ),
    ...kinds("int", "color", "color_index", "current_monitoring_state", "playing_slot_index", "fired_slot_index"),
    ...kinds("text", "name", "input_routing_type", "input_routing_channel", "output_routing_type"),
    ...kinds("text", "output_routing_channel"),
  ]),
  clip: new Map<string, Kind>([
    ...kinds("float", "gain", "loop_start", "loop_end", "start_marker", "end_marker", "velocity_amount", "pitch_fine"),
    ...kinds("float", "length", "playing_position"),
    ...kinds(
      "bool",
      "looping",
      "muted",
      "legato",
      "warping",
      "is_midi_clip",
      "is_audio_clip",
      "is_playing",
      "is_triggered",
    ),
    ...kinds("int", "color", "launch_mode", "launch_quantization", "pitch_coarse", "warp_mode"),
    ...kinds("text", "name", "file_path"),
  ]),
  scene: new Map<string, Kind>([
    ...kinds("float", "tempo"),
    ...kinds("bool", "tempo_enabled", "time_signature_enabled", "is_empty"),
    ...kinds("int", "color", "time_signature_numerator", "time_signature_denominator"),
    ...kinds("text", "name"),
  ]),
  view: new Map<string, Kind>(kinds("int", "selected_track", "selected_scene")),
} as const;

export type LiveObject = keyof typeof TYPES;
/** What a property may be. */
export type LiveValue = number | boolean | string;

/** Whether the published script knows the property. */
export const isKnown = (object: LiveObject, property: string): boolean => TYPES[object].has(property);
export const knownProperties = (object: LiveObject): string[] => [...TYPES[object].keys()];

/** As the wire wants it. */
export function argument(object: LiveObject, property: string, value: LiveValue): OscArgument {
  switch (TYPES[object].get(property)) {
    case "float":
      return float(Number(value));
    case "int":
      return int(Number(value));
    case "bool":
      // an integer: what the script's own documentation sends
      return int(value ? 1 : 0);
    default:
      return String(value);
  }
}

/** As it is meant: a boolean may come as a number. */
export function meant(object: LiveObject, property: string, value: OscValue | undefined): LiveValue | null {
  if (value === null || value === undefined) return null;
  switch (TYPES[object].get(property)) {
    case "float":
    case "int":
      return Number(value);
    case "bool":
      return value === true || (typeof value === "number" && value !== 0);
    default:
      return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? value
        : String(value);
  }
}

export const int = (value: number): OscArgument => ({ type: "i", value: Math.round(value) });
export const float = (value: number): OscArgument => ({ type: "f", value });
