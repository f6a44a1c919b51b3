import assert from "node:assert/strict";
import {
  command,
  defineApp,
  foldRunEvents,
  manifestDocument,
  newId,
  PatchbayError,
  type Plan,
  query,
  type RunEvent,
  type Step,
  toProblem,
} from "@patchbay/contracts";
import { z } from "zod";
import { unverified } from "../execution/unverified.ts";
import { changesOf } from "./changes.ts";
import { previewOf, redoSteps, undoSteps, withDependents } from "./take_back_plan.ts";

const named = z.object({ name: z.string(), big: z.string().optional() });
const scene = manifestDocument(defineApp({
  app: "scene",
  title: "Scene",
  version: "1.0.0",
  state: z.object({}),
  commands: {
    add: command({
      summary: "Adds.",
      args: z.object({}),
      result: named,
      inverse: { command: "remove", args: { name: { $ref: "result.name" } } },
    }),
    remove: command({ summary: "Removes.", args: named, result: z.object({}) }),
    export: command({ summary: "Writes a file.", args: z.object({}), result: z.object({}), undo: "none" }),
    look: query({ summary: "Looks.", args: z.object({}), result: named }),
  },
}));
const manifests = new Map([["scene", scene]]);
const session = newId();
const world = { manifests, presence: () => ({ session }) };

const step = (id: string, command: string, more: Partial<Step> = {}): Step => ({
  id,
  app: "scene",
  command,
  args: {},
  dependsOn: [],
  onError: "stop",
  ...more,
});

function ran(steps: Step[], order = steps.map(({ id }) => ({ id, bridge: "ws-01" }))) {
  const plan: Plan = { id: newId(), steps, provenance: { provider: "hand", createdAt: 0 } };
  const events: RunEvent[] = [
    { type: "RUN_STARTED", at: 0, runId: newId(), plan, correlationId: newId() },
    ...order.flatMap(({ id, bridge }): RunEvent[] => [
      { type: "STEP_STARTED", at: 1, stepId: id, bridge, commandId: newId() },
      {
        type: "STEP_FINISHED",
        at: 2,
        stepId: id,
        bridge,
        session,
        value: { name: id, big: "x".repeat(100) },
        durationMs: 1,
      },
    ]),
    { type: "RUN_FINISHED", at: 3, status: "succeeded" },
  ];
  const run = foldRunEvents(events)!;
  return { run, changes: changesOf(run, events, manifests) };
}

Deno.test("what was changed is taken back in the reverse order; what only read is not", () => {
  const { changes } = ran([step("a", "add"), step("b", "look"), step("c", "add", { dependsOn: ["a"] })]);
  const steps = undoSteps(changes, world);
  assert.deepEqual(steps.map(({ id, of, dependsOn }) => [id, of.stepId, dependsOn]), [["u1", "c", []], ["u2", "a", [
    "u1",
  ]]]);
  assert.ok(
    steps.every(({ command, onError, bridge }) => command === "_undo" && onError === "continue" && bridge === "ws-01"),
  );
});

Deno.test("of a result, the undo carries what the inverse command needs", () => {
  const { changes } = ran([step("a", "add"), step("e", "export")]);
  const [exported, added] = undoSteps(changes, world);
  assert.deepEqual(added?.args["value"], { name: "a" });
  assert.deepEqual(exported?.args["value"], {});
  assert.deepEqual(added?.args["session"], session);
});

Deno.test("bridges are taken back beside each other, but nothing before what needed it", () => {
  const { changes } = ran([step("a", "add"), step("b", "add", { dependsOn: ["a"] }), step("c", "add")], [
    { id: "a", bridge: "ws-01" },
    { id: "b", bridge: "ws-02" },
    { id: "c", bridge: "ws-03" },
  ]);
  const waits = undoSteps(changes, world).map(({ of, dependsOn }) => [of.stepId, dependsOn.length]);
  assert.deepEqual(waits, [["c", 0], ["b", 0], ["a", 1]]);
});

Deno.test("an undo of one step takes those back that need it, directly or not", () => {
  const { changes } = ran([
    step("a", "add"),
    step("b", "add", { args: { of: { $ref: "a.result.name" } } }),
    step("c", "add", { dependsOn: ["b"] }),
    step("d", "add"),
  ]);
  assert.deepEqual(withDependents(changes, ["a"]).map(({ stepId }) => stepId), ["a", "b", "c"]);
  assert.deepEqual(withDependents(changes, ["d"]).map(({ stepId }) => stepId), ["d"]);
});

