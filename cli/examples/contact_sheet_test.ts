import assert from "node:assert/strict";
import { decode, encode } from "fast-png";
import { contactSheet, GAP, WAVE_HEIGHT } from "./contact_sheet.ts";

const WIDTH = 20;
const HEIGHT = 10;

function picture(red: number, green: number, channels: 3 | 4 = 3): Uint8Array {
  const pixel = [red, green, 0, 255].slice(0, channels);
  const data = new Uint8Array(WIDTH * HEIGHT * channels).map((_, i) => pixel[i % channels] ?? 0);
  return encode({ width: WIDTH, height: HEIGHT, channels, data });
}

const frames = [1, 7, 13].map((frame) => ({ frame, png: picture(frame * 10, 0, frame === 7 ? 4 : 3) }));

function opened(png: Uint8Array) {
  const { width, height, data } = decode(png);
  return { width, height, at: (x: number, y: number) => [...data.slice((y * width + x) * 3, (y * width + x) * 3 + 3)] };
}

Deno.test("a contact sheet has a row for so many frames, in their order", () => {
  const sheet = opened(contactSheet(frames, { fps: 24, columns: 2 }));
  assert.deepEqual([sheet.width, sheet.height], [2 * WIDTH + 3 * GAP, 2 * HEIGHT + 3 * GAP]);
  assert.deepEqual(sheet.at(GAP + 5, GAP + 5), [10, 0, 0]);
  assert.deepEqual(sheet.at(GAP + WIDTH + GAP + 5, GAP + 5), [70, 0, 0]);
  assert.deepEqual(sheet.at(GAP + 5, GAP + HEIGHT + GAP + 5), [130, 0, 0]);
});

Deno.test("the sound under a row is loud where it is loud, and pictures of the performance come last", () => {
  // a frame is a quarter of a second: the first row is half a second long, and loud in its second half
  const samples = Float32Array.from({ length: 100 }, (_, i) => i >= 25 && i < 50 ? 0.5 : 0);
  const live = [picture(0, 200)];
  const sheet = opened(contactSheet(frames, { fps: 24, columns: 2, wave: { rate: 100, samples }, live }));
  const row = HEIGHT + GAP + WAVE_HEIGHT + GAP;
  assert.equal(sheet.height, GAP + 2 * row + HEIGHT + GAP);
  const top = GAP + HEIGHT + GAP + 1;
  const [quiet, loud] = [sheet.at(GAP + 5, top), sheet.at(GAP + WIDTH + 10, top)];
  assert.ok(loud[0]! > 200 && quiet[0]! < 100, `${loud} and ${quiet}`);
  assert.ok(sheet.at(GAP + WIDTH + 10, top + row)[0]! < 100, "the second row is quiet");
  assert.deepEqual(sheet.at(GAP + 5, GAP + 2 * row + 5), [0, 200, 0]);
});
