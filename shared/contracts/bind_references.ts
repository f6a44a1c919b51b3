/** Values in the place of references: what a step gets to work with once the steps before it have ended. */
import { ValidationError } from "./patchbay_error.ts";
import {
  isItemReference,
  isReference,
  parsePointer,
  parseReference,
  type Place,
  referenceText,
} from "./plan_references.ts";
import { type ForEach, MAX_ROUNDS, type StepId } from "./plan_step.ts";

/** What the steps that succeeded gave. */
export type StepResults = ReadonlyMap<StepId, unknown>;

/**
 * The arguments with each reference replaced by what it names.
 * @param round of a step with `forEach`: its item, for each `{ "$item": "/pointer" }`
 * @throws {ValidationError} `PLAN_INVALID` for a reference to a step without a result, or to a path that the result does not have
 */
export function bindReferences(
  args: Record<string, unknown>,
  results: StepResults,
  round?: { item: unknown },
): Record<string, unknown> {
  return bindMembers(args, { results, round }, []);
}

/**
 * The items that a step's rounds go through.
 * @throws {ValidationError} `PLAN_INVALID` for what is no list, or for one that is too long
 */
export function bindItems(forEach: ForEach, results: StepResults): readonly unknown[] {
  if (Array.isArray(forEach)) return forEach;
  const items = lookUp(forEach.$ref, results, []);
  if (!Array.isArray(items)) throw refusal(forEach.$ref, [], "it is no list to go through");
  if (items.length <= MAX_ROUNDS) return items;
  throw refusal(forEach.$ref, [], `it has ${items.length} items, and a step makes at most ${MAX_ROUNDS} rounds`);
}

/** What stands at some keys of a value: own keys of an object, indices of an array. `undefined` where nothing does. */
export function valueUnder(value: unknown, keys: readonly string[]): unknown {
  let here = value;
  for (const key of keys) {
    here = member(here, key);
    if (here === undefined) return undefined;
  }
  return here;
}

interface Bound {
  results: StepResults;
  round: { item: unknown } | undefined;
}

function bindMembers(record: Record<string, unknown>, bound: Bound, path: Place): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, bind(item, bound, [...path, key])]));
}

function bind(value: unknown, bound: Bound, path: Place): unknown {
  if (isReference(value)) return lookUp(referenceText(value), bound.results, path);
  if (isItemReference(value)) return partOfItem(referenceText(value), bound.round, path);
  if (Array.isArray(value)) return value.map((item, i) => bind(item, bound, [...path, i]));
  return isRecord(value) ? bindMembers(value, bound, path) : value;
}

function lookUp(text: string, results: StepResults, path: Place): unknown {
  const parsed = parseReference(text);
  if (parsed === undefined) throw refusal(text, path, "it is not a reference like 's1.result.name'");
  if (!results.has(parsed.step)) throw refusal(text, path, `step '${parsed.step}' has no result`);
  let value = results.get(parsed.step);
  for (const key of parsed.keys) {
    value = member(value, key);
    if (value === undefined) throw refusal(text, path, `the result has no '${key}'`);
  }
  return value;
}

function partOfItem(text: string, round: Bound["round"], path: Place): unknown {
  const keys = parsePointer(text);
  if (keys === undefined) throw refusal(text, path, "it is no JSON pointer");
  if (round === undefined) throw refusal(text, path, "the step has no 'forEach' whose item it could be");
  const value = valueUnder(round.item, keys);
  if (value === undefined) throw refusal(text, path, "the item has nothing there");
  return value;
}

function refusal(text: string, path: Place, why: string): ValidationError {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return new ValidationError("PLAN_INVALID", `Cannot bind '${shown}': ${why}`, {
    issues: [{ path, message: why, code: "reference" }],
  });
}

/** Own keys of an object, indices of an array; neither `__proto__` nor `length`. */
function member(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
