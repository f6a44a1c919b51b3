/** Whether a step's condition holds, by what the steps before it gave. */
import { type StepResults, valueUnder } from "./bind_references.ts";
import { sameJson } from "./json_pointer.ts";
import type { Comparison, Condition } from "./plan_conditions.ts";
import { parseReference } from "./plan_references.ts";

/**
 * What is not there equals nothing, and is greater or less than nothing: only `exists: false` and `notEquals` hold of it.
 *
 * @example `holds({ $ref: "s1.result.count", greaterThan: 3 }, new Map([["s1", { count: 4 }]])) // true`
 */
export function holds(condition: Condition, results: StepResults): boolean {
  if ("all" in condition) return condition.all.every((part) => holds(part, results));
  if ("any" in condition) return condition.any.some((part) => holds(part, results));
  if ("not" in condition) return !holds(condition.not, results);
  const parsed = parseReference(condition.$ref);
  return compares(parsed === undefined ? undefined : valueUnder(results.get(parsed.step), parsed.keys), condition);
}

function compares(value: unknown, comparison: Comparison): boolean {
  const { exists, equals, notEquals, greaterThan, atLeast, lessThan, atMost, contains, oneOf } = comparison;
  const number = typeof value === "number" ? value : NaN;
  return (exists === undefined || exists === (value !== undefined && value !== null)) &&
    (equals === undefined || sameJson(value, equals)) &&
    (notEquals === undefined || !sameJson(value, notEquals)) &&
    (greaterThan === undefined || number > greaterThan) &&
    (atLeast === undefined || number >= atLeast) &&
    (lessThan === undefined || number < lessThan) &&
    (atMost === undefined || number <= atMost) &&
    (contains === undefined || holdsInside(value, contains)) &&
    (oneOf === undefined || oneOf.some((one) => sameJson(value, one)));
}

function holdsInside(value: unknown, part: unknown): boolean {
  if (typeof value === "string") return typeof part === "string" && value.includes(part);
  return Array.isArray(value) && value.some((item) => sameJson(item, part));
}
