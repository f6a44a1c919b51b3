/** Drum patterns that people ask for by name. */
import type { Note } from "../manifest/values.ts";
import type { PATTERNS } from "../manifest/notes.ts";

type Pattern = typeof PATTERNS[number];

/** The key of General MIDI, the first beat, and the beats between two hits. */
const SHAPES: Record<Pattern, { pitch: number; first: number; every: number }> = {
  "four on the floor": { pitch: 36, first: 0, every: 1 },
  backbeat: { pitch: 38, first: 1, every: 2 },
  "offbeat hats": { pitch: 42, first: 0.5, every: 1 },
  "eighth hats": { pitch: 42, first: 0, every: 0.5 },
  "sixteenth hats": { pitch: 42, first: 0, every: 0.25 },
};

/** @param beats how long it goes on */
export function pattern(
  name: Pattern,
  beats: number,
  { pitch, velocity }: { pitch?: number; velocity: number },
): Note[] {
  const { first, every, pitch: usual } = SHAPES[name];
  const count = Math.max(0, Math.ceil((beats - first) / every));
  return Array.from({ length: count }, (_, i) => ({
    pitch: pitch ?? usual,
    start: first + i * every,
    duration: 0.25,
    velocity,
    mute: false,
  }));
}