Deno.test("the rounds of a step are taken back one by one", () => {
  const plan: Plan = {
    id: newId(),
    steps: [step("a", "add", { forEach: [1, 2] })],
    provenance: { provider: "hand", createdAt: 0 },
  };
  const of = { at: 1, stepId: "a" };
  const done = { type: "STEP_FINISHED", bridge: "ws-01", value: { name: "x" }, durationMs: 1 } as const;
  const events: RunEvent[] = [
    { type: "RUN_STARTED", at: 0, runId: newId(), plan, correlationId: newId() },
    { type: "STEP_STARTED", ...of, bridge: "ws-01", commandId: newId(), rounds: 2 },
    ...[0, 1].flatMap((round): RunEvent[] => [
      { type: "STEP_STARTED", ...of, round, bridge: "ws-01", commandId: newId(), args: { n: round } },
      { ...done, ...of, round },
    ]),
    { ...done, ...of, value: null },
    { type: "RUN_FINISHED", at: 3, status: "succeeded" },
  ];
  const changes = changesOf(foldRunEvents(events)!, events, manifests);
  assert.deepEqual(changes.map(({ round, done }) => [round, done.args]), [[0, { n: 0 }], [1, { n: 1 }]]);
});

Deno.test("what is said beforehand names what cannot be taken back, and why", () => {
  const { run, changes } = ran([step("a", "add"), step("e", "export")]);
  const said = previewOf(run.id, changes, world);
  assert.deepEqual(said.steps.map(({ stepId, possible, reason }) => [stepId, possible, reason]), [
    ["e", false, "'export' cannot be undone"],
    ["a", true, "By the application's own undo, if nothing else lies on top, else by 'remove'"],
  ]);
  const anew = previewOf(run.id, changes, { manifests, presence: () => ({ session: newId() }) });
  assert.deepEqual(anew.steps.map(({ possible }) => possible), [false, false]);
  const away = previewOf(run.id, changes, { manifests, presence: () => undefined });
  assert.match(away.steps[1]!.reason, /Waits for scene\.ws-01/);
});

Deno.test("a redo does the steps again in their first order, and can be undone like them", () => {
  const { changes } = ran([step("a", "add"), step("b", "add", { dependsOn: ["a"] })]);
  const steps = redoSteps(changes);
  assert.deepEqual(steps.map(({ of, command }) => [of.stepId, command]), [["a", "_redo"], ["b", "_redo"]]);
  const plan: Plan = { id: newId(), steps, provenance: { provider: "redo", createdAt: 0 } };
  const events: RunEvent[] = [
    { type: "RUN_STARTED", at: 0, runId: newId(), plan, correlationId: newId(), kind: "redo" },
    ...steps.flatMap(({ id }): RunEvent[] => [
      { type: "STEP_STARTED", at: 1, stepId: id, bridge: "ws-01", commandId: newId() },
      {
        type: "STEP_FINISHED",
        at: 2,
        stepId: id,
        bridge: "ws-01",
        durationMs: 1,
        value: id === "r1"
          ? { done: true, by: "again", reason: "", value: { name: "a.001" } }
          : { done: false, reason: "no" },
      },
    ]),
  ];
  const again = changesOf(foldRunEvents(events)!, events, manifests);
  assert.deepEqual(again.map(({ stepId, done }) => [stepId, done.command, done.value]), [["a", "add", {
    name: "a.001",
  }]]);
});

Deno.test("what was done and is not as it should be is taken back like the rest", () => {
  const steps = [step("s1", "add"), step("s2", "add", { dependsOn: ["s1"] })];
  const plan: Plan = { id: newId(), steps, provenance: { provider: "hand", createdAt: 0 } };
  const of = { at: 2, stepId: "s2" };
  const context = { command: "look", expected: { "/name": "a" }, found: { "/name": "b" } };
  const problem = unverified("not so", { ...context, bridge: "ws-01", session, value: { name: "b" } }, newId());
  const commandId = newId();
  const events: RunEvent[] = [
    { type: "RUN_STARTED", at: 0, runId: newId(), plan, correlationId: newId() },
    { type: "STEP_STARTED", ...of, stepId: "s1", bridge: "any", commandId: newId() },
    { type: "STEP_ERROR", ...of, stepId: "s1", problem: toProblem(new PatchbayError("COMMAND_FAILED", "no")) },
    { type: "STEP_STARTED", ...of, bridge: "any", commandId },
    { type: "STEP_ERROR", ...of, problem },
    { type: "RUN_FINISHED", at: 3, status: "failed" },
  ];
  const changes = changesOf(foldRunEvents(events)!, events, manifests);
  assert.deepEqual(changes.map(({ stepId, bridge }) => [stepId, bridge]), [["s2", "ws-01"]]);
  assert.deepEqual(changes[0]?.done, { commandId, command: "add", args: {}, value: { name: "b" }, session });
});
