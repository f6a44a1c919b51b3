import assert from "node:assert/strict";
import { readWave } from "./wave.ts";

interface Kind {
  tag: number;
  bits: number;
  write: (view: DataView, at: number, value: number) => void;
}

const KINDS: Record<string, Kind> = {
  "16-bit PCM": { tag: 1, bits: 16, write: (view, at, value) => view.setInt16(at, Math.round(value * 32_767), true) },
  "24-bit PCM": {
    tag: 1,
    bits: 24,
    write: (view, at, value) => {
      const whole = Math.round(value * 8_388_607);
      view.setUint8(at, whole & 0xff);
      view.setInt16(at + 1, whole >> 8, true);
    },
  },
  "32-bit float": { tag: 3, bits: 32, write: (view, at, value) => view.setFloat32(at, value, true) },
};

/** Stereo at 100 samples a second, with a chunk of an odd length in front that readers skip. */
function wav({ tag, bits, write }: Kind, left: readonly number[], right: readonly number[]): Uint8Array {
  const size = left.length * 2 * bits / 8;
  const view = new DataView(new ArrayBuffer(12 + 8 + 4 + 8 + 16 + 8 + size));
  const text = (at: number, characters: string) =>
    [...characters].forEach((character, i) => view.setUint8(at + i, character.charCodeAt(0)));
  text(0, "RIFF");
  text(8, "WAVEJUNK");
  view.setUint32(16, 3, true);
  text(24, "fmt ");
  view.setUint32(28, 16, true);
  view.setUint16(32, tag, true);
  view.setUint16(34, 2, true);
  view.setUint32(36, 100, true);
  view.setUint16(46, bits, true);
  text(48, "data");
  view.setUint32(52, size, true);
  left.forEach((value, i) => {
    write(view, 56 + i * 2 * bits / 8, value);
    write(view, 56 + (i * 2 + 1) * bits / 8, right[i] ?? 0);
  });
  return new Uint8Array(view.buffer);
}

for (const [name, kind] of Object.entries(KINDS)) {
  Deno.test(`a WAV in ${name} is read as the middle of its channels`, () => {
    const wave = readWave(wav(kind, [0, 0.5, -1], [0, 0.25, -0.5]));
    assert.equal(wave?.rate, 100);
    const samples = [...wave?.samples ?? []];
    for (const [i, value] of [0, 0.375, -0.75].entries()) {
      assert.ok(Math.abs((samples[i] ?? 9) - value) < 1e-4, `sample ${i} is ${samples[i]}`);
    }
    assert.equal(samples.length, 3);
  });
}

Deno.test("what is no WAV that can be read has no wave", () => {
  const whole = wav(KINDS["16-bit PCM"]!, [0.5], [0.5]);
  assert.equal(readWave(new Uint8Array()), undefined);
  assert.equal(readWave(new TextEncoder().encode("FORM....AIFF and more of it")), undefined);
  assert.equal(readWave(whole.subarray(0, 50)), undefined);
  const strange = whole.slice();
  strange[32] = 85; // MP3 in a WAV
  assert.equal(readWave(strange), undefined);
});
