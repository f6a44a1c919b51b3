import assert from "node:assert/strict";
import type { Bus } from "@patchbay/bus";
import { command, defineApp, type Id, query, type Step, TakenBack } from "@patchbay/contracts";
import { type AppDouble, startAppDouble } from "@patchbay/testing";
import { z } from "zod";
import { type Conductor, startConductor } from "../mod.ts";
import { ask, begin, ended, planOf, settled, startBus, step } from "../testing/counter_studio.ts";

const empty = z.object({});
const thing = z.object({ name: z.string() });

const table = defineApp({
  app: "table",
  title: "Table",
  version: "1.0.0",
  state: z.object({ things: z.array(z.string()) }),
  commands: {
    put: command({
      summary: "Puts a thing.",
      args: thing,
      result: thing,
      undo: { command: "take", args: { name: { $ref: "result.name" } } },
    }),
    take: command({ summary: "Takes a thing away.", args: thing, result: empty, undo: "none" }),
    paint: command({ summary: "Paints the table.", args: empty, result: empty, undo: "none" }),
    look: query({ summary: "Looks.", args: empty, result: z.object({ things: z.array(z.string()) }) }),
  },
});

interface Studio extends AsyncDisposable {
  bus: Bus;
  things: string[];
  double: AppDouble;
  startConductor(): Promise<Conductor>;
  /** The next `take` waits until it is let go. */
  hold(): { reached: Promise<void>; release(): void };
}

