/** `{ "$event": "/data/clip" }` in the arguments of a trigger's command: that part of what made it fire. */
import { valueAt } from "./json_pointer.ts";
import { JsonPointer } from "./links.ts";
import { ValidationError, type ValidationIssue } from "./patchbay_error.ts";

/** A binding where it stands. */
export interface EventBinding {
  /** Where it stands in the arguments. */
  path: (string | number)[];
  /** As it was written: a JSON pointer, if it is right. */
  pointer: unknown;
}

/** Whether a value is a binding: one key, `$event`. */
export function isEventBinding(value: unknown): value is { $event: unknown } {
  return isRecord(value) && Object.hasOwn(value, "$event") && Object.keys(value).length === 1;
}

/** Every binding in a value, depth first. */
export function* findEventBindings(value: unknown, path: (string | number)[] = []): Generator<EventBinding> {
  if (isEventBinding(value)) yield { path, pointer: value.$event };
  else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* findEventBindings(item, [...path, i]);
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) yield* findEventBindings(item, [...path, key]);
  }
}

/**
 * The arguments with each binding replaced by what it names.
 * @param event an `AppEvent`, or `{ at }` where a schedule was due
 * @throws {ValidationError} `INVALID_ARGUMENTS` where the event has nothing there, with each place
 * @example `bindEvent({ name: { $event: "/data/clip" } }, { at: 0, data: { clip: "Intro" } }) // { name: "Intro" }`
 */
export function bindEvent(args: Readonly<Record<string, unknown>>, event: unknown): Record<string, unknown> {
  const issues: ValidationIssue[] = [];
  const bound = bindMembers(args, event, [], issues);
  const [first] = issues;
  if (first === undefined) return bound;
  throw new ValidationError("INVALID_ARGUMENTS", `Cannot bind the event: ${first.path.join(".")}: ${first.message}`, {
    issues,
  });
}

type Place = (string | number)[];

function bindMembers(
  record: Readonly<Record<string, unknown>>,
  event: unknown,
  path: Place,
  issues: ValidationIssue[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([key, item]) => [key, bind(item, event, [...path, key], issues)]),
  );
}

function bind(value: unknown, event: unknown, path: Place, issues: ValidationIssue[]): unknown {
  if (isEventBinding(value)) {
    const pointer = JsonPointer.safeParse(value.$event);
    const found = pointer.success ? valueAt(event, pointer.data) : undefined;
    if (found === undefined) {
      issues.push({ path, message: `the event has nothing at '${String(value.$event)}'`, code: "reference" });
    }
    return found;
  }
  if (Array.isArray(value)) return value.map((item, i) => bind(item, event, [...path, i], issues));
  return isRecord(value) ? bindMembers(value, event, path, issues) : value;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
