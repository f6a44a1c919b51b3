import assert from "node:assert/strict";
import { BatchResult, command, defineApp, type JsonObject, type Step, TakenBack } from "@patchbay/contracts";
import { startAppDouble } from "@patchbay/testing";
import { z } from "zod";
import { ask, begin, ended, planOf, refused, settled, startStudio, step } from "../testing/counter_studio.ts";

const empty = z.object({});
const thing = z.object({ name: z.string() });
const shelf = defineApp({
  app: "shelf",
  title: "Shelf",
  version: "1.0.0",
  state: z.object({ things: z.array(z.string()) }),
  commands: {
    put: command({
      summary: "Puts a thing.",
      args: thing,
      result: thing,
      undo: { command: "take", args: { name: { $ref: "args.name" } } },
    }),
    take: command({ summary: "Takes a thing away.", args: thing, result: empty, undo: "none" }),
    break: command({ summary: "Fails.", args: empty, result: empty, undo: "none" }),
  },
});

async function studio() {
  await using stack = new AsyncDisposableStack();
  const { bus } = stack.use(await startStudio());
  const things: string[] = [];
  const double = stack.use(
    await startAppDouble(bus, shelf, {
      snapshot: () => ({ things: [...things] }),
      handlers: {
        put: ({ args: { name } }) => {
          things.push(name);
          return { name };
        },
        take: ({ args: { name } }) => {
          things.splice(things.indexOf(name), 1);
          return {};
        },
        break: () => Promise.reject(new Error("it breaks")),
      },
    }),
  );
  const parts = stack.move();
  return { bus, things, double, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

const batch = (id: string, commands: JsonObject[], more: JsonObject = {}, rest: Partial<Step> = {}): Step =>
  step(id, "_batch", { app: "shelf", args: { commands, ...more }, ...rest });
const put = (name: unknown) => ({ command: "put", args: { name } });

Deno.test("a step that is a batch runs as one, with what earlier steps gave, and is undone and done again as one", async () => {
  await using here = await studio();
  const { bus, things } = here;
  const plan = planOf(
    step("s1", "put", { app: "shelf", args: { name: "first" } }),
    batch("s2", [put("cup"), put({ $ref: "s1.result.name" }), put("fork")], { onError: "undo" }),
  );
  const runId = await begin(bus, plan);
  const run = await ended(bus, runId);
  assert.equal(run.status, "succeeded", JSON.stringify(run.steps["s2"]?.problem));
  const { ok, items } = BatchResult.parse(run.steps["s2"]?.value);
  assert.deepEqual([ok, items.length, things], [true, 3, ["first", "cup", "first", "fork"]]);

  const undo = await ask(bus, "undo_run", { runId, steps: ["s2"] });
  const taken = TakenBack.parse((await ended(bus, undo.runId)).steps["u1"]?.value);
  assert.deepEqual([taken.done, taken.by], [true, "inverse"], taken.reason);
  assert.deepEqual(things.toSorted(), ["first"]);
  const redo = await ask(bus, "redo_run", { runId: undo.runId });
  await ended(bus, redo.runId);
  assert.deepEqual(things, ["first", "cup", "first", "fork"]);
  await ended(bus, (await ask(bus, "undo_run", { runId: redo.runId })).runId);
  assert.deepEqual(things, []);
  await settled(bus, plan.id, "undone");
});

Deno.test("a batch that fails says which command, and leaves nothing where it is to be done whole or not at all", async () => {
  await using here = await studio();
  const { bus, things } = here;
  const commands = [put("cup"), { command: "break" }, put("fork")];
  const stopped = await ended(bus, await begin(bus, planOf(batch("s1", commands))));
  const { problem } = stopped.steps["s1"]!;
  assert.deepEqual([stopped.status, problem?.context?.["index"]], ["failed", 1]);
  assert.match(problem!.detail, /command 2 \('break'\).*1 commands before it were done, and stay/);
  assert.deepEqual(things, ["cup"]);
  const onward = await ended(bus, await begin(bus, planOf(batch("s1", commands, { onError: "continue" }))));
  assert.equal(onward.status, "succeeded");
  assert.equal(BatchResult.parse(onward.steps["s1"]?.value).ok, false);
  assert.deepEqual(things, ["cup", "cup", "fork"]);
  const whole = planOf(batch("s1", [put("pan"), { command: "take", args: { name: "no" } }], { onError: "undo" }));
  const refusedRun = await ended(bus, await begin(bus, whole));
  assert.equal(refusedRun.steps["s1"]?.problem?.code, "INVALID_ARGUMENTS");
  assert.deepEqual(things, ["cup", "cup", "fork"]);
});

Deno.test("a batch with a command that there is not, or one of the bridge's own, is no plan", async () => {
  await using here = await studio();
  for (const commands of [[{ command: "fly" }], [{ command: "_undo" }], [{ command: "put", args: {} }]]) {
    await assert.rejects(ask(here.bus, "save_plan", { plan: planOf(batch("s1", commands)) }), refused("PLAN_INVALID"));
  }
  assert.deepEqual(here.double.executions, []);
});
