import assert from "node:assert/strict";
import { EMBEDDED_POLICIES, newId, type Policies } from "@patchbay/contracts";
import { ask, ended, kim, lee, planOf, refused, save, startDesk, untilPlan } from "./test_desk.ts";

Deno.test("what a policy asks for waits, and begins by itself under the answered id once it is approved", async () => {
  await using desk = await startDesk();
  const { bus } = desk;
  const { planId, digest } = await save(bus, planOf(["tidy", "burn"]));
  const asked = await ask(bus, "run_plan", { planId, by: kim });
  assert.equal(asked.status, "awaiting_approval");
  assert.deepEqual(asked.approval?.steps.map(({ stepId, decision }) => [stepId, decision]), [
    ["s1", "allow"],
    ["s2", "ask"],
  ]);
  assert.equal((await ask(bus, "plan", { id: planId })).status, "awaiting_approval");
  const waiting = await ask(bus, "run", { runId: asked.runId });
  assert.deepEqual([waiting.status, waiting.awaiting, waiting.by?.name], ["awaiting_approval", digest, "Kim"]);
  assert.deepEqual(desk.app.executions, []);

  const { approval, runId } = await ask(bus, "approve_plan", { planId, digest, by: lee });
  assert.equal(runId, asked.runId);
  assert.equal(approval.status, "allowed");
  const [started] = await ended(bus, asked.runId);
  assert.ok(started?.type === "RUN_STARTED");
  assert.deepEqual(started.by, kim);
  assert.deepEqual(started.approvals?.map(({ by, digest }) => [by, digest]), [[lee, digest]]);
  const record = await untilPlan(bus, planId, ({ status }) => status === "succeeded");
  assert.equal(record.runId, asked.runId);
  assert.equal(record.requested, undefined);
});

Deno.test("what the policies allow runs unasked, and its log names no approval", async () => {
  await using desk = await startDesk();
  const { planId } = await save(desk.bus, planOf(["look", "tidy"]));
  const { runId, status } = await ask(desk.bus, "run_plan", { planId, by: kim });
  assert.equal(status, "running");
  const [started] = await ended(desk.bus, runId);
  assert.ok(started?.type === "RUN_STARTED" && started.approvals === undefined);
});

Deno.test("what a policy denies is refused with the step and the rule, approved or not", async () => {
  const rules = [{ command: "burn", title: "no fire", decision: "deny" as const }];
  await using desk = await startDesk({ policies: { ...EMBEDDED_POLICIES, rules } });
  const { planId, digest } = await save(desk.bus, planOf(["tidy", "burn"]));
  const names = (error: Error) => {
    assert.match(error.message, /step 's2' is refused by rule 1, 'no fire'/);
    return refused("POLICY_DENIED")(error);
  };
  await assert.rejects(ask(desk.bus, "run_plan", { planId }), names);
  await assert.rejects(ask(desk.bus, "approve_plan", { planId, digest, by: kim }), names);
  assert.equal((await ask(desk.bus, "plan", { id: planId })).status, "validated");
});

Deno.test("a plan that was approved beforehand runs at once, until the approval has expired", async () => {
  await using desk = await startDesk({ policies: { ...EMBEDDED_POLICIES, approvalTtlMs: 60_000 } });
  const { bus, clock } = desk;
  const { planId, digest } = await save(bus, planOf(["burn"]));
  await ask(bus, "approve_plan", { planId, digest, by: kim });
  clock.now += 59_999;
  const first = await ask(bus, "run_plan", { planId });
  assert.equal(first.status, "running");
  await untilPlan(bus, planId, ({ status }) => status === "succeeded");
  clock.now += 1;
  assert.equal((await ask(bus, "run_plan", { planId })).status, "awaiting_approval");
});

