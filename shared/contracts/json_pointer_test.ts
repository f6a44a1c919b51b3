import assert from "node:assert/strict";
import fc from "fast-check";
import { sameJson, valueAt, withValueAt } from "./json_pointer.ts";

const escape = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");

Deno.test("what is put at a pointer is found there, and the original stays as it was", () => {
  fc.assert(fc.property(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.array(fc.string().filter((key) => !/^\d+$/.test(key)), { minLength: 1, maxLength: 4 }),
    fc.jsonValue(),
    (root, keys, value) => {
      const pointer = keys.map((key) => `/${escape(key)}`).join("");
      const before = structuredClone(root);
      let changed;
      try {
        changed = withValueAt(root, pointer, value);
      } catch (error) {
        assert.ok(error instanceof RangeError);
        return;
      }
      assert.ok(sameJson(valueAt(changed, pointer), value));
      assert.ok(sameJson(root, before));
    },
  ));
});

Deno.test("an item of a list is replaced where it is there, and nowhere else", () => {
  assert.deepEqual(withValueAt({ at: [1, 2, 3] }, "/at/1", 9), { at: [1, 9, 3] });
  assert.throws(() => withValueAt({ at: [1] }, "/at/1", 9), RangeError);
  assert.throws(() => withValueAt({}, "/at/0", 9), RangeError);
  assert.throws(() => withValueAt({ at: 1 }, "/at/x", 9), RangeError);
});

Deno.test("nothing of a prototype is found, and none is changed", () => {
  for (const pointer of ["/constructor", "/__proto__", "/list/length", "/toString"]) {
    assert.equal(valueAt({ list: [] }, pointer), undefined, pointer);
  }
  const changed = withValueAt({}, "/__proto__/polluted", true);
  assert.ok(Object.hasOwn(changed, "__proto__"));
  assert.ok(!("polluted" in {}));
});
