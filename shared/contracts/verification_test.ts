import assert from "node:assert/strict";
import fc from "fast-check";
import type { Verification } from "./manifest.ts";
import { differenceIn, readBackOf } from "./verification.ts";

const verification: Verification = {
  command: "get_object",
  args: { name: { $ref: "result.name" } },
  expect: {
    "/location": { $ref: "args.location" },
    "/material/color": { $ref: "args.color" },
    "/visible": true,
  },
};
const args = { location: [1, 2, 3] };

Deno.test("what a command took and gave is what is asked and expected; what was not given is not compared", () => {
  const readBack = readBackOf(verification, { args, result: { name: "Cube" } });
  assert.deepEqual(readBack?.args, { name: "Cube" });
  assert.deepEqual([...readBack!.expected], [["/location", [1, 2, 3]], ["/visible", true]]);
});

Deno.test("nothing is read back where what to ask for is not known, or nothing is left to compare", () => {
  assert.equal(readBackOf(verification, { args, result: {} }), undefined);
  const { "/location": location } = verification.expect;
  assert.equal(
    readBackOf({ ...verification, expect: { "/location": location } }, { args: {}, result: { name: "C" } }),
    undefined,
  );
});

Deno.test("a difference says what was expected and what was found, where it is", () => {
  const readBack = readBackOf(verification, { args, result: { name: "Cube" } })!;
  assert.equal(differenceIn(readBack, { location: [1, 2, 3.00001], visible: true, more: 1 }), undefined);
  assert.deepEqual(differenceIn(readBack, { location: [1, 2, 4], visible: true }), {
    expected: { "/location": [1, 2, 3] },
    found: { "/location": [1, 2, 4] },
  });
  assert.deepEqual(differenceIn(readBack, null), {
    expected: { "/location": [1, 2, 3], "/visible": true },
    found: { "/location": null, "/visible": null },
  });
});

Deno.test("numbers may be apart by the tolerance, of large ones relatively; lists have a length, objects may have more", () => {
  const differs = (expected: unknown, found: unknown, tolerance?: number) => {
    const expect = { "": expected };
    const readBack = readBackOf({ command: "q", expect, ...(tolerance === undefined ? {} : { tolerance }) }, {
      args: {},
      result: null,
    });
    return differenceIn(readBack!, found) !== undefined;
  };
  assert.ok(!differs(1e6, 1e6 + 50));
  assert.ok(differs(1e6, 1e6 + 150));
  assert.ok(!differs(0, 0.00009));
  assert.ok(differs(0, 0.001));
  assert.ok(!differs(10, 12, 0.2));
  assert.ok(differs([1, 2], [1, 2, 3]));
  assert.ok(!differs({ a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }));
  assert.ok(differs({ a: { b: 1 } }, { a: {} }));
  assert.ok(differs("1", 1));
  assert.ok(differs([], {}));
  assert.ok(differs({ constructor: 1 }, {}));
});

Deno.test("a value is as expected where it is the same", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const readBack = { command: "q", args: {}, expected: new Map([["/v", value]]), tolerance: 1e-4 };
    assert.equal(differenceIn(readBack, { v: structuredClone(value) }), undefined);
  }));
});
