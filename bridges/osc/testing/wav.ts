/** For tests: hears what is in a WAV file. */

export interface Sound {
  sampleRate: number;
  channels: number;
  /** Of each channel, from -1 to 1. */
  samples: Float32Array[];
}

/** PCM of 16 or 24 bits, little-endian. @throws {Error} it is something else */
export function readWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => new TextDecoder().decode(bytes.subarray(at, at + 4));
  if (tag(0) !== "RIFF" || tag(8) !== "WAVE") throw new Error("Cannot read a WAV: it is none");
  let [channels, sampleRate, bits] = [0, 0, 0];
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view.getUint32(at + 4, true);
    if (tag(at) === "fmt ") {
      [channels, sampleRate, bits] = [
        view.getUint16(at + 10, true),
        view.getUint32(at + 12, true),
        view.getUint16(at + 22, true),
      ];
    }
    if (tag(at) === "data") {
      const width = bits / 8;
      const frames = Math.floor(Math.min(length, bytes.length - at - 8) / width / channels);
      const sample = (i: number) => {
        const start = at + 8 + i * width;
        return bits === 16
          ? view.getInt16(start, true) / 2 ** 15
          : (view.getInt8(start + 2) * 2 ** 16 + view.getUint16(start, true)) / 2 ** 23;
      };
      const samples = Array.from(
        { length: channels },
        (_, channel) => Float32Array.from({ length: frames }, (_, frame) => sample(frame * channels + channel)),
      );
      return { sampleRate, channels, samples };
    }
    at += 8 + length + (length & 1);
  }
  throw new Error("Cannot read a WAV: it holds no sound");
}

/** How often it swings from below to above zero, in a second. */
export function pitchOf(samples: Float32Array, sampleRate: number): number {
  const crossings: number[] = [];
  for (let i = 1; i < samples.length; i++) {
    const [before, now] = [samples[i - 1]!, samples[i]!];
    if (before < 0 && now >= 0) crossings.push(i - now / (now - before));
  }
  const [first, last] = [crossings[0] ?? 0, crossings.at(-1) ?? 0];
  return (crossings.length - 1) / (last - first) * sampleRate;
}

export const loudest = (samples: Float32Array): number =>
  samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