async function studio(): Promise<Studio> {
  await using stack = new AsyncDisposableStack();
  const { nats, bus } = stack.use(await startBus());
  const things: string[] = [];
  let gate: Promise<void> | undefined;
  let reached = () => {};
  const double = stack.use(
    await startAppDouble(bus, table, {
      snapshot: () => ({ things: [...things] }),
      handlers: {
        put: ({ args: { name } }) => {
          things.push(name);
          return { name };
        },
        take: async ({ args: { name } }) => {
          reached();
          await gate;
          const at = things.indexOf(name);
          if (at === -1) throw new Error(`there is no ${name}`);
          things.splice(at, 1);
          return {};
        },
        paint: () => ({}),
        look: () => ({ things: [...things] }),
      },
    }),
  );
  const parts = stack.move();
  return {
    bus,
    things,
    double,
    startConductor: async () => await startConductor({ bus: await nats.connect("conductor"), leaseTtlMs: 1_000 }),
    hold() {
      const held = Promise.withResolvers<void>();
      const there = Promise.withResolvers<void>();
      gate = held.promise;
      reached = there.resolve;
      return {
        reached: there.promise,
        release() {
          gate = undefined;
          held.resolve();
        },
      };
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

const put = (id: string, name: string, more: Partial<Step> = {}): Step =>
  step(id, "put", { app: "table", args: { name }, ...more });

/** Three things, one after the other. */
const three = [put("s1", "cup"), put("s2", "plate", { dependsOn: ["s1"] }), put("s3", "fork", { dependsOn: ["s2"] })];

async function run(bus: Bus, steps: Step[]): Promise<{ planId: Id; runId: Id }> {
  const plan = planOf(...steps);
  const runId = await begin(bus, plan);
  assert.equal((await ended(bus, runId)).status, "succeeded");
  return { planId: plan.id, runId };
}

Deno.test("a run is undone from its end to its beginning, done again, and undone again", async () => {
  await using here = await studio();
  const { bus, things } = here;
  await using _conductor = await here.startConductor();
  const { planId, runId } = await run(bus, three);
  assert.deepEqual(things, ["cup", "plate", "fork"]);

  const said = await ask(bus, "undo_preview", { runId });
  assert.deepEqual(said.steps.map(({ stepId, possible }) => [stepId, possible]), [["s3", true], ["s2", true], [
    "s1",
    true,
  ]]);
  const undo = await ask(bus, "undo_run", { runId });
  const undone = await ended(bus, undo.runId);
  assert.equal(undone.status, "succeeded");
  assert.deepEqual([undone.kind, undone.of], ["undo", runId]);
  assert.deepEqual(things, []);
  await settled(bus, planId, "undone");
  await assert.rejects(ask(bus, "undo_run", { runId }), { code: "CONFLICT", message: /nothing of it is left/ });

  const redo = await ask(bus, "redo_run", { runId: undo.runId });
  assert.equal((await ended(bus, redo.runId)).status, "succeeded");
  assert.deepEqual(things, ["cup", "plate", "fork"]);
  await settled(bus, planId, "succeeded");
  await assert.rejects(ask(bus, "redo_run", { runId: undo.runId }), { code: "CONFLICT", message: /done it again/ });

  const again = await ask(bus, "undo_run", { runId: redo.runId });
  await ended(bus, again.runId);
  assert.deepEqual(things, []);
  await settled(bus, planId, "undone");
});

Deno.test("some steps are undone with all that need them, the rest later", async () => {
  await using here = await studio();
  const { bus, things } = here;
  await using _conductor = await here.startConductor();
  const { planId, runId } = await run(bus, three);
  const some = await ask(bus, "undo_run", { runId, steps: ["s2"] });
  await ended(bus, some.runId);
  assert.deepEqual(things, ["cup"]);
  assert.equal((await ask(bus, "plan", { id: planId })).status, "succeeded");
  await assert.rejects(ask(bus, "undo_run", { runId, steps: ["s3"] }), { code: "NOT_FOUND", message: /step 's3'/ });
  const rest = await ask(bus, "undo_run", { runId });
  assert.deepEqual(rest.preview.steps.map(({ stepId }) => stepId), ["s1"]);
  await ended(bus, rest.runId);
  assert.deepEqual(things, []);
  await settled(bus, planId, "undone");
});

Deno.test("what cannot be taken back is said before and after, and stays; the plan is not called undone", async () => {
  await using here = await studio();
  const { bus, things } = here;
  await using _conductor = await here.startConductor();
  const { planId, runId } = await run(bus, [
    put("s1", "cup"),
    { ...put("s2", ""), command: "paint", args: {}, dependsOn: ["s1"] },
    { ...put("s3", ""), command: "look", args: {}, dependsOn: ["s2"] },
  ]);
  const { preview, runId: undoId } = await ask(bus, "undo_run", { runId });
  assert.deepEqual(preview.steps.map(({ stepId, possible, reason }) => [stepId, possible, reason]), [
    ["s2", false, "'paint' cannot be undone"],
    ["s1", true, "By 'take'"],
  ]);
  const undone = await ended(bus, undoId);
  const [paint, cup] = ["u1", "u2"].map((id) => TakenBack.parse(undone.steps[id]?.value));
  assert.equal(paint?.done, false);
  assert.match(paint!.reason, /takes paint back/);
  assert.deepEqual([cup?.done, cup?.by], [true, "inverse"]);
  assert.deepEqual(things, []);
  assert.equal((await ask(bus, "plan", { id: planId })).status, "succeeded");
});

Deno.test("of two who undo one run at once, one does it and the other is told", async () => {
  await using here = await studio();
  const { bus, things } = here;
  await using _first = await here.startConductor();
  await using _second = await here.startConductor();
  const { runId } = await run(bus, three);
  const asked = await Promise.allSettled(Array.from({ length: 6 }, () => ask(bus, "undo_run", { runId })));
  const begun = asked.flatMap((answer) => answer.status === "fulfilled" ? [answer.value.runId] : []);
  assert.equal(begun.length, 1);
  for (const answer of asked) if (answer.status === "rejected") assert.equal(answer.reason.code, "CONFLICT");
  await ended(bus, begun[0]!);
  assert.deepEqual(things, []);
  assert.equal(here.double.executions.filter(({ command }) => command === "take").length, 3);
});

Deno.test("an undo goes on with another conductor when its own leaves, and takes nothing back twice", async () => {
  await using here = await studio();
  const { bus, things } = here;
  const first = await here.startConductor();
  const { planId, runId } = await run(bus, three);
  const held = here.hold();
  const { runId: undoId } = await ask(bus, "undo_run", { runId });
  await held.reached;
  await using _second = await here.startConductor();
  await first[Symbol.asyncDispose]();
  held.release();
  assert.equal((await ended(bus, undoId)).status, "succeeded");
  assert.deepEqual(things, []);
  assert.equal(here.double.executions.filter(({ command }) => command === "take").length, 3);
  await settled(bus, planId, "undone");
});

Deno.test("a run that goes on cannot be undone; an undo that is cancelled leaves what it had not come to", async () => {
  await using here = await studio();
  const { bus, things } = here;
  await using _conductor = await here.startConductor();
  const { runId } = await run(bus, three);
  const held = here.hold();
  const { runId: undoId } = await ask(bus, "undo_run", { runId });
  await held.reached;
  await assert.rejects(ask(bus, "undo_run", { runId }), { code: "CONFLICT", message: /is just at it/ });
  await assert.rejects(ask(bus, "redo_run", { runId: undoId }), { code: "CONFLICT", message: /running/ });
  const cancelled = ask(bus, "cancel_run", { runId: undoId });
  held.release();
  await cancelled;
  const { status } = await ended(bus, undoId);
  assert.ok(status === "cancelled" || things.length === 0, status);
  const rest = await ask(bus, "undo_run", { runId }).catch(({ code }) => code);
  if (rest !== "CONFLICT") await ended(bus, rest.runId);
  assert.deepEqual(things, []);
});
