import assert from "node:assert/strict";
import fc from "fast-check";
import { createPatch } from "rfc6902";
import { applyPatch } from "./json_patch.ts";
import { ValidationError } from "./patchbay_error.ts";
import { PatchOperation } from "./state.ts";

const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)))
  .filter((value) => !/"(__proto__|constructor|prototype)"/.test(JSON.stringify(value)));

Deno.test("the difference of two values, applied to the first, gives the second and leaves the first", () => {
  fc.assert(fc.property(json, json, (from, to) => {
    const before = structuredClone(from);
    const patch = createPatch(from, to).map((operation) => PatchOperation.parse(operation));
    assert.deepEqual(applyPatch(from, patch), to);
    assert.deepEqual(from, before);
  }));
});

Deno.test("operations do what RFC 6902 says of them", () => {
  const value = { a: [1, 2], "b/c~": { d: 1 } };
  const apply = (...patch: PatchOperation[]) => applyPatch(value, patch);
  assert.deepEqual(apply({ op: "add", path: "/a/-", value: 3 }), { ...value, a: [1, 2, 3] });
  assert.deepEqual(apply({ op: "add", path: "/a/0", value: 0 }), { ...value, a: [0, 1, 2] });
  assert.deepEqual(apply({ op: "move", from: "/b~1c~0/d", path: "/a/1" }), { a: [1, 1, 2], "b/c~": {} });
  assert.deepEqual(apply({ op: "copy", from: "/a", path: "/e" }, { op: "add", path: "/e/-", value: 9 }), {
    ...value,
    e: [1, 2, 9],
  });
  assert.deepEqual(apply({ op: "replace", path: "", value: 7 }), 7);
  assert.deepEqual(apply({ op: "test", path: "/b~1c~0", value: { d: 1 } }), value);
});

Deno.test("a patch that does not fit is refused as a whole", () => {
  const value = { a: [1], b: "text" };
  for (
    const operation of [
      { op: "remove", path: "/c" },
      { op: "remove", path: "" },
      { op: "remove", path: "/toString" },
      { op: "replace", path: "/a/2", value: 1 },
      { op: "add", path: "/a/3", value: 1 },
      { op: "add", path: "/a/01", value: 1 },
      { op: "add", path: "/b/0", value: 1 },
      { op: "add", path: "/__proto__/polluted", value: 1 },
      { op: "add", path: "/constructor/prototype/polluted", value: 1 },
      { op: "test", path: "/b", value: "other" },
      { op: "move", from: "/a", path: "/a/0" },
      { op: "remove", path: "a" },
      { op: "remove", path: "/a~2" },
    ] as PatchOperation[]
  ) {
    const patch: PatchOperation[] = [{ op: "add", path: "/a/-", value: 2 }, operation];
    assert.throws(() => applyPatch(value, patch), ValidationError, JSON.stringify(operation));
    assert.deepEqual(value, { a: [1], b: "text" });
  }
  assert.equal("polluted" in {}, false);
});

Deno.test("things may be called as the prototype is", () => {
  const value: unknown = JSON.parse('{ "constructor": { "x": 1 } }');
  const patched = applyPatch(value, [
    { op: "replace", path: "/constructor/x", value: 2 },
    { op: "add", path: "/__proto__", value: { x: 3 } },
  ]);
  assert.equal(JSON.stringify(patched), '{"constructor":{"x":2},"__proto__":{"x":3}}');
});
