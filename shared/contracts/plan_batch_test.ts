import assert from "node:assert/strict";
import { z } from "zod";
import { newId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { command, defineApp, query } from "./manifest.ts";
import { commandOf } from "./command_of.ts";
import { manifestDocument } from "./manifest_document.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./plan_step.ts";
import { validatePlan } from "./plan_validation.ts";

const empty = z.object({});
const thing = z.strictObject({ name: z.string() });
const table = manifestDocument(defineApp({
  app: "table",
  title: "Table",
  version: "1.0.0",
  state: empty,
  commands: {
    put: command({ summary: "Puts.", args: thing, result: thing, timeoutMs: 1_000 }),
    clear: command({ summary: "Clears.", args: empty, result: empty, effect: "destructive", undo: "none" }),
    look: query({ summary: "Looks.", args: empty, result: thing, timeoutMs: 500 }),
    bake: command({ summary: "Bakes.", args: empty, result: empty, lane: "job" }),
  },
}));
const world = { manifests: new Map([["table", table]]) };

const batch = (commands: JsonObject[], more: JsonObject = {}): Step => ({
  id: "s2",
  app: "table",
  command: "_batch",
  args: { commands, ...more },
  dependsOn: ["s1"],
  onError: "stop",
});
const look: Step = { id: "s1", app: "table", command: "look", args: {}, dependsOn: [], onError: "stop" };

function issues(step: Step): string[] {
  const plan: Plan = { id: newId(), steps: [look, step], provenance: { provider: "hand", createdAt: 0 } };
  const checked = validatePlan(plan, world);
  return checked.ok ? [] : checked.issues.map(({ code, path }) => `${code} ${path.join(".")}`);
}

Deno.test("a batch is what its commands are together: the worst effect, all of their time", () => {
  const of = (commands: JsonObject[]) => commandOf(batch(commands), world.manifests)!;
  const put = { command: "put", args: { name: "cup" } };
  const both = of([put, { command: "look" }]);
  assert.deepEqual([both.effect, both.idempotent, both.timeoutMs, both.undo], ["write", false, 1_500, "app"]);
  assert.equal(of([{ command: "look" }]).effect, "read");
  assert.deepEqual([of([put, { command: "clear" }]).effect, of([{ command: "clear" }]).undo], ["destructive", "none"]);
  assert.equal(of([{ command: "nonsense" }]).effect, "open");
  assert.equal(commandOf({ ...batch([]), args: { commands: "no list" } }, world.manifests)!.effect, "open");
});

Deno.test("every command of a batch is checked at its place, and may refer to earlier steps", () => {
  assert.deepEqual(issues(batch([{ command: "put", args: { name: { $ref: "s1.result.name" } } }])), []);
  assert.deepEqual(
    issues(batch([{ command: "put", args: { name: "a" } }, { command: "fly" }, { command: "put", args: { name: 7 } }])),
    ["unknown_command steps.1.args.commands.1.command", "arguments steps.1.args.commands.2.args.name"],
  );
  assert.deepEqual(issues(batch([{ command: "bake" }])), ["arguments steps.1.args.commands.0.command"]);
  assert.deepEqual(issues(batch([{ command: "put", args: { name: { $ref: "s9.result.name" } } }])), [
    "reference steps.1.args.commands.0.args.name",
  ]);
  assert.ok(issues(batch([], { onError: "explode" })).includes("arguments steps.1.args.onError"));
  assert.ok(issues(batch([{ command: "_undo", args: {} }])).some((issue) => issue.startsWith("arguments")));
});
