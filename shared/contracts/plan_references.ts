/**
 * References of a step: inside its arguments `{ "$ref": "s1.result.name" }`, `{ "$ref": "s1.result" }`, or with an RFC 6901
 * pointer `{ "$ref": "s1#/result/Exchange Rate" }`; the same with `$asset` for a file; and with `forEach`
 * `{ "$item": "/name" }` for a part of the round's item, `{ "$item": "" }` for all of it. Conditions and `forEach` refer, too.
 */
import type { Comparison, Condition } from "./plan_conditions.ts";
import type { Step, StepId } from "./plan_step.ts";

/** A place in a step. */
export type Place = (string | number)[];

/** What a reference names. */
export interface ParsedReference {
  step: StepId;
  /** Keys into the step's result. */
  keys: string[];
}

/** A reference where it stands. */
export interface Reference {
  /** Where it stands in the arguments. */
  path: Place;
  kind: "$ref" | "$asset";
  /** As it was written. */
  text: string;
  /** Absent where the text is no reference. */
  parsed: ParsedReference | undefined;
}

/** A part of a round's item, where it stands. */
export interface ItemReference {
  /** Where it stands in the arguments. */
  path: Place;
  /** As it was written. */
  text: string;
  /** Keys into the item; absent where the text is no pointer. */
  keys: string[] | undefined;
}

/** One comparison of a condition; its path begins at the condition. */
export interface ComparedReference {
  path: Place;
  comparison: Comparison;
  parsed: ParsedReference | undefined;
}

/** All that a step refers to. */
export interface StepReferences {
  args: readonly Reference[];
  items: readonly ItemReference[];
  when: readonly ComparedReference[];
  /** The list that its rounds go through, where a step gives it. */
  forEach: Reference | undefined;
}

/** No reference is longer, in characters. */
export const MAX_REFERENCE_LENGTH = 1_000;

const NO_PLACES: readonly never[] = [];

/** Whether a value is a reference object: one key, `$ref` or `$asset`. */
export function isReference(value: unknown): value is { $ref: unknown } | { $asset: unknown } {
  const key = onlyKey(value);
  return key === "$ref" || key === "$asset";
}

/** Whether a value stands for a part of the round's item: one key, `$item`. */
export const isItemReference = (value: unknown): value is { $item: unknown } => onlyKey(value) === "$item";

function onlyKey(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  let only: string | undefined;
  // an object of many keys is looked at no further than its second; JSON has no inherited ones
  for (const key in value) {
    if (only !== undefined) return undefined;
    only = key;
  }
  return only !== undefined && Object.hasOwn(value, only) ? only : undefined;
}

/** As it was written; a text that cannot be parsed when it was no string. */
export function referenceText(value: object): string {
  const [text] = Object.values(value);
  return typeof text === "string" ? text : JSON.stringify(text) ?? "";
}

/** `undefined` for a text that is no reference. */
export function parseReference(text: string): ParsedReference | undefined {
  if (text.length > MAX_REFERENCE_LENGTH) return undefined;
  const dotted = /^([A-Za-z][A-Za-z0-9_-]*)\.result((?:\.[A-Za-z0-9_-]+)*)$/.exec(text);
  if (dotted !== null) return { step: dotted[1]!, keys: dotted[2]!.split(".").slice(1) };
  const pointer = /^([A-Za-z][A-Za-z0-9_-]*)#\/result((?:\/[^]*)?)$/.exec(text);
  const keys = pointer === null ? undefined : parsePointer(pointer[2]!);
  return keys === undefined ? undefined : { step: pointer![1]!, keys };
}

/** The keys of an RFC 6901 pointer; `undefined` for a text that is none. */
export function parsePointer(text: string): string[] | undefined {
  if (text.length > MAX_REFERENCE_LENGTH || (text !== "" && !text.startsWith("/")) || /~(?![01])/.test(text)) {
    return undefined;
  }
  return text.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Every reference in a value, depth first. */
export const findReferences = (value: unknown): ArrayIterator<Reference> => placesIn(value).references.values();

/** Every place of a value that is filled in before it is used, depth first. */
export function placesIn(value: unknown): { references: Reference[]; items: ItemReference[] } {
  const found = { references: [] as Reference[], items: [] as ItemReference[] };
  collect(value, [], found);
  return found;
}

function collect(value: unknown, path: Place, found: ReturnType<typeof placesIn>): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) within(value[i], i, path, found);
    return;
  }
  const key = onlyKey(value);
  if (key === "$ref" || key === "$asset") {
    const text = referenceText(value);
    const parsed = isText(value, key) ? parseReference(text) : undefined;
    found.references.push({ path: [...path], kind: key, text, parsed });
  } else if (key === "$item") {
    const text = referenceText(value);
    found.items.push({ path: [...path], text, keys: isText(value, key) ? parsePointer(text) : undefined });
  } else {
    for (const [inner, item] of Object.entries(value)) within(item, inner, path, found);
  }
}

/** The path is one list that grows and shrinks: only a reference takes a copy. */
function within(value: unknown, key: string | number, path: Place, found: ReturnType<typeof placesIn>): void {
  if (typeof value !== "object" || value === null) return;
  path.push(key);
  collect(value, path, found);
  path.pop();
}

const isText = (value: object, key: string) => typeof Reflect.get(value, key) === "string";

/** What a step may refer with. */
export type Referring = Pick<Step, "args" | "dependsOn" | "when" | "forEach">;

/** All that a step refers to, each in its place. */
export function stepReferences({ args, when, forEach }: Omit<Referring, "dependsOn">): StepReferences {
  const { references, items } = placesIn(args);
  const list = forEach === undefined || Array.isArray(forEach) ? undefined : forEach.$ref;
  return {
    args: references,
    items,
    when: when === undefined ? NO_PLACES : comparisonsIn(when),
    forEach: list === undefined ? undefined : { path: [], kind: "$ref", text: list, parsed: parseReference(list) },
  };
}

function comparisonsIn(condition: Condition, path: Place = []): ComparedReference[] {
  if ("all" in condition) return condition.all.flatMap((part, i) => comparisonsIn(part, [...path, "all", i]));
  if ("any" in condition) return condition.any.flatMap((part, i) => comparisonsIn(part, [...path, "any", i]));
  if ("not" in condition) return comparisonsIn(condition.not, [...path, "not"]);
  return [{ path, comparison: condition, parsed: parseReference(condition.$ref) }];
}

/** The steps whose results a step refers to: in its arguments, its condition, its list. */
export function referredSteps(references: StepReferences): Set<StepId> {
  const steps = new Set<StepId>();
  for (const { parsed } of references.args) if (parsed !== undefined) steps.add(parsed.step);
  for (const { parsed } of references.when) if (parsed !== undefined) steps.add(parsed.step);
  if (references.forEach?.parsed !== undefined) steps.add(references.forEach.parsed.step);
  return steps;
}

/** The steps that must succeed before this one: its references and its `dependsOn`. */
export function dependenciesOf(step: Referring, references: StepReferences = stepReferences(step)): Set<StepId> {
  const dependencies = new Set(step.dependsOn);
  for (const id of referredSteps(references)) dependencies.add(id);
  return dependencies;
}
