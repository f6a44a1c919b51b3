/** Whether a step's condition compares what can be there with what it could be. */
import { type BindingIssue, type Bindings, isIssue, shorten } from "./plan_bindings.ts";
import type { Comparison } from "./plan_conditions.ts";
import type { ComparedReference } from "./plan_references.ts";
import { describeTypes, itemSchemas, type Located, mayBe } from "./schema_fit.ts";
import { allows } from "./schema_values.ts";

const OF_NUMBERS = ["greaterThan", "atLeast", "lessThan", "atMost"] as const;

/** What is wrong with the comparisons of one condition; paths begin at the condition. */
export function conditionIssues(compared: readonly ComparedReference[], bindings: Bindings): BindingIssue[] {
  return compared.flatMap(({ path, comparison, parsed }) => {
    if (Object.keys(comparison).length === 1) {
      const message = `${shorten(comparison.$ref)} is compared with nothing: say 'equals', 'exists', 'greaterThan', …`;
      return [{ code: "binding", path, message }];
    }
    const found = bindings.produced(comparison.$ref, parsed, [...path, "$ref"]);
    if (found === undefined) return [];
    if (isIssue(found)) return [found];
    return mismatches(comparison, found).map(([key, message]): BindingIssue => ({
      code: "binding",
      path: [...path, ...key],
      message: `${shorten(comparison.$ref)} is ${describeTypes(found)}: ${message}`,
    }));
  });
}

type Mismatch = [key: (string | number)[], message: string];

function mismatches(comparison: Comparison, found: readonly Located[]): Mismatch[] {
  const wrong: Mismatch[] = [];
  for (const key of OF_NUMBERS) {
    if (comparison[key] !== undefined && !mayBe(found, "number")) wrong.push([[key], "only numbers are compared so"]);
  }
  for (const key of ["equals", "notEquals"] as const) {
    const value = comparison[key];
    if (value !== undefined && !allows(found, value)) wrong.push([[key], `it is never ${told(value)}`]);
  }
  for (const [i, value] of (comparison.oneOf ?? []).entries()) {
    if (!allows(found, value)) wrong.push([["oneOf", i], `it is never ${told(value)}`]);
  }
  if (comparison.contains !== undefined && !mayContain(found, comparison.contains)) {
    wrong.push([["contains"], `it never holds ${told(comparison.contains)}`]);
  }
  return wrong;
}

function mayContain(found: readonly Located[], part: unknown): boolean {
  if (typeof part === "string" && mayBe(found, "string")) return true;
  return mayBe(found, "array") && allows(itemSchemas(found), part);
}

const told = (value: unknown) => shorten(JSON.stringify(value) ?? "nothing");
