/** Draws a set as Live's session view shows it: tracks as columns, clips in their slots with their notes, faders below. */
import { encode } from "fast-png";
import type { Note } from "../manifest/values.ts";
import { LETTER, pointsOf } from "./font.ts";
import type { KnownClip, KnownSet, KnownTrack } from "./model.ts";

type Rgb = readonly [number, number, number];

const GROUND: Rgb = [42, 42, 42];
const EMPTY: Rgb = [58, 58, 58];
const INK: Rgb = [16, 16, 16];
const PLAYING: Rgb = [30, 215, 96];
const FADER: Rgb = [140, 200, 255];
const MUTED: Rgb = [110, 110, 110];

const rgb = (color: number): Rgb => [color >> 16 & 255, color >> 8 & 255, color & 255];

/** @param notes of each track, by the number of the scene @returns a PNG */
export function drawSession(
  { tracks, scenes }: KnownSet,
  notes: readonly Record<string, readonly Note[]>[],
  { width, height }: { width: number; height: number },
): Uint8Array {
  const canvas = new Canvas(width, height);
  canvas.rectangle(0, 0, width, height, GROUND);
  const columns = Math.max(1, Math.min(tracks.length, Math.floor(width / 40)));
  const column = Math.floor(width / columns);
  const head = 22;
  const foot = Math.min(80, Math.floor(height / 4));
  const rows = Math.max(1, Math.min(scenes.length, Math.floor((height - head - foot) / 14)));
  const row = Math.floor((height - head - foot) / rows);
  tracks.slice(0, columns).forEach((track, x) => {
    const left = x * column;
    canvas.rectangle(left + 1, 1, column - 2, head - 3, track.mute ? MUTED : rgb(track.color));
    canvas.text(left + 4, 5, track.name, column - 8, INK);
    for (let y = 0; y < rows; y++) {
      const box = { x: left + 1, y: head + y * row, width: column - 2, height: row - 2 };
      const clip = track.clips[y];
      if (!clip) canvas.rectangle(box.x, box.y, box.width, box.height, EMPTY);
      else drawClip(canvas, box, clip, { playing: track.playing === y, notes: notes[x]?.[String(y + 1)] ?? [] });
    }
    drawFader(canvas, track, { x: left + 1, y: height - foot, width: column - 2, height: foot - 2 });
  });
  return encode({ width, height, data: canvas.data, channels: 3, depth: 8 });
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

function drawClip(
  canvas: Canvas,
  { x, y, width, height }: Box,
  clip: KnownClip,
  { playing, notes }: { playing: boolean; notes: readonly Note[] },
): void {
  canvas.rectangle(x, y, width, height, rgb(clip.color));
  if (playing) canvas.rectangle(x, y, 4, height, PLAYING);
  canvas.text(x + 6, y + 2, clip.name, width - 8, INK);
  const pitches = notes.map(({ pitch }) => pitch);
  const low = Math.min(...pitches) - 1;
  const range = Math.max(...pitches) + 1 - low;
  const top = y + LETTER.height * 2 + 4;
  const room = y + height - top - 1;
  if (room < 3) return;
  for (const { pitch, start, duration, mute } of notes) {
    if (mute || start < 0 || start >= clip.length) continue;
    const from = x + 5 + Math.floor(start / clip.length * (width - 6));
    const length = Math.max(1, Math.floor(duration / clip.length * (width - 6)) - 1);
    const at = top + Math.floor((1 - (pitch - low) / range) * room);
    canvas.rectangle(from, at, Math.min(length, x + width - from), Math.max(1, Math.floor(room / 16)), INK);
  }
}

function drawFader(canvas: Canvas, { volume, panning, mute, meter }: KnownTrack, { x, y, width, height }: Box): void {
  canvas.rectangle(x, y, width, height, EMPTY);
  const level = Math.round(volume * height);
  canvas.rectangle(x + 3, y + height - level, Math.max(2, Math.floor(width / 4)), level, mute ? MUTED : FADER);
  const loud = Math.round(meter * height);
  canvas.rectangle(x + Math.floor(width / 2), y + height - loud, Math.max(2, Math.floor(width / 6)), loud, PLAYING);
  const middle = x + Math.floor(width * 0.85 + panning * width * 0.1);
  canvas.rectangle(middle, y + 4, 2, 8, FADER);
}

class Canvas {
  readonly data: Uint8Array;

  constructor(private readonly width: number, private readonly height: number) {
    this.data = new Uint8Array(width * height * 3);
  }

  rectangle(x: number, y: number, width: number, height: number, [red, green, blue]: Rgb): void {
    for (let row = Math.max(0, y); row < Math.min(this.height, y + height); row++) {
      for (let column = Math.max(0, x); column < Math.min(this.width, x + width); column++) {
        const at = (row * this.width + column) * 3;
        this.data[at] = red;
        this.data[at + 1] = green;
        this.data[at + 2] = blue;
      }
    }
  }

  /** Twice the letters' size, cut off where there is no room. */
  text(x: number, y: number, text: string, room: number, color: Rgb): void {
    const letters = Math.floor(room / ((LETTER.width + 1) * 2));
    for (const point of pointsOf(text.slice(0, Math.max(0, letters)))) {
      this.rectangle(x + point.x * 2, y + point.y * 2, 2, 2, color);
    }
  }
}
