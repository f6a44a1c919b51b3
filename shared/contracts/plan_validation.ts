/**
 * Whether a plan holds: parse; application, bridge and command exist; arguments match; references exist and their type fits;
 * acyclic; conflicting writes to one application are ordered; policy. Everything that is wrong is reported.
 */
import { batchIssues } from "./batch_issues.ts";
import type { Effect } from "./commands.ts";
import type { ValidationIssue } from "./patchbay_error.ts";
import { commandOf } from "./command_of.ts";
import type { ManifestDocument } from "./manifest_document.ts";
import { ANY_BRIDGE, type AppName } from "./names.ts";
import { Plan } from "./plan.ts";
import { BATCH_COMMAND } from "./plan_batch.ts";
import { conditionIssues } from "./condition_bindings.ts";
import { Bindings } from "./plan_bindings.ts";
import { type PlanGraph, planGraph } from "./plan_graph.ts";
import type { Step, StepId } from "./plan_step.ts";
import { validateAgainst } from "./json_schema.ts";
import type { Presence } from "./presence.ts";
import { roundIssues } from "./round_bindings.ts";
import { unorderedWrites } from "./unordered_writes.ts";

/** Why a plan is refused, in the order in which it is looked at. */
export const PLAN_ISSUE_CODES = [
  "parse",
  "duplicate",
  "unknown_app",
  "unknown_bridge",
  "unknown_command",
  "arguments",
  "reference",
  "binding",
  "cycle",
  "conflict",
  "policy",
] as const;
export type PlanIssueCode = (typeof PLAN_ISSUE_CODES)[number];

/** One thing that is wrong with a plan; its path begins at the plan: `["steps", 0, "args", "location"]`. */
export type PlanIssue = ValidationIssue & { code: PlanIssueCode; stepId?: StepId };

/** What a plan may do. */
export interface PlanPolicy {
  /** @default all */
  effects?: readonly Effect[];
}

/** What there is to plan with. */
export interface PlanWorld {
  manifests: ReadonlyMap<AppName, ManifestDocument>;
  /** The bridges that exist; left out, a plan may name any, and whether one runs code is left to the bridge. */
  bridges?: readonly Pick<Presence, "app" | "bridge" | "allowCode">[];
  policy?: PlanPolicy;
}

export type PlanValidation = { ok: true; plan: Plan } | { ok: false; issues: PlanIssue[] };

/** Checks a plan against what there is; a plan that cannot be parsed is looked at no further. */
export function validatePlan(input: unknown, world: PlanWorld): PlanValidation {
  const parsed = Plan.safeParse(input);
  if (!parsed.success) {
    return { ok: false, issues: parsed.error.issues.map((issue) => parseIssue(issue, input)) };
  }
  const plan = parsed.data;
  const graph = planGraph(plan.steps);
  const looked: Looked = { world, graph, bindings: new Bindings(graph, world.manifests), bridges: bridgesByApp(world) };
  const issues = [
    ...plan.steps.flatMap((step, i) => stepIssues(step, i, looked)),
    ...cycleIssues(graph),
    ...conflictIssues(graph, world.manifests),
    ...plan.steps.flatMap((step, i) => policyIssues(step, i, looked)),
  ];
  return issues.length === 0 ? { ok: true, plan } : { ok: false, issues };
}

/** A plan that is being looked at: what its steps share. */
interface Looked {
  world: PlanWorld;
  graph: PlanGraph;
  bindings: Bindings;
  bridges: Bridges;
}

type Bridges = ReadonlyMap<AppName, ReadonlyMap<string, { allowCode: boolean }>> | undefined;

function bridgesByApp({ bridges }: PlanWorld): Bridges {
  if (bridges === undefined) return undefined;
  const apps = new Map<AppName, Map<string, { allowCode: boolean }>>();
  for (const { app, bridge, allowCode } of bridges) {
    const known = apps.get(app) ?? new Map<string, { allowCode: boolean }>();
    apps.set(app, known.set(bridge, { allowCode }));
  }
  return apps;
}

/** The plan with `dependsOn` added where writes to one application had no order: they get the plan's. A plan with a cycle stays as it is. */
export function orderWrites(plan: Plan, manifests: ReadonlyMap<AppName, ManifestDocument>): Plan {
  const added = new Map<number, StepId[]>();
  for (const [first, second] of unorderedWrites(planGraph(plan.steps), writesIn(manifests))) {
    const before = added.get(second) ?? [];
    before.push(plan.steps[first]!.id);
    added.set(second, before);
  }
  const steps = plan.steps.map((step, i) => {
    const more = added.get(i);
    return more === undefined ? step : { ...step, dependsOn: [...new Set([...step.dependsOn, ...more])] };
  });
  return { ...plan, steps };
}

/** A command that nobody knows may write; of an application that nobody knows there is nothing to say. */
const writesIn = (manifests: ReadonlyMap<AppName, ManifestDocument>) => (step: Step) =>
  manifests.has(step.app) && commandOf(step, manifests)?.effect !== "read";

function parseIssue(issue: { path: PropertyKey[]; message: string }, input: unknown): PlanIssue {
  const path = issue.path.map((part) => typeof part === "number" ? part : String(part));
  const stepId = path[0] === "steps" ? field(field(field(input, "steps"), path[1]), "id") : undefined;
  return { path, message: issue.message, code: "parse", ...(typeof stepId === "string" ? { stepId } : {}) };
}

