import assert from "node:assert/strict";
import { command, defineApp, type Effect, EMBEDDED_POLICIES, type Policies, TakenBack } from "@patchbay/contracts";
import { startAppDouble } from "@patchbay/testing";
import { z } from "zod";
import { ask, ended, planOf, refused, startStudio, step } from "../testing/counter_studio.ts";

const empty = z.object({});
const thing = z.object({ name: z.string() });
const name = { $ref: "args.name" };
const shelf = defineApp({
  app: "shelf",
  title: "Shelf",
  version: "1.0.0",
  state: empty,
  commands: {
    put: command({ summary: "Puts.", args: thing, result: empty, undo: { command: "burn", args: { name } } }),
    burn: command({
      summary: "Burns.",
      args: thing,
      result: empty,
      effect: "destructive",
      undo: { command: "put", args: { name } },
    }),
  },
});

async function studio() {
  const stack = new AsyncDisposableStack();
  let now = Date.now();
  const { bus } = stack.use(await startStudio({ now: () => now }));
  const things = new Set<string>();
  const double = stack.use(
    await startAppDouble(bus, shelf, {
      handlers: {
        put: ({ args }) => (things.add(args.name), {}),
        burn: ({ args }) => (things.delete(args.name), {}),
      },
    }),
  );
  return {
    bus,
    things,
    double,
    wait: (ms: number) => void (now += ms),
    /** Runs one command to its end, approved. */
    async run(which: "put" | "burn" | "_batch") {
      const one = { name: "cup" };
      const args = which === "_batch" ? { commands: [{ command: "put", args: one }] } : one;
      const plan = planOf(step("s1", which, { app: "shelf", args }));
      const { digest } = await ask(bus, "save_plan", { plan });
      const by = { key: "k1", name: "A person" };
      await ask(bus, "approve_plan", { planId: plan.id, digest, by });
      const { runId } = await ask(bus, "run_plan", { planId: plan.id, by });
      assert.equal((await ended(bus, runId)).status, "succeeded");
      return runId;
    },
    async undo(runId: string, asker: { effects?: Effect[]; by?: { key: string; name: string } } = {}) {
      const undo = await ask(bus, "undo_run", { runId, ...asker });
      const run = await ended(bus, undo.runId);
      return { ...undo, taken: TakenBack.parse(run.steps["u1"]?.value) };
    },
    policies: (more: Partial<Policies>) => ask(bus, "put_policies", { policies: { ...EMBEDDED_POLICIES, ...more } }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("a redo does nothing that the key of whoever asks may not do", async () => {
  await using here = await studio();
  const { bus, things } = here;
  things.add("cup");
  const undo = await here.undo(await here.run("burn"));
  assert.deepEqual([...things], ["cup"]);
  const redo = { runId: undo.runId, by: { key: "w", name: "Writes only" } };
  await assert.rejects(ask(bus, "redo_run", { ...redo, effects: ["read", "write"] }), refused("FORBIDDEN"));
  assert.deepEqual([...things], ["cup"]);
  const { runId } = await ask(bus, "redo_run", { ...redo, effects: ["write", "destructive"] });
  await ended(bus, runId);
  assert.deepEqual([...things], []);
});

Deno.test("a redo does nothing that a policy refuses by now, or that must be approved again by now", async () => {
  await using here = await studio();
  const { bus, things } = here;
  things.add("cup");
  const { runId } = await here.undo(await here.run("burn"));
  await here.policies({ rules: [{ command: "burn", decision: "deny" }] });
  await assert.rejects(ask(bus, "redo_run", { runId }), refused("POLICY_DENIED"));
  await here.policies({});
  here.wait(2 * EMBEDDED_POLICIES.approvalTtlMs);
  await assert.rejects(ask(bus, "redo_run", { runId }), refused("APPROVAL_REQUIRED"));
  assert.deepEqual([...things], ["cup"]);
  await here.policies({ rules: [{ command: "burn", decision: "allow" }] });
  await ended(bus, (await ask(bus, "redo_run", { runId })).runId);
  assert.deepEqual([...things], []);
});

Deno.test("an undo runs no inverse command that the key may not run, and says so before and after", async () => {
  await using here = await studio();
  const { bus, things } = here;
  const runId = await here.run("put");
  const effects: Effect[] = ["read", "write"];
  const why = /'burn', which would take it back, has the effect 'destructive'/;
  const [said] = (await ask(bus, "undo_preview", { runId, effects })).steps;
  assert.equal(said?.possible, false);
  assert.match(said!.reason, why);
  const { taken } = await here.undo(runId, { effects });
  assert.equal(taken.done, false);
  assert.match(taken.reason, /whoever asked may not run burn/);
  assert.deepEqual([...things], ["cup"]);
  assert.equal((await here.undo(runId, { effects: [...effects, "destructive"] })).taken.done, true);
  assert.deepEqual([...things], []);
});

Deno.test("an undo runs no inverse command that a policy refuses", async () => {
  await using here = await studio();
  const { things } = here;
  const runId = await here.run("put");
  await here.policies({ rules: [{ key: "guest", command: "burn", decision: "deny" }] });
  const { preview, taken } = await here.undo(runId, { by: { key: "guest", name: "A guest" } });
  assert.match(preview.steps[0]!.reason, /'burn', which would take it back, is refused by rule 1/);
  assert.equal(taken.done, false);
  assert.deepEqual([...things], ["cup"]);
  assert.equal((await here.undo(runId)).taken.done, true);
});

Deno.test("an undo of a batch runs no inverse command that the key may not run", async () => {
  await using here = await studio();
  const { things } = here;
  const runId = await here.run("_batch");
  const { taken } = await here.undo(runId, { effects: ["read", "write"] });
  assert.equal(taken.done, false);
  assert.match(taken.reason, /whoever asked may not run burn/);
  assert.deepEqual([...things], ["cup"]);
  assert.equal((await here.undo(runId)).taken.done, true);
  assert.deepEqual([...things], []);
});
