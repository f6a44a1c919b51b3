/** In Live: a drum track and a melody with effects, in a scene of their own, and their sound as a file. */
import type { StepList } from "../step_list.ts";
import { BEATS, notes, TEMPO } from "./score.ts";

export const SCENE = "Music to visuals";

const ref = (text: string) => ({ $ref: text });

export function writeMusic(list: StepList, { canLoadDevices }: { canLoadDevices: boolean }): void {
  const live = list.of("ableton");
  live("tempo", "set_tempo", { bpm: TEMPO });
  live("scene", "create_scene", { name: SCENE });
  const scene = ref("scene.result.number");

  const drums = ref("drums.result.number");
  live("drums", "create_track", { kind: "midi", name: "Drums", color: "#ff7a1a" });
  live("kick_clip", "create_clip", { track: drums, scene, length: BEATS, name: "Four on the floor" });
  live("kick", "add_pattern", { track: drums, clip: ref("kick_clip.result.scene"), pattern: "four on the floor" });

  const melody = ref("melody.result.number");
  live("melody", "create_track", { kind: "midi", name: "Melody", color: "#3d8bff" });
  live("notes_clip", "create_clip", { track: melody, scene, length: BEATS, name: "Up and down" });
  live("notes", "add_notes", { track: melody, clip: ref("notes_clip.result.scene"), notes });

  if (canLoadDevices) {
    live("drum_rack", "add_device", { track: drums, device: "Drum Rack" });
    live("synth", "add_device", { track: melody, device: "Operator" });
    live("reverb", "add_device", { track: melody, device: "Reverb" });
    const device = ref("reverb.result.number");
    live("wet", "set_parameter", { track: melody, device, parameter: "Dry/Wet", value: 0.3 });
  }
  live("export", "export_audio", { name: "music.wav", scene, beats: BEATS, ask_person: true });
}
