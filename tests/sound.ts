/** What a test can hear in a sound. */
import { readWave } from "../cli/examples/wave.ts";

export interface Sound {
  seconds: number;
  /** The loudness of one frequency between two times, by Goertzel's algorithm: 0 to 1 for a sine. */
  loudness(hertz: number, from: number, to: number): number;
  /** The loudness of everything: the root of the mean square. */
  power(from: number, to: number): number;
}

/** @throws {TypeError} for what is no WAV */
export function readSound(wav: Uint8Array): Sound {
  const wave = readWave(wav);
  if (wave === undefined) throw new TypeError("Cannot hear it: it is no WAV that can be read");
  const { rate, samples } = wave;
  const part = (from: number, to: number) => samples.subarray(Math.round(from * rate), Math.round(to * rate));
  return {
    seconds: samples.length / rate,
    power: (from, to) =>
      Math.sqrt(part(from, to).reduce((sum, value) => sum + value * value, 0) / ((to - from) * rate)),
    loudness(hertz, from, to) {
      const coefficient = 2 * Math.cos(2 * Math.PI * hertz / rate);
      let [before, last] = [0, 0];
      const heard = part(from, to);
      for (const value of heard) [before, last] = [last, value + coefficient * last - before];
      const square = last * last + before * before - coefficient * last * before;
      return 2 * Math.sqrt(Math.max(0, square)) / heard.length;
    },
  };
}