Deno.test("steps are approved one by one; one whose approval has expired is asked for again", async () => {
  await using desk = await startDesk({ policies: { ...EMBEDDED_POLICIES, approvalTtlMs: 60_000 } });
  const { bus, clock } = desk;
  const { planId, digest } = await save(bus, planOf(["burn", "burn"]));
  const { runId } = await ask(bus, "run_plan", { planId });
  const approve = async (step: string) =>
    (await ask(bus, "approve_plan", { planId, digest, steps: [step], by: kim })).approval;
  assert.deepEqual((await approve("s1")).steps.map(({ approved }) => approved), [true, false]);
  clock.now += 60_000;
  assert.deepEqual((await approve("s2")).steps.map(({ approved }) => approved), [false, true]);
  assert.equal((await approve("s1")).status, "allowed");
  await ended(bus, runId);
  await assert.rejects(approve("s9"), refused("INVALID_ARGUMENTS"));
});

Deno.test("an edit voids the approvals, and the run waits on for those of the plan as it is now", async () => {
  await using desk = await startDesk();
  const { bus } = desk;
  const plan = planOf(["burn", "burn"]);
  const before = await save(bus, plan);
  const { runId } = await ask(bus, "run_plan", { planId: plan.id });
  await ask(bus, "approve_plan", { ...before, steps: ["s1"], by: kim });
  const after = await save(bus, planOf(["burn", "burn", "tidy"], undefined, plan.id));
  assert.notEqual(after.digest, before.digest);
  assert.equal((await ask(bus, "approval", { planId: plan.id })).approvals.length, 0);
  await assert.rejects(ask(bus, "approve_plan", { ...before, by: kim }), refused("CONFLICT"));
  await assert.rejects(ask(bus, "save_plan", { plan, digest: before.digest }), refused("CONFLICT"));
  assert.equal((await ask(bus, "approve_plan", { ...after, by: kim })).runId, runId);
  await ended(bus, runId);
  assert.equal(desk.app.executions.length, 3);
});

Deno.test("steps that are rejected leave with all that needs them; the rest is approved as another plan", async () => {
  await using desk = await startDesk();
  const { bus } = desk;
  const plan = planOf(["tidy", "burn", "tidy"]);
  const before = await save(bus, plan);
  const { runId } = await ask(bus, "run_plan", { planId: plan.id });
  await assert.rejects(
    ask(bus, "reject_plan", { ...before, steps: ["s7"], by: lee }),
    refused("INVALID_ARGUMENTS"),
  );
  const { plan: rest, digest, status } = await ask(bus, "reject_plan", { ...before, steps: ["s2"], by: lee });
  assert.deepEqual(rest.steps.map(({ id }) => id), ["s1"]);
  assert.equal(status, "awaiting_approval");
  await ask(bus, "approve_plan", { planId: plan.id, digest: digest!, by: lee });
  await ended(bus, runId);
  assert.deepEqual(desk.app.executions.map(({ command }) => command), ["tidy"]);
});

Deno.test("a plan that is rejected does not run until it is saved anew, and the run that waited ends cancelled", async () => {
  await using desk = await startDesk();
  const { bus } = desk;
  const plan = planOf(["tidy", "burn"]);
  const saved = await save(bus, plan);
  const { runId } = await ask(bus, "run_plan", { planId: plan.id, by: kim });
  const record = await ask(bus, "reject_plan", { ...saved, by: lee, reason: "not today" });
  assert.deepEqual([record.status, record.rejected?.by, record.rejected?.reason], ["cancelled", lee, "not today"]);
  const log = await ended(bus, runId);
  assert.deepEqual(log.map(({ type }) => type), [
    "RUN_STARTED",
    "RUN_CANCEL_REQUESTED",
    "STEP_CANCELLED",
    "STEP_CANCELLED",
    "RUN_FINISHED",
  ]);
  assert.deepEqual(await ask(bus, "reject_plan", { ...saved, by: lee }), record);
  await assert.rejects(ask(bus, "approve_plan", { ...saved, by: kim }), refused("CONFLICT"));
  await assert.rejects(ask(bus, "run_plan", { planId: plan.id }), refused("CONFLICT"));
  await save(bus, plan);
  assert.equal((await ask(bus, "run_plan", { planId: plan.id })).status, "awaiting_approval");
  assert.deepEqual(desk.app.executions, []);
});

