import assert from "node:assert/strict";
import fc from "fast-check";
import { applyPatch, ObjectChange } from "@patchbay/contracts";
import { z } from "zod";
import { changesBetween } from "./differences.ts";

const Scene = z.object({
  objects: z.record(z.string(), z.object({ location: z.array(z.number()), visible: z.boolean() })),
  active_camera: z.string().nullable(),
  timeline: z.object({ start: z.number(), end: z.number() }),
});
const schema = z.toJSONSchema(Scene);

const scene = {
  objects: { Hero: { location: [0, 0, 0], visible: true }, Old: { location: [1, 1, 1], visible: true } },
  active_camera: null,
  timeline: { start: 1, end: 250 },
};

const told = (before: unknown, after: unknown, by: z.ZodType = Scene) =>
  changesBetween(before, after, z.toJSONSchema(by)).changes.map(({ kind, object }) => `${kind} ${object}`);

Deno.test("entries of a record are things by the record's name, other members by their own", () => {
  const after = {
    objects: { Hero: { location: [0, 0, 2], visible: true }, New: { location: [0, 0, 0], visible: false } },
    active_camera: "Eye",
    timeline: { start: 1, end: 100 },
  };
  assert.deepEqual(changesBetween(scene, after, schema), {
    more: 0,
    changes: [
      {
        kind: "changed",
        object: "object 'Hero'",
        path: "/objects/Hero",
        before: { location: [0, 0, 0] },
        after: { location: [0, 0, 2] },
      },
      { kind: "removed", object: "object 'Old'", path: "/objects/Old", before: scene.objects.Old },
      { kind: "added", object: "object 'New'", path: "/objects/New", after: after.objects.New },
      { kind: "changed", object: "active camera", path: "/active_camera", before: null, after: "Eye" },
      { kind: "changed", object: "timeline", path: "/timeline", before: { end: 250 }, after: { end: 100 } },
    ],
  });
});

const Song = z.object({
  song: z.object({
    tempo: z.number(),
    tracks: z.array(z.object({
      index: z.number(),
      name: z.string(),
      mute: z.boolean(),
      clips: z.array(z.object({ name: z.string(), color: z.string() })),
    })),
  }),
});
const track = (index: number, name: string, more = {}) => ({ index, name, mute: false, clips: [], ...more });
const song = (...tracks: unknown[]) => ({ song: { tempo: 120, tracks } });

Deno.test("items of a list are matched by their names: one in front changes none of those behind it", () => {
  const before = song(track(0, "Drums"), track(1, "Bass"));
  const after = song(track(0, "Voice"), track(1, "Drums"), track(2, "Bass", { mute: true }));
  assert.deepEqual(told(before, after, Song), [
    "changed track 3 'Bass' of song",
    "added track 1 'Voice' of song",
  ]);
  assert.deepEqual(told(before, song(track(0, "Bass"), track(1, "Drums")), Song), ["changed order of tracks of song"]);
  assert.deepEqual(told(before, song(track(0, "Drums")), Song), ["removed track 2 'Bass' of song"]);
});

Deno.test("things within things say whose they are, and do not make their owner another", () => {
  const clips = (...colors: string[]) => ({ clips: colors.map((color) => ({ name: "Intro", color })) });
  const changes = changesBetween(
    song(track(0, "Drums", clips("red", "red"))),
    song(track(0, "Drums", clips("red", "blue"))),
    z.toJSONSchema(Song),
  ).changes;
  assert.deepEqual(changes.map(({ object, path }) => [object, path]), [
    ["clip 2 'Intro' of track 1 'Drums' of song", "/song/tracks/0/clips/1"],
  ]);
});

Deno.test("without a schema several objects side by side are things, too", () => {
  assert.deepEqual(
    told({ nodes: { a: { x: 1 }, b: { x: 1 } } }, { nodes: { a: { x: 2 }, b: { x: 1 } } }, z.unknown()),
    [
      "changed node 'a'",
    ],
  );
  assert.deepEqual(told(1, 2, z.unknown()), ["changed state"]);
});

Deno.test("equal states have no changes, and every change fits the contract however odd the states are", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), fc.jsonValue({ maxDepth: 5 }), (a, b) => {
    assert.deepEqual(changesBetween(a, structuredClone(a), {}).changes, []);
    for (const change of changesBetween({ a }, { a: b }, {}).changes) ObjectChange.parse(change);
  }));
});

Deno.test("many changes are counted, long names and large values are cut", () => {
  const objects = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`o${i}`, { data: "x".repeat(9_000) }]));
  const { changes, more } = changesBetween({ objects: {} }, { objects }, schema);
  assert.deepEqual([changes.length, more], [200, 800]);
  assert.ok(JSON.stringify(changes).length < 200 * 800);
  const long = changesBetween({ objects: {} }, { objects: { ["n".repeat(5_000)]: { a: 1 } } }, schema).changes[0]!;
  ObjectChange.parse(long);
  const wide = changesBetween({ list: 1 }, { list: Array.from({ length: 1e5 }, (_, i) => ({ i })) }, {}).changes[0]!;
  assert.ok(JSON.stringify(wide).length < 5_000);
});

Deno.test("a changed thing's path leads to it", () => {
  const after = { ...scene, objects: { ...scene.objects, "a/b~c": { location: [1, 2, 3], visible: true } } };
  const [change] = changesBetween(scene, after, schema).changes;
  const patched = applyPatch(scene, [{ op: "add", path: change!.path, value: change!.after }]);
  assert.deepEqual(patched, after);
});