function field(value: unknown, key: string | number | undefined): unknown {
  if (typeof value !== "object" || value === null || key === undefined || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string | number, unknown>)[key];
}

function stepIssues(step: Step, i: number, { world, graph, bindings, bridges }: Looked): PlanIssue[] {
  const issues: PlanIssue[] = [];
  const report = (code: PlanIssueCode, path: (string | number)[], message: string) =>
    issues.push({ path: ["steps", i, ...path], message, code, stepId: step.id });
  if (graph.indexOf.get(step.id) !== i) {
    report("duplicate", ["id"], `step ${graph.indexOf.get(step.id)! + 1} has the id '${step.id}' already`);
  }
  for (const [n, id] of step.dependsOn.entries()) {
    if (!graph.indexOf.has(id)) report("reference", ["dependsOn", n], `there is no step '${id}'`);
  }
  const manifest = world.manifests.get(step.app);
  if (manifest === undefined) {
    report("unknown_app", ["app"], `there is no application '${step.app}'${list(world.manifests.keys())}`);
  } else if (isUnknownBridge(step, bridges)) {
    const known = list(bridges?.get(step.app)?.keys() ?? []);
    report("unknown_bridge", ["bridge"], `'${step.app}' has no bridge '${step.bridge}'${known}`);
  }
  const command = commandOf(step, world.manifests);
  if (manifest !== undefined && command === undefined) {
    const known = list(Object.keys(manifest.commands));
    report("unknown_command", ["command"], `'${step.app}' has no command '${step.command}'${known}`);
  }
  const references = graph.references[i]!;
  const { args, items, when } = references;
  if (manifest !== undefined && command !== undefined) {
    const filledIn = [...args, ...items].map(({ path }) => path);
    const found = step.command === BATCH_COMMAND
      ? batchIssues(step, manifest, filledIn)
      : validateAgainst(command.args, step.args, filledIn).map((issue) => ({ ...issue, code: "arguments" as const }));
    for (const { code, path, message } of found) report(code, ["args", ...path], message);
  }
  for (const { code, path, message } of bindings.issuesOf(args, command)) report(code, ["args", ...path], message);
  for (const { code, path, message } of roundIssues(step, references, command, bindings)) report(code, path, message);
  for (const { code, path, message } of conditionIssues(when, bindings)) report(code, ["when", ...path], message);
  return issues;
}

function isUnknownBridge({ app, bridge }: Step, bridges: Bridges): boolean {
  if (bridges === undefined || bridge === undefined || bridge === ANY_BRIDGE) return false;
  return bridges.get(app)?.has(bridge) !== true;
}

function cycleIssues(graph: PlanGraph): PlanIssue[] {
  return graph.cycles.map((members) => {
    const [first] = members;
    const names = members.slice(0, 10).map((index) => `'${graph.steps[index]!.id}'`).join(", ");
    const more = members.length > 10 ? ` and ${members.length - 10} more` : "";
    return {
      path: ["steps", first!],
      message: members.length === 1 ? `step ${names} waits for itself` : `steps ${names}${more} wait for one another`,
      code: "cycle",
      stepId: graph.steps[first!]!.id,
    };
  });
}

function conflictIssues(graph: PlanGraph, manifests: ReadonlyMap<AppName, ManifestDocument>): PlanIssue[] {
  return unorderedWrites(graph, writesIn(manifests)).map(([first, second]) => {
    const [before, after] = [graph.steps[first]!, graph.steps[second]!];
    return {
      path: ["steps", second, "dependsOn"],
      message: `'${before.id}' and '${after.id}' both change '${after.app}', and nothing says which comes first`,
      code: "conflict",
      stepId: after.id,
    };
  });
}

function policyIssues(step: Step, i: number, { world: { manifests, policy }, bridges }: Looked): PlanIssue[] {
  const effect = commandOf(step, manifests)?.effect;
  if (effect === undefined) return [];
  const issues: PlanIssue[] = [];
  const refuse = (message: string) =>
    issues.push({ path: ["steps", i, "command"], message, code: "policy", stepId: step.id });
  if (policy?.effects !== undefined && !policy.effects.includes(effect)) {
    refuse(`'${step.command}' has the effect '${effect}', which this plan may not have`);
  }
  if (effect === "open" && bridges !== undefined && !runsCode(step, bridges)) {
    refuse(`'${step.command}' may do anything; start ${step.app}.${step.bridge ?? ANY_BRIDGE} with --allow-code`);
  }
  return issues;
}

/** Whether each bridge that the step may reach runs code, and there is one. */
function runsCode({ app, bridge = ANY_BRIDGE }: Step, bridges: NonNullable<Bridges>): boolean {
  const known = bridges.get(app);
  if (bridge !== ANY_BRIDGE) return known?.get(bridge)?.allowCode === true;
  return known !== undefined && known.values().every(({ allowCode }) => allowCode);
}

/** `: there are a, b`, bounded. */
function list(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return "";
  return `: there ${all.length === 1 ? "is" : "are"} ${all.slice(0, 40).join(", ")}${all.length > 40 ? ", …" : ""}`;
}