Deno.test("nobody approves what they may not do themselves", async () => {
  await using desk = await startDesk();
  const saved = await save(desk.bus, planOf(["burn"]));
  const approve = (effects: ("write" | "destructive")[]) =>
    ask(desk.bus, "approve_plan", { ...saved, by: kim, effects });
  await assert.rejects(approve(["write"]), refused("FORBIDDEN"));
  assert.equal((await approve(["destructive"])).approval.status, "allowed");
});

Deno.test("asking twice with one id begins one run, and approving twice changes nothing", async () => {
  await using desk = await startDesk();
  const { bus } = desk;
  const saved = await save(bus, planOf(["burn"]));
  const runId = newId();
  const run = () => ask(bus, "run_plan", { planId: saved.planId, runId });
  assert.deepEqual(await run(), await run());
  const approve = () => ask(bus, "approve_plan", { ...saved, by: kim });
  assert.equal((await approve()).runId, runId);
  assert.equal((await approve()).runId, runId);
  await untilPlan(bus, saved.planId, ({ status }) => status === "succeeded");
  assert.deepEqual(await run(), { runId, status: "running" });
  assert.equal((await approve()).approval.status, "allowed");
  assert.equal(desk.app.executions.length, 1);
});

Deno.test("policies are changed by the revision that was seen, hold for the next run, and are kept", async () => {
  await using desk = await startDesk();
  const { bus } = desk;
  const { planId } = await save(bus, planOf(["burn"]));
  const before = await ask(bus, "policies", {});
  assert.deepEqual(before, { policies: EMBEDDED_POLICIES, revision: 0 });
  const policies: Policies = {
    ...EMBEDDED_POLICIES,
    rules: [{ key: "k1", effect: ["destructive"], decision: "allow" }],
  };
  const { revision } = await ask(bus, "put_policies", { policies, revision: 0 });
  for (const seen of [0, revision + 1]) {
    await assert.rejects(ask(bus, "put_policies", { policies, revision: seen }), refused("CONFLICT"));
  }
  await using _another = await desk.conduct();
  assert.deepEqual(await ask(bus, "policies", {}), { policies, revision });
  assert.equal((await ask(bus, "approval", { planId, by: lee })).status, "needed");
  assert.equal((await ask(bus, "run_plan", { planId, by: kim })).status, "running");
});

Deno.test("who changes a plan that somebody else asked for makes it do nothing that they may not do themselves", async () => {
  const rules = [{ key: kim.key, command: "burn", decision: "allow" as const }];
  const defaults = { ...EMBEDDED_POLICIES.defaults, write: "ask" as const };
  await using desk = await startDesk({ policies: { ...EMBEDDED_POLICIES, defaults, rules } });
  const { bus } = desk;
  const { planId } = await save(bus, planOf(["tidy"]));
  const { runId } = await ask(bus, "run_plan", { planId, by: kim });
  const { digest } = await save(bus, { ...planOf(["tidy", "burn"]), id: planId });
  const yes = { planId, digest, by: lee };
  await assert.rejects(ask(bus, "approve_plan", { ...yes, effects: ["write"] }), refused("FORBIDDEN"));
  assert.deepEqual(desk.app.executions, []);
  const begun = await ask(bus, "approve_plan", { ...yes, effects: ["write", "destructive"] });
  assert.equal(begun.runId, runId);
  await ended(bus, runId);
});

Deno.test("a policy has its say about each command of a batch", async () => {
  const rules = [{ command: "burn", title: "no fire", decision: "deny" as const }];
  await using desk = await startDesk({ policies: { ...EMBEDDED_POLICIES, rules } });
  const { bus } = desk;
  const batch = (...names: string[]) => {
    const plan = planOf(["tidy"]);
    const args = { commands: names.map((command) => ({ command, args: {} })) };
    return { ...plan, steps: plan.steps.map((step) => ({ ...step, command: "_batch", args })) };
  };
  const hidden = await save(bus, batch("tidy", "burn"));
  await assert.rejects(ask(bus, "run_plan", { planId: hidden.planId, by: kim }), refused("POLICY_DENIED"));
  const harmless = await save(bus, batch("tidy", "tidy"));
  assert.equal((await ask(bus, "approval", { planId: harmless.planId })).status, "allowed");
});
