/** What is wrong with a trigger, as far as the manifests of both ends are known: each issue names its field. */
import { z } from "zod";
import { BridgeFailureEvent, BridgeStatusEvent } from "./bridge_events.ts";
import { pointerKeys } from "./json_pointer.ts";
import { validateAgainst } from "./json_schema.ts";
import { JsonPointer } from "./links.ts";
import { commandOf } from "./command_of.ts";
import type { JsonSchema, ManifestDocument } from "./manifest_document.ts";
import type { ValidationIssue } from "./patchbay_error.ts";
import { placesIn } from "./plan_references.ts";
import { describeTypes, type Located, mayFit, schemasAt } from "./schema_fit.ts";
import { type EventBinding, findEventBindings } from "./trigger_bindings.ts";
import { isSchedule, scheduleFault } from "./trigger_schedule.ts";
import type { EventFilter, OnEvent, Trigger, TriggerAction } from "./triggers.ts";

export { dueBetween, type DueTimes, isSchedule, nextDue, scheduleFault } from "./trigger_schedule.ts";
export type { TriggerSchedule } from "./trigger_schedule.ts";

export interface TriggerEnds {
  /** What the application offers in which the event happens, if that is known. */
  source?: ManifestDocument | undefined;
  /** What the application offers that gets the command, if that is known. */
  target?: ManifestDocument | undefined;
}

/** Empty where nothing is wrong. @example `checkTrigger(trigger, { source: manifests.get("ableton") })` */
export function checkTrigger(trigger: Trigger, { source, target }: TriggerEnds): ValidationIssue[] {
  const { when, then } = trigger;
  if (isSchedule(when)) {
    const fault = scheduleFault(when);
    const issues = fault === undefined ? [] : [issue(["when", fault.field], fault.message, "schedule")];
    return [...issues, ...checkAction(then, target, DUE)];
  }
  const happened = eventOf(when, source);
  if ("message" in happened) return [happened, ...checkAction(then, target, undefined)];
  return [
    ...when.where.flatMap((filter, i) => checkFilter(filter, i, happened.data)),
    ...checkAction(then, target, happened.event),
  ];
}

const issue = (path: (string | number)[], message: string, code: string): ValidationIssue => ({ path, message, code });

/** What `$event` names in the arguments of a schedule's command. */
const DUE: JsonSchema = { type: "object", properties: { at: { type: "integer" } }, additionalProperties: false };

/** What every bridge says of itself. */
const OWN_EVENTS: Readonly<Record<string, JsonSchema>> = {
  bridge_status: z.toJSONSchema(BridgeStatusEvent, { io: "output" }),
  bridge_failure: z.toJSONSchema(BridgeFailureEvent, { io: "output" }),
};

/** The schemas of the event and of its data; nothing of an application that nobody knows. */
function eventOf(
  { event: name }: OnEvent,
  manifest: ManifestDocument | undefined,
): { event?: JsonSchema; data?: JsonSchema } | ValidationIssue {
  const declared = manifest !== undefined && Object.hasOwn(manifest.events, name) ? manifest.events[name] : undefined;
  const data = declared?.schema ?? (Object.hasOwn(OWN_EVENTS, name) ? OWN_EVENTS[name] : undefined);
  if (data !== undefined) return { data, event: eventSchema(data) };
  if (manifest === undefined) return {};
  const there = [...Object.keys(manifest.events), ...Object.keys(OWN_EVENTS)].join(", ");
  return issue(["when", "event"], `${manifest.title} has no event '${name}'; it has: ${there}`, "unknown_event");
}

/** The data's own definitions stay where its references look for them. */
function eventSchema(data: JsonSchema): JsonSchema {
  const { $defs, definitions } = data;
  const text = { type: "string" };
  return {
    type: "object",
    properties: { app: text, bridge: text, event: text, at: { type: "integer" }, data },
    additionalProperties: false,
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  };
}

function checkFilter(filter: EventFilter, i: number, data: JsonSchema | undefined): ValidationIssue[] {
  if (data === undefined) return [];
  const found = schemasAt(data, pointerKeys(filter.path));
  const at = (field: string) => ["when", "where", i, field];
  if (found.length === 0) return [issue(at("path"), `nothing can stand at '${filter.path}'`, "reference")];
  return (["equals", "greaterThan", "lessThan"] as const).flatMap((field) => {
    const value = filter[field];
    if (value === undefined || mayFit(found, [constant(value)])) return [];
    return [issue(at(field), `what stands at '${filter.path}' is ${describeTypes(found)}`, "binding")];
  });
}

/** What a value may be compared with: the same kind of thing. */
function constant(value: unknown): Located {
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return { root: {}, schema: { type } };
}

function checkAction(
  then: TriggerAction,
  manifest: ManifestDocument | undefined,
  event: JsonSchema | undefined,
): ValidationIssue[] {
  if ("plan" in then) return [];
  const issues: ValidationIssue[] = [];
  const { references, items } = placesIn(then.args);
  for (const { path, text } of [...references, ...items]) {
    issues.push(issue(["then", "args", ...path], `'${text}' names nothing: there is no other step`, "reference"));
  }
  const command = manifest === undefined ? undefined : commandOf(then, new Map([[then.app, manifest]]));
  if (manifest !== undefined && command === undefined) {
    issues.push(issue(["then", "command"], `${manifest.title} has no command '${then.command}'`, "unknown_command"));
  }
  const bindings = [...findEventBindings(then.args)];
  issues.push(...bindings.flatMap((binding) => checkBinding(binding, event, command?.args)));
  if (command !== undefined && issues.length === 0) {
    const found = validateAgainst(command.args, then.args, bindings.map(({ path }) => path));
    issues.push(...found.map(({ path, message }) => issue(["then", "args", ...path], message, "arguments")));
  }
  return issues;
}

function checkBinding(
  { path, pointer: given }: EventBinding,
  event: JsonSchema | undefined,
  args: JsonSchema | undefined,
): ValidationIssue[] {
  const wrong = (message: string, code: string) => [issue(["then", "args", ...path], message, code)];
  const pointer = JsonPointer.safeParse(given);
  if (!pointer.success) return wrong("'$event' takes a JSON pointer, like '/data/clip'", "reference");
  if (event === undefined) return [];
  const produced = schemasAt(event, pointerKeys(pointer.data));
  if (produced.length === 0) return wrong(`the event has nothing at '${pointer.data}'`, "reference");
  const consumed = args === undefined ? [] : schemasAt(args, path);
  // nothing may stand there at all: that is an error of the arguments, and reported as one
  if (consumed.length === 0 || mayFit(produced, consumed)) return [];
  return wrong(
    `'${pointer.data}' is ${describeTypes(produced)}; what fits here is ${describeTypes(consumed)}`,
    "binding",
  );
}
