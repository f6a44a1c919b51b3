import assert from "node:assert/strict";
import fc from "fast-check";
import { LinkCurve, LinkMapping } from "@patchbay/contracts";
import { Mapping, MappingError } from "./mapping.ts";

const mappingOf = (mapping: unknown) => new Mapping(LinkMapping.parse(mapping));
const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const anyNumber = fc.oneof(number, fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, Number.MAX_VALUE, -0));
const range = fc.tuple(number, number).filter(([a, b]) => Math.abs(a - b) > 1e-3);
const ordered = range.map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
const scale = fc.record({ from: range, to: range, curve: fc.constantFrom(...LinkCurve.options) });
const anyMapping = fc.record({
  scale,
  clamp: ordered,
  smoothingMs: fc.integer({ min: 1, max: 10_000 }),
  deadband: fc.double({ min: 1e-6, max: 100, noNaN: true }),
}, { requiredKeys: [] });
const samples = fc.array(fc.tuple(anyNumber, fc.integer({ min: 0, max: 500 })), { maxLength: 50 });

/** What goes out for values, each so long after the one before it. */
function outputs(mapping: Mapping, values: readonly (readonly [unknown, number])[]): unknown[] {
  let at = 0;
  return values.map(([value, after]) => mapping.run(value, at += after)?.value);
}

Deno.test("what goes out is finite, and within the clamp", () => {
  fc.assert(fc.property(anyMapping, samples, (mapping, values) => {
    for (const out of outputs(mappingOf(mapping), values)) {
      if (out === undefined) continue;
      assert.ok(Number.isFinite(out), String(out));
      const [least, greatest] = mapping.clamp ?? [-Infinity, Infinity];
      assert.ok(Number(out) >= least! && Number(out) <= greatest!, `${out} is outside of ${mapping.clamp}`);
    }
  }));
});

Deno.test("a list is mapped item by item", () => {
  const lists = fc.array(fc.tuple(fc.array(number, { minLength: 3, maxLength: 3 }), fc.integer({ min: 0, max: 99 })));
  fc.assert(fc.property(anyMapping, lists, ({ deadband: _, ...mapping }, values) => {
    const whole = outputs(mappingOf(mapping), values);
    for (const i of [0, 1, 2]) {
      const alone = outputs(mappingOf(mapping), values.map(([list, after]) => [list[i], after]));
      assert.deepEqual(whole.map((list) => Array.isArray(list) ? list[i] : list), alone);
    }
  }));
});

Deno.test("every curve leads from one end to the other, and never back", () => {
  fc.assert(fc.property(scale, fc.tuple(fc.nat(1000), fc.nat(1000)), ({ from, to, curve }, points) => {
    const mapping = mappingOf({ scale: { from, to, curve } });
    const map = (t: number) => Number(mapping.run(from[0] * (1 - t) + from[1] * t, 0)?.value);
    const near = (a: number, b: number) => assert.ok(Math.abs(a - b) <= 1e-6 * (1 + Math.abs(to[0]) + Math.abs(to[1])));
    near(map(0), to[0]);
    near(map(1), to[1]);
    const [before, after] = points.sort((a, b) => a - b).map((point) => map(point / 1000));
    const rising = to[1] > to[0] ? 1 : -1;
    assert.ok(rising * (after! - before!) >= -1e-6 * (1 + Math.abs(to[0]) + Math.abs(to[1])));
  }));
});

Deno.test("smoothing goes towards each value and never past it, and in the end arrives there", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), samples, (smoothingMs, values) => {
    const mapping = mappingOf({ smoothingMs });
    let [at, last] = [0, NaN];
    for (const [value, after] of values) {
      const out = mapping.run(value, at += after)?.value;
      if (out === undefined) continue;
      if (!Number.isNaN(last)) {
        assert.ok(Number(out) >= Math.min(last, value) && Number(out) <= Math.max(last, value));
      }
      last = Number(out);
    }
    const goal = values.map(([value]) => value).findLast(Number.isFinite);
    if (goal === undefined) return;
    if (mapping.settling) assert.equal(mapping.settle(at + 7 * smoothingMs)?.value, goal);
    assert.equal(mapping.settling, false);
  }));
});

Deno.test("smoothing depends on the time that passes, not on the number of values", () => {
  const often = mappingOf({ smoothingMs: 100 });
  often.run(0, 0);
  let value: unknown;
  for (let at = 1; at <= 100; at++) value = often.run(1, at)?.value;
  const once = mappingOf({ smoothingMs: 100 });
  once.run(0, 0);
  assert.ok(Math.abs(Number(value) - Number(once.run(1, 100)?.value)) < 1e-9);
  assert.ok(Math.abs(Number(value) - (1 - 1 / Math.E)) < 1e-9);
});

Deno.test("two values in a row that go out differ by the deadband at least, unless the first did not arrive", () => {
  fc.assert(fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), samples, (deadband, values) => {
    const seen = outputs(mappingOf({ deadband }), values).filter((out) => out !== undefined).map(Number);
    for (const [i, out] of seen.entries()) if (i > 0) assert.ok(Math.abs(out - seen[i - 1]!) >= deadband);
  }));
  const mapping = mappingOf({ deadband: 1 });
  mapping.run(5, 0);
  assert.equal(mapping.run(5.5, 1), undefined);
  mapping.forget();
  assert.deepEqual(mapping.run(5.5, 2), { value: 5.5 });
});

Deno.test("without a stage for numbers every value goes through as it is; with one, texts are refused", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    assert.deepEqual(mappingOf({}).run(value, 0), { value });
  }));
  assert.deepEqual(mappingOf({ clamp: [0, 5] }).run(true, 0), { value: 1 });
  for (const value of ["loud", { level: 1 }, null, [1, "x"]]) {
    assert.throws(() => mappingOf({ clamp: [0, 1] }).run(value, 0), MappingError);
  }
  for (const value of [NaN, Infinity, [1, NaN]]) assert.equal(mappingOf({}).run(value, 0), undefined);
});
