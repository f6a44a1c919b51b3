/** WAV files: 16-bit stereo PCM (RIFF). */

export interface Audio {
  /** Samples a second. */
  rate: number;
  /** -1 to 1. */
  left: Float32Array;
  right: Float32Array;
}

export function encodeWav({ rate, left, right }: Audio): Uint8Array {
  const size = left.length * 4;
  const bytes = new Uint8Array(44 + size);
  const view = new DataView(bytes.buffer);
  const text = (at: number, characters: string) =>
    Array.from(characters).forEach((character, i) => view.setUint8(at + i, character.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + size, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 2, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 4, true);
  view.setUint16(32, 4, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, size, true);
  const sample = (value: number) => Math.round(Math.max(-1, Math.min(1, value)) * 32_767);
  for (let i = 0; i < left.length; i++) {
    view.setInt16(44 + i * 4, sample(left[i]!), true);
    view.setInt16(46 + i * 4, sample(right[i]!), true);
  }
  return bytes;
}
