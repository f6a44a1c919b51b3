/**
 * References inside a step's arguments:
 * `{ "$ref": "s1.result.name" }`, `{ "$ref": "s1.result" }`, or with an RFC 6901 pointer `{ "$ref": "s1#/result/Exchange Rate" }`;
 * the same with `$asset` for a file.
 */
import { ValidationError } from "./patchbay_error.ts";
import type { Step, StepId } from "./plan_step.ts";

/** A reference where it stands. */
export interface Reference {
  /** Where it stands in the arguments. */
  path: (string | number)[];
  kind: "$ref" | "$asset";
  /** As it was written. */
  text: string;
}

/** What a reference names. */
export interface ParsedReference {
  step: StepId;
  /** Keys into the step's result. */
  keys: string[];
}

/** Whether a value is a reference object: one key, `$ref` or `$asset`. */
export function isReference(value: unknown): value is { $ref: unknown } | { $asset: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === "$ref" || keys[0] === "$asset");
}

/** As it was written; a text that cannot be parsed when it was no string. */
function referenceText(value: object): string {
  const [text] = Object.values(value);
  return typeof text === "string" ? text : JSON.stringify(text) ?? "";
}

/** `undefined` for a text that is no reference. */
export function parseReference(text: string): ParsedReference | undefined {
  const dotted = /^([A-Za-z][A-Za-z0-9_-]*)\.result((?:\.[A-Za-z0-9_-]+)*)$/.exec(text);
  if (dotted !== null) return { step: dotted[1]!, keys: dotted[2]!.split(".").slice(1) };
  const pointer = /^([A-Za-z][A-Za-z0-9_-]*)#\/result((?:\/(?:[^~/]|~[01])*)*)$/.exec(text);
  if (pointer === null) return undefined;
  return {
    step: pointer[1]!,
    keys: pointer[2]!.split("/").slice(1).map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~")),
  };
}

/** Every reference in a value, depth first. */
export function* findReferences(value: unknown, path: (string | number)[] = []): Generator<Reference> {
  if (isReference(value)) {
    yield { path, kind: "$ref" in value ? "$ref" : "$asset", text: referenceText(value) };
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* findReferences(item, [...path, i]);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* findReferences(item, [...path, key]);
  }
}

/** The steps that must succeed before this one: its references and its `dependsOn`. */
export function dependenciesOf(step: Pick<Step, "args" | "dependsOn">): Set<StepId> {
  const dependencies = new Set(step.dependsOn);
  for (const { text } of findReferences(step.args)) {
    const parsed = parseReference(text);
    if (parsed !== undefined) dependencies.add(parsed.step);
  }
  return dependencies;
}

/**
 * The arguments with each reference replaced by what it names.
 * @throws {ValidationError} `PLAN_INVALID` for a reference to a step without a result, or to a path that the result does not have
 */
export function bindReferences(
  args: Record<string, unknown>,
  results: ReadonlyMap<StepId, unknown>,
): Record<string, unknown> {
  return bindMembers(args, results, []);
}

function bindMembers(
  record: Record<string, unknown>,
  results: ReadonlyMap<StepId, unknown>,
  path: (string | number)[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, bind(item, results, [...path, key])]));
}

function bind(value: unknown, results: ReadonlyMap<StepId, unknown>, path: (string | number)[]): unknown {
  if (isReference(value)) return lookUp(referenceText(value), results, path);
  if (Array.isArray(value)) return value.map((item, i) => bind(item, results, [...path, i]));
  if (!isRecord(value)) return value;
  return bindMembers(value, results, path);
}

function lookUp(text: string, results: ReadonlyMap<StepId, unknown>, path: (string | number)[]): unknown {
  const refuse = (why: string) =>
    new ValidationError("PLAN_INVALID", `Cannot bind '${text}': ${why}`, {
      issues: [{ path, message: why, code: "reference" }],
    });
  const parsed = parseReference(text);
  if (parsed === undefined) throw refuse("it is not a reference like 's1.result.name'");
  if (!results.has(parsed.step)) throw refuse(`step '${parsed.step}' has no result`);
  let value = results.get(parsed.step);
  for (const key of parsed.keys) {
    const inner = member(value, key);
    if (inner === undefined) throw refuse(`the result has no '${key}'`);
    value = inner;
  }
  return value;
}

/** Own keys of an object, indices of an array; neither `__proto__` nor `length`. */
function member(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
