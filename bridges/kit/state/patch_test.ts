import assert from "node:assert/strict";
import fc from "fast-check";
import { applyPatch } from "rfc6902";
import { PatchOperation } from "@patchbay/contracts";
import { diffStates } from "./patch.ts";

const json = (value: unknown) => JSON.parse(JSON.stringify(value));

Deno.test("a patch leads from any state to any other", () => {
  const state = fc.jsonValue({ maxDepth: 4 }).map(json);
  fc.assert(
    fc.property(state, state, (before, after) => {
      const patch = diffStates(before, after);
      if (patch === undefined) return;
      const copy = structuredClone(before);
      applyPatch(copy, patch.map((operation) => PatchOperation.parse(json(operation))));
      assert.deepEqual(json(copy), after);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("lists are patched where they differ", () => {
  const list = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 });
  fc.assert(fc.property(list, list, (before, after) => {
    const copy = { list: [...before] };
    applyPatch(copy, diffStates({ list: before }, { list: after }) ?? []);
    assert.deepEqual(copy.list, after);
  }));
  assert.deepEqual(diffStates({ list: [1, 2, 3] }, { list: [1, 9, 2, 3] }), [{ op: "add", path: "/list/1", value: 9 }]);
  assert.deepEqual(diffStates({ list: [{ a: 1, b: 2 }] }, { list: [{ a: 1, b: 3 }] }), [
    { op: "replace", path: "/list/0/b", value: 3 },
  ]);
});

Deno.test("equal states have an empty patch", () => {
  assert.deepEqual(diffStates({ a: [1, { b: null }] }, { a: [1, { b: null }] }), []);
});

Deno.test("a name that patches must not walk through asks for a snapshot", () => {
  assert.equal(diffStates(json("{}"), JSON.parse('{"__proto__": 1}')), undefined);
  assert.equal(diffStates({}, JSON.parse('{"a": {"__proto__": 1}}')), undefined);
  assert.equal(diffStates(1, 2), undefined);
});

Deno.test("a thousand moved objects are compared in one pass", () => {
  const scene = (x: number) => ({
    objects: Array.from({ length: 1000 }, (_, i) => ({ name: `o${i}`, at: [x + i, 0, 0] })),
  });
  assert.equal(diffStates(scene(0), scene(0.5))?.length, 1000);
});
