/** JSON Schema 2020-12: of every message that Patchbay speaks, and as the check of values against a schema that came from outside. */
import { z } from "zod";
import { AssetRef } from "./assets.ts";
import { Batch, BatchResult } from "./batches.ts";
import { ChannelSample } from "./channels.ts";
import { Cancel, Command, Progress, Result } from "./commands.ts";
import { Envelope } from "./envelope.ts";
import { type ValidationIssue } from "./patchbay_error.ts";
import { Alert, AppEvent } from "./events.ts";
import { JsonSchema, ManifestDocument } from "./manifest_document.ts";
import { Link, LinkReport, LinkStatus } from "./links.ts";
import { Plan, PlanRecord } from "./plan.ts";
import { Condition } from "./plan_conditions.ts";
import { Step } from "./plan_step.ts";
import { Heartbeat, Presence } from "./presence.ts";
import { Problem } from "./problem.ts";
import { RunEvent, RunLogEntry } from "./run_events.ts";
import { Run } from "./runs.ts";
import { unbounded, withoutCostlyPatterns } from "./schema_bounds.ts";
import { SERVICES } from "./services.ts";
import { BridgeState, StateUpdate } from "./state.ts";
import { Trigger, TriggerFiring } from "./triggers.ts";

const MESSAGES = {
  Alert,
  AppEvent,
  AssetRef,
  Batch,
  BatchResult,
  BridgeState,
  Cancel,
  ChannelSample,
  Command,
  Envelope,
  Heartbeat,
  Link,
  LinkReport,
  LinkStatus,
  ManifestDocument,
  Plan,
  PlanRecord,
  Presence,
  Problem,
  Progress,
  Result,
  Run,
  RunEvent,
  RunLogEntry,
  StateUpdate,
  Step,
  Trigger,
  TriggerFiring,
} satisfies Record<string, z.ZodType>;

/** Every message schema by its name; a service's verbs are `conductor.run_plan.request` and `….result`. */
export function jsonSchemas(): Record<string, JsonSchema> {
  const named: [string, z.ZodType][] = Object.entries(MESSAGES);
  for (const [service, verbs] of Object.entries(SERVICES)) {
    for (const [verb, { request, result }] of Object.entries(verbs)) {
      named.push([`${service}.${verb}.request`, request], [`${service}.${verb}.result`, result]);
    }
  }
  return Object.fromEntries(named.map(([name, schema]) => [name, written(schema)]));
}

/** What stands in many others is written once in each of them, under its name. */
const shared = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({ ...MESSAGES, Condition })) shared.add(schema, { id });

function written(schema: z.ZodType): JsonSchema {
  const { id: _name, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", metadata: shared });
  return rest;
}

/** A place in a value: `["args", "location", 0]`. */
export type JsonPath = readonly (string | number)[];

/**
 * What is wrong with a value by a JSON Schema; empty when nothing is. A schema that cannot be understood refuses everything,
 * with the issue code `schema`.
 *
 * The schema may come from a stranger, and none takes for ever: a pattern whose check might is left out.
 *
 * Whatever stands at one of `placeholders` is taken to fit: it will be replaced before the value is used.
 */
export function validateAgainst(
  schema: JsonSchema,
  value: unknown,
  placeholders: readonly JsonPath[] = [],
): ValidationIssue[] {
  const compiled = compile(schema);
  if (typeof compiled === "string") return [{ path: [], message: compiled, code: "schema" }];
  const issues = issuesOf(compiled, value);
  if (issues.length === 0) return [];
  const ignored = new Set(placeholders.map(pathKey));
  return distinct(issues.flatMap((issue) => report(issue, [], ignored)));
}

/** As `safeParse` finds them, without the error that it makes of them: its stack costs more than the check, and each reference in a plan fails here. */
function issuesOf(schema: z.ZodType, value: unknown): z.core.$ZodIssue[] {
  // jitless: the schema may come from a stranger, and zod would make code of its property names
  const context = { async: false, jitless: true } as const;
  const checked = schema._zod.run({ value, issues: [] }, context);
  if (checked instanceof Promise) throw new TypeError("Cannot check at once: the schema waits for something");
  return checked.issues.map((issue) => z.core.util.finalizeIssue(issue, context, z.core.config()));
}

const compiledSchemas = new WeakMap<JsonSchema, z.ZodType | string>();

/** The schema as zod, or why it cannot be understood. */
function compile(schema: JsonSchema): z.ZodType | string {
  let compiled = compiledSchemas.get(schema);
  if (compiled === undefined) {
    compiled = understand(schema);
    compiledSchemas.set(schema, compiled);
  }
  return compiled;
}

function understand(schema: JsonSchema): z.ZodType | string {
  const fault = unbounded(schema);
  if (fault !== undefined) return `the schema cannot be understood: ${fault}`;
  try {
    // a registry of its own: names inside a stranger's schema must not meet ours
    return z.fromJSONSchema(withoutCostlyPatterns(schema), { registry: z.registry<Record<string, unknown>>() });
  } catch (cause) {
    return `the schema cannot be understood: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

const pathKey = (path: JsonPath) => JSON.stringify(path.map(String));

/** The issue as ours, with its place; nothing when it lies at or under a placeholder. */
function report(issue: z.core.$ZodIssue, at: JsonPath, ignored: ReadonlySet<string>): ValidationIssue[] {
  const path = [...at, ...issue.path.map((part) => typeof part === "number" ? part : String(part))];
  // a refused key is named by the path of its value, which may well be a placeholder
  const depth = issue.code === "invalid_key" ? path.length - 1 : path.length;
  for (let length = 0; ignored.size > 0 && length <= depth; length++) {
    if (ignored.has(pathKey(path.slice(0, length)))) return [];
  }
  if (issue.code === "invalid_union" && issue.errors.length > 0) return reportUnion(issue.errors, path, ignored);
  return [{ path, message: issue.message, code: issue.code ?? "custom" }];
}

/** Of several alternatives that all fail, what the one that comes nearest lacks. */
function reportUnion(
  branches: readonly (readonly z.core.$ZodIssue[])[],
  path: JsonPath,
  ignored: ReadonlySet<string>,
): ValidationIssue[] {
  const failures = branches.map((issues) => issues.flatMap((issue) => report(issue, path, ignored)));
  if (failures.some((issues) => issues.length === 0)) return [];
  const entered = failures.filter((issues) =>
    issues.every((issue) => issue.path.length > path.length && issue.code !== "invalid_value")
  );
  const [nearest] = entered.sort((a, b) => a.length - b.length);
  if (nearest !== undefined) return nearest;
  const reasons = [...new Set(failures.flatMap((issues) => issues.slice(0, 1).map(({ message }) => message)))];
  return [{ path: [...path], message: reasons.slice(0, 8).join("; or "), code: "invalid_union" }];
}

function distinct(issues: ValidationIssue[]): ValidationIssue[] {
  if (issues.length < 2) return issues;
  const seen = new Map(issues.map((issue) => [`${pathKey(issue.path)} ${issue.message}`, issue]));
  return [...seen.values()];
}
