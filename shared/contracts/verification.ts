/** How the effect of a command is read back, and whether it is as it should be. Pure. */
import type { JsonObject } from "./json.ts";
import { valueAt } from "./json_pointer.ts";
import type { Verification } from "./manifest.ts";
import { ValidationError } from "./patchbay_error.ts";
import { bindReferences } from "./bind_references.ts";
import { findReferences } from "./plan_references.ts";

/** What is asked, and what the answer must be. */
export interface ReadBack {
  command: string;
  args: JsonObject;
  /** By RFC 6901 pointers into the answer; at least one. */
  expected: ReadonlyMap<string, unknown>;
  tolerance: number;
}

/** What was found instead of what was expected, by pointers. */
export interface Difference {
  expected: JsonObject;
  found: JsonObject;
}

const TOLERANCE = 1e-4;

/** `undefined` where there is nothing to compare: what is referred to was not given. */
export function readBackOf(
  { command, args = {}, expect, tolerance = TOLERANCE }: Verification,
  done: { args: JsonObject; result: unknown },
): ReadBack | undefined {
  const query = bound(args, done);
  if (query === undefined) return undefined;
  const expected = new Map<string, unknown>();
  for (const [pointer, value] of Object.entries(expect)) {
    const given = bound({ value }, done);
    if (given !== undefined) expected.set(pointer, given["value"]);
  }
  return expected.size === 0 ? undefined : { command, args: query, expected, tolerance };
}

/** What is not as expected; `undefined` where all is. */
export function differenceIn({ expected, tolerance }: ReadBack, found: unknown): Difference | undefined {
  const wrong = [...expected].filter(([pointer, value]) => !isSame(value, valueAt(found, pointer), tolerance));
  if (wrong.length === 0) return undefined;
  return {
    expected: Object.fromEntries(wrong),
    found: Object.fromEntries(wrong.map(([pointer]) => [pointer, valueAt(found, pointer) ?? null])),
  };
}

/** Numbers may be a little apart; of an object only what is expected is looked at: applications add to it. */
function isSame(expected: unknown, found: unknown, tolerance: number): boolean {
  if (typeof expected === "number" && typeof found === "number") {
    return Math.abs(expected - found) <= tolerance * Math.max(1, Math.abs(expected), Math.abs(found));
  }
  if (Array.isArray(expected)) {
    return Array.isArray(found) && found.length === expected.length &&
      expected.every((item, i) => isSame(item, found[i], tolerance));
  }
  if (typeof expected !== "object" || expected === null) return expected === found;
  if (typeof found !== "object" || found === null || Array.isArray(found)) return false;
  const there = new Map(Object.entries(found));
  return Object.entries(expected).every(([key, value]) => isSame(value, there.get(key), tolerance));
}

/** With what the command took and gave; `undefined` where that has nothing at a place that is referred to. */
function bound(template: JsonObject, done: { args: JsonObject; result: unknown }): JsonObject | undefined {
  if (findReferences(template).next().done) return template;
  // a plan's references begin at a step's result: here the arguments and the result are that
  const text = JSON.stringify(
    template,
    (key, value) => key === "$ref" && typeof value === "string" ? `done.result.${value}` : value,
  );
  try {
    return bindReferences(JSON.parse(text), new Map([["done", done]]));
  } catch (error) {
    if (error instanceof ValidationError) return undefined;
    throw error;
  }
}
