/** A conductor that dies after it has written down a decision about a run, and before the run's log. */
import assert from "node:assert/strict";
import { type Bus, openBucket } from "@patchbay/bus";
import { EMBEDDED_POLICIES, PlanRecord } from "@patchbay/contracts";
import { ask, type Desk, ended, kim, lee, planOf, save, startDesk, untilPlan } from "./test_desk.ts";

/** Whoever is asked dies before they answer. */
const UNANSWERED = { timeoutMs: 500 };
type Saved = { planId: string; digest: string };

/** Asks for a run; then the only conductor dies right after it has written what `verb` makes of the plan's record. */
async function dieAfter({ bus, nats, conduct }: Desk, verb: (saved: Saved) => Promise<unknown>) {
  const own = await nats.connect("doomed");
  await using _doomed = await conduct(own);
  const saved = await save(bus, planOf(["tidy", "burn"]));
  const { runId } = await ask(bus, "run_plan", { planId: saved.planId, by: kim });
  const publish = own.nc.publish.bind(own.nc);
  let isDead = false;
  own.nc.publish = (subject, ...rest) => {
    if (!isDead) publish(subject, ...rest);
    isDead ||= subject.startsWith("$KV.plans.");
  };
  const asking = verb(saved).catch(() => {});
  await untilRunning(bus, saved.planId);
  await own.nc.close();
  await asking;
  return { ...saved, runId };
}

/** Nobody answers any more: the bucket itself says how the plan stands. */
async function untilRunning(bus: Bus, planId: string): Promise<void> {
  const plans = await openBucket(bus, "plans", PlanRecord);
  for (const signal = AbortSignal.timeout(20_000);; signal.throwIfAborted()) {
    if ((await plans.get(planId))?.value.status === "running") return;
  }
}

Deno.test("a run that was approved begins by itself, although the conductor died before it began", async () => {
  await using desk = await startDesk({ conductors: 0 });
  const { runId, planId } = await dieAfter(
    desk,
    (saved) => ask(desk.bus, "approve_plan", { ...saved, by: lee }, UNANSWERED),
  );
  assert.deepEqual(desk.app.executions, []);
  await using _next = await desk.conduct();
  const [started, ...rest] = await ended(desk.bus, runId);
  assert.ok(started?.type === "RUN_STARTED");
  assert.deepEqual([started.by, started.approvals?.map(({ by }) => by)], [kim, [lee]]);
  assert.ok(rest.every(({ type }) => type !== "RUN_STARTED"));
  await untilPlan(desk.bus, planId, ({ status }) => status === "succeeded");
  assert.equal(desk.app.executions.length, 2);
});

Deno.test("approvals are looked at again when a run begins: one that has expired meanwhile is asked for again", async () => {
  await using desk = await startDesk({ conductors: 0, policies: { ...EMBEDDED_POLICIES, approvalTtlMs: 60_000 } });
  const saved = await dieAfter(desk, (saved) => ask(desk.bus, "approve_plan", { ...saved, by: lee }, UNANSWERED));
  desk.clock.now += 60_000;
  await using _next = await desk.conduct();
  const { requested } = await untilPlan(desk.bus, saved.planId, ({ status }) => status === "awaiting_approval");
  assert.equal(requested?.runId, saved.runId);
  assert.deepEqual(desk.app.executions, []);
  const { runId } = await ask(desk.bus, "approve_plan", { planId: saved.planId, digest: saved.digest, by: lee });
  assert.equal(runId, saved.runId);
  await ended(desk.bus, saved.runId);
});

Deno.test("a run that was rejected ends, although the conductor died before it said so", async () => {
  await using desk = await startDesk({ conductors: 0 });
  const { runId, planId } = await dieAfter(
    desk,
    (saved) => ask(desk.bus, "reject_plan", { ...saved, by: lee }, UNANSWERED),
  );
  await using _next = await desk.conduct();
  const last = (await ended(desk.bus, runId)).at(-1);
  assert.ok(last?.type === "RUN_FINISHED" && last.status === "cancelled");
  const { rejected } = await untilPlan(desk.bus, planId, ({ status }) => status === "cancelled");
  assert.deepEqual(rejected?.by, lee);
  assert.deepEqual(desk.app.executions, []);
});
