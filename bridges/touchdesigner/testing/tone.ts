/** A WAV file with a tone that begins after a while: mono, 16 bits. */

/** @param loudFrom in seconds: silence before, a tone of half the greatest loudness after */
export function tone(
  { seconds, loudFrom, rate = 8_000 }: { seconds: number; loudFrom: number; rate?: number },
): Uint8Array {
  const count = Math.round(seconds * rate);
  const view = new DataView(new ArrayBuffer(44 + count * 2));
  const text = (at: number, letters: string) => [...letters].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + count * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, count * 2, true);
  for (let i = 0; i < count; i++) {
    const value = i < loudFrom * rate ? 0 : Math.sin((i / rate) * 2 * Math.PI * 220) * 16_384;
    view.setInt16(44 + i * 2, Math.round(value), true);
  }
  return new Uint8Array(view.buffer);
}
