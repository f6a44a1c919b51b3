import assert from "node:assert/strict";
import { LiveState } from "../manifest/signals.ts";
import { decibels, faderOf } from "./decibels.ts";
import { emptySet, type KnownTrack, stateOf } from "./model.ts";
import { differences } from "./differences.ts";
import { parseRow } from "./read_set.ts";

const AROUND = { midi: false, extensions: [] };

Deno.test("faders and decibels lead to one another, and meet Live's own marks", () => {
  assert.deepEqual([0.85, 1, 0.4, 0].map(decibels), [0, 6, -18, null]);
  for (let db = -69; db <= 6; db++) assert.ok(Math.abs((decibels(faderOf(db)) ?? -70) - db) < 0.02, `${db} dB`);
});

const track = (name: string): KnownTrack => ({
  name,
  color: 0xff3636,
  kind: "midi track",
  mute: false,
  solo: false,
  arm: false,
  grouped: false,
  volume: 0.85,
  panning: 0,
  sends: [0, 0],
  playing: -1,
  fired: -1,
  clips: Array.from({ length: 20 }, (_, i) => ({ name: `Clip ${i} – a name`, length: 4, color: 0, midi: true })),
  devices: Array.from({ length: 30 }, (_, i) => ({ name: `Device ${i}`, class_name: "Reverb", type: 2 })),
  meter: 0,
});

Deno.test("the state of a set of 500 tracks with 10,000 clips stays below 150 KB, and says how much there is", () => {
  const tracks = Array.from({ length: 500 }, (_, i) => track(`Track ${i} with a name of some length`));
  const state = LiveState.parse(stateOf({ ...emptySet(), tracks, scenes: Array(1_000).fill("A scene") }, AROUND));
  assert.ok(JSON.stringify(state).length < 150_000, String(JSON.stringify(state).length));
  assert.deepEqual(state.counts, { tracks: 500, clips: 10_000, scenes: 1_000 });
});

Deno.test("a row of tracks is read by its shape, and one of another question is not taken for it", () => {
  const values = [1, 1, "Bass", 255, true, false, true, true, false, false, -1, 2]
    .concat(["Line", null] as never, [4, null] as never, [9, null] as never, [true, null] as never)
    .concat(["Operator"] as never, ["Operator"] as never, [1] as never);
  const [row, ...more] = parseRow(values, { count: 1, scenes: 2, marks: 2 }) ?? [];
  assert.equal(more.length, 0);
  assert.deepEqual([row?.name, row?.kind, row?.mute, row?.fired], ["Bass", "midi track", true, 2]);
  assert.deepEqual(row?.clips, [{ name: "Line", length: 4, color: 9, midi: true }, null]);
  assert.deepEqual(row?.devices, [{ name: "Operator", class_name: "Operator", type: 1 }]);
  for (
    const other of [{ count: 1, scenes: 2, marks: 1 }, { count: 2, scenes: 2, marks: 2 }, {
      count: 1,
      scenes: 3,
      marks: 2,
    }]
  ) {
    assert.equal(parseRow(values, other), undefined);
  }
});

Deno.test("what has changed is told by name: tracks that came and went, clips, and the rest", () => {
  const known = [track("Bass"), track("Drums")];
  const rows = known.map((one) => ({ ...one, can_be_armed: true }));
  assert.deepEqual(differences(known, rows), { structure: false, added: [], removed: [], clips: [], tracks: [] });
  assert.deepEqual(differences(known, [rows[1]!]), {
    structure: true,
    added: [],
    removed: ["Bass"],
    clips: [],
    tracks: [],
  });
  const renamed = differences(known, [rows[0]!, { ...rows[1]!, name: "Beats" }]);
  assert.deepEqual([renamed.added, renamed.removed], [["Beats"], ["Drums"]]);
  assert.deepEqual(differences(known, [rows[0]!, { ...rows[1]!, clips: [] }]).clips, ["Drums"]);
  assert.deepEqual(differences(known, [{ ...rows[0]!, color: 1 }, rows[1]!]).tracks, ["Bass"]);
});
