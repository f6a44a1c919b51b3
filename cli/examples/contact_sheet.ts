/** A contact sheet: the frames of an animation in rows, and under each row what was heard meanwhile. */
import { decode, encode } from "fast-png";
import type { Wave } from "./wave.ts";

export interface SheetFrame {
  /** Its number in the animation, from 1. */
  frame: number;
  png: Uint8Array;
}

export interface ContactSheetOptions {
  /** Of the animation. */
  fps: number;
  columns: number;
  wave?: Wave;
  /** PNGs of what was seen while it played: rows of their own below. @default none */
  live?: readonly Uint8Array[];
}

/** In pixels. */
export const GAP = 6;
export const WAVE_HEIGHT = 36;

type Rgb = readonly [number, number, number];
const GROUND: Rgb = [18, 18, 26];
const STRIP: Rgb = [30, 30, 42];
const SOUND: Rgb = [255, 140, 40];
const TICK: Rgb = [110, 110, 140];

/** All frames are as large as the first. @returns a PNG */
export function contactSheet(
  frames: readonly SheetFrame[],
  { fps, columns, wave, live = [] }: ContactSheetOptions,
): Uint8Array {
  const pictures = frames.map(({ png }) => decode(png));
  const { width, height } = pictures[0] ?? { width: 1, height: 1 };
  const strip = wave === undefined ? 0 : WAVE_HEIGHT + GAP;
  const rows = Math.ceil(frames.length / columns);
  const below = GAP + rows * (height + GAP + strip);
  const sheet = new Sheet(columns * (width + GAP) + GAP, below + Math.ceil(live.length / columns) * (height + GAP));
  const first = frames[0]?.frame ?? 1;
  const secondsPerFrame = frames.length < 2 ? 1 : ((frames[1]?.frame ?? 1) - first) / fps;
  for (let row = 0; row < rows; row++) {
    const top = GAP + row * (height + GAP + strip);
    for (const [column, picture] of pictures.slice(row * columns, (row + 1) * columns).entries()) {
      sheet.picture(picture, GAP + column * (width + GAP), top);
    }
    if (wave === undefined) continue;
    const from = (first - 1) / fps + row * columns * secondsPerFrame;
    sheet.wave(wave, { from, to: from + columns * secondsPerFrame }, top + height + GAP, columns);
  }
  for (const [i, png] of live.entries()) {
    sheet.picture(decode(png), GAP + i % columns * (width + GAP), below + Math.floor(i / columns) * (height + GAP));
  }
  return sheet.png();
}

type Picture = ReturnType<typeof decode>;

class Sheet {
  readonly #data: Uint8Array;

  constructor(readonly width: number, readonly height: number) {
    this.#data = new Uint8Array(width * height * 3);
    this.#fill(0, 0, width, height, GROUND);
  }

  picture({ data, channels, depth, width, height }: Picture, left: number, top: number): void {
    const shift = depth === 16 ? 8 : 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = (y * width + x) * channels;
        // grey has one channel, or two with alpha
        const [red = 0, green = 0, blue = 0] = channels < 3
          ? [data[from], data[from], data[from]]
          : [data[from], data[from + 1], data[from + 2]];
        this.#dot(left + x, top + y, [red >> shift, green >> shift, blue >> shift]);
      }
    }
  }

  /** The sound between two times, in seconds, across the sheet, with a tick at each frame's own. */
  wave({ rate, samples }: Wave, { from, to }: { from: number; to: number }, top: number, ticks: number): void {
    const width = this.width - 2 * GAP;
    this.#fill(GAP, top, width, WAVE_HEIGHT, STRIP);
    for (let tick = 0; tick < ticks; tick++) {
      this.#fill(GAP + Math.round(tick * (width + GAP) / ticks), top, 1, WAVE_HEIGHT, TICK);
    }
    const whole = loudest(samples, 0, samples.length) || 1;
    for (let x = 0; x < width; x++) {
      const at = (share: number) => Math.floor((from + (to - from) * share) * rate);
      const half = Math.round(loudest(samples, at(x / width), at((x + 1) / width)) / whole * WAVE_HEIGHT / 2);
      this.#fill(GAP + x, top + WAVE_HEIGHT / 2 - half, 1, Math.max(1, 2 * half), SOUND);
    }
  }

  png(): Uint8Array {
    return encode({ width: this.width, height: this.height, channels: 3, depth: 8, data: this.#data });
  }

  #fill(left: number, top: number, width: number, height: number, color: Rgb): void {
    for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) this.#dot(x, y, color);
  }

  #dot(x: number, y: number, color: Rgb): void {
    if (x >= 0 && y >= 0 && x < this.width && y < this.height) this.#data.set(color, (y * this.width + x) * 3);
  }
}

/** The greatest distance from silence; 0 where there is no sound any more. */
function loudest(samples: Float32Array, from: number, to: number): number {
  let most = 0;
  for (let i = Math.max(0, from); i < Math.min(Math.max(to, from + 1), samples.length); i++) {
    most = Math.max(most, Math.abs(samples[i] ?? 0));
  }
  return Math.min(1, most);
}
