/** Lets the simulated set be heard: a saw or a sine for each note, noise for drums; volume, pan, mute and solo as they are set. */
import { clipLength, type SimClip, type SimNote, type SimTrack } from "./document.ts";
import { groupsOf, isHeard } from "./groups.ts";
import type { SimulatedSet } from "./set.ts";
import type { Audio } from "./wav.ts";

export interface RenderOptions {
  beats: number;
  /** The scene whose clips are rendered. @default what plays, else each track's first clip */
  slot?: number;
  /** Samples a second. @default 44_100 */
  rate?: number;
}

/** Seconds. */
const ENVELOPE = { attack: 0.005, decay: 0.12, sustain: 0.6, release: 0.08 };

export function renderSet(set: SimulatedSet, { beats, slot, rate = 44_100 }: RenderOptions): Audio {
  const { song, tracks } = set.document;
  const beatSeconds = 60 / song.tempo;
  const length = Math.max(1, Math.round(beats * beatSeconds * rate));
  const audio: Audio = { rate, left: new Float32Array(length), right: new Float32Array(length) };
  for (const track of tracks) {
    const clip = clipOf(set, track, slot);
    if (!clip || clip.muted || !isHeard(set.document, track)) continue;
    const drums = isDrums(track, clip);
    const faders = [track, ...groupsOf(set.document, track)];
    const gain = faders.reduce((product, { volume }) => product * loudness(volume), 0.3);
    // equal power
    const angle = (track.panning + 1) * Math.PI / 4;
    const sides = { left: Math.cos(angle) * Math.SQRT2 * gain, right: Math.sin(angle) * Math.SQRT2 * gain };
    for (const { note, at } of sounding(clip, beats)) {
      voice(audio, note, { at: at * beatSeconds, beatSeconds, drums, sides });
    }
  }
  return audio;
}

function clipOf(set: SimulatedSet, track: SimTrack, slot: number | undefined): SimClip | null | undefined {
  if (slot !== undefined) return track.slots[slot];
  const playing = set.playingSlot(track);
  return playing >= 0 ? track.slots[playing] : track.slots.find((clip) => clip !== null);
}

/** The notes of a clip in their order, again and again where it loops. */
function* sounding(clip: SimClip, beats: number): Generator<{ note: SimNote; at: number }> {
  const length = clipLength(clip);
  const rounds = clip.looping ? Math.ceil(beats / length) : 1;
  const first = clip.looping ? clip.loop_start : clip.start_marker;
  for (let round = 0; round < rounds; round++) {
    for (const note of clip.notes) {
      const inside = note.start - first;
      const at = inside + round * length;
      if (!note.mute && inside >= 0 && inside < length && at < beats) yield { note, at };
    }
  }
}

const isDrums = ({ name, devices }: SimTrack, clip: SimClip) =>
  /drum|beat|perc/i.test(`${name} ${clip.name}`) || devices.some(({ class_name }) => class_name === "DrumGroupDevice");

/** 0.85 of the fader is 0 dB. */
const loudness = (volume: number) =>
  volume === 0 ? 0 : 10 ** ((volume >= 0.4 ? 40 * volume - 34 : -18 - 130 * (0.4 - volume)) / 20);

interface Voice {
  /** Seconds. */
  at: number;
  beatSeconds: number;
  drums: boolean;
  sides: { left: number; right: number };
}

function voice({ rate, left, right }: Audio, note: SimNote, { at, beatSeconds, drums, sides }: Voice): void {
  const held = drums ? 0.18 : note.duration * beatSeconds;
  const from = Math.round(at * rate);
  const end = Math.min(left.length, from + Math.round((held + ENVELOPE.release) * rate));
  const level = note.velocity / 127;
  const frequency = 440 * 2 ** ((note.pitch - 69) / 12);
  // the same noise each time: a render is repeatable
  let seed = note.pitch * 7919 + 1;
  const noise = () => ((seed = Math.imul(seed, 1_103_515_245) + 12_345 | 0) >>> 8) / 2 ** 23 - 1;
  for (let i = from; i < end; i++) {
    const time = (i - from) / rate;
    const tone = drums
      ? drum(note.pitch, time, noise)
      : saw(frequency * time) * 0.5 + Math.sin(2 * Math.PI * frequency * time) * 0.5;
    const value = tone * level * envelope(time, held);
    left[i]! += value * sides.left;
    right[i]! += value * sides.right;
  }
}

const saw = (phase: number) => 2 * (phase - Math.floor(phase + 0.5));

/** A kick falls in pitch, the others hiss: snares for long, hats briefly. */
function drum(pitch: number, time: number, noise: () => number): number {
  if (pitch <= 36) return Math.sin(2 * Math.PI * (50 * time + 10 * (1 - Math.exp(-time * 30)))) * Math.exp(-time * 12);
  const fade = pitch >= 42 ? 60 : 20;
  return noise() * Math.exp(-time * fade);
}

function envelope(time: number, held: number): number {
  const { attack, decay, sustain, release } = ENVELOPE;
  const shape = time < attack ? time / attack : Math.max(sustain, 1 - (1 - sustain) * (time - attack) / decay);
  return time <= held ? shape : shape * Math.max(0, 1 - (time - held) / release);
}
