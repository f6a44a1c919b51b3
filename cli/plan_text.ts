/** A plan and its values as a person reads them in a terminal. */
import {
  type Comparison,
  type Condition,
  dependenciesOf,
  type ForEach,
  isItemReference,
  isReference,
  type Plan,
} from "@patchbay/contracts";
import { printable } from "./printable.ts";

/** Longer values are cut, in characters. */
const MAX_VALUE_LENGTH = 60;
/** Longer answers are cut, in lines. */
const MAX_ANSWER_LINES = 60;

/** One line for each step: what runs where, with which arguments, after what. */
export function describePlan({ steps, provenance }: Plan): string {
  const width = Math.max(...steps.map(({ app, command }) => app.length + command.length + 1));
  const idWidth = Math.max(...steps.map(({ id }) => id.length));
  const lines = steps.map((step) => {
    const args = Object.entries(step.args).map(([name, value]) => `${name}=${describeArgument(value)}`).join(" ");
    const after = [...dependenciesOf(step)];
    const what = `${step.app}.${step.command}`.padEnd(width);
    const notes = [
      ...(step.forEach === undefined ? [] : [`for each of ${describeList(step.forEach)}`]),
      ...(step.when === undefined ? [] : [`if ${describeCondition(step.when)}`]),
      ...(after.length === 0 ? [] : [`after ${after.join(", ")}`]),
    ];
    return ["  ", step.id.padEnd(idWidth), "  ", what, "  ", args, ...notes.map((note) => `   ${note}`)].join("");
  });
  return [`Plan: ${steps.length} ${steps.length === 1 ? "step" : "steps"}, by ${provenance.provider}`, ...lines].join(
    "\n",
  );
}

const describeList = (forEach: ForEach) =>
  Array.isArray(forEach) ? `${forEach.length} items` : `<${cut(forEach.$ref)}>`;

/** @example `<s1.result.count> greaterThan 3 and not (<s2.result.name> equals "Cube")` */
function describeCondition(condition: Condition): string {
  if ("all" in condition) return condition.all.map(describePart).join(" and ");
  if ("any" in condition) return condition.any.map(describePart).join(" or ");
  return "not" in condition ? `not (${describeCondition(condition.not)})` : describeComparison(condition);
}

const describePart = (part: Condition) =>
  "all" in part || "any" in part ? `(${describeCondition(part)})` : describeCondition(part);

function describeComparison({ $ref, ...comparisons }: Comparison): string {
  const each = Object.entries(comparisons).map(([how, value]) => `${how} ${cut(JSON.stringify(value) ?? "")}`);
  return `<${cut($ref)}> ${each.join(" and ")}`;
}

/** A value in short; a reference as `<step.result.name>`, a part of an item as `<item/name>`. */
export function describeArgument(value: unknown): string {
  if (isReference(value)) return `<${Object.values(value)[0]}>`;
  if (isItemReference(value)) return `<item${cut(String(value.$item))}>`;
  return cut(typeof value === "string" ? value : JSON.stringify(value));
}

/** The name of what a step made, if its value has one, and what had to be added on the way: `camera_added`. */
export function describeValue(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const name = "name" in value && typeof value.name === "string" ? `: ${cut(value.name)}` : "";
  const added = Object.entries(value).filter(([key, is]) => key.endsWith("_added") && is === true)
    .map(([key]) => key.replace(/_added$/, "").replaceAll("_", " "));
  return added.length === 0 ? name : `${name}; it needed a ${cut(added.join(" and a "))}, which was added`;
}

/** The value of a query, whole as far as a screen goes. */
export function describeAnswer(value: unknown): string {
  const lines = printable(onOneLine(JSON.stringify(value, null, 2))).split("\n");
  const more = lines.length - MAX_ANSWER_LINES;
  return more > 0 ? [...lines.slice(0, MAX_ANSWER_LINES), `… ${more} more lines`].join("\n") : lines.join("\n");
}

/** A vector is easier to read in one line than in five. */
function onOneLine(json: string): string {
  return json.replaceAll(/\[\n\s+([^[\]{}]*?)\n\s+\]/g, (_, inner: string) => `[${inner.replaceAll(/\n\s+/g, " ")}]`);
}

function cut(text: string): string {
  const plain = printable(text).replaceAll(/[\n\t]/g, " ");
  return plain.length > MAX_VALUE_LENGTH ? `${plain.slice(0, MAX_VALUE_LENGTH - 1)}…` : plain;
}
