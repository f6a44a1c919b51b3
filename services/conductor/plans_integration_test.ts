import assert from "node:assert/strict";
import { openBucket } from "@patchbay/bus";
import { newId, PatchbayError, PlanRecord } from "@patchbay/contracts";
import { startConductor } from "./mod.ts";
import {
  ask,
  begin,
  ended,
  planOf,
  QUICK,
  refused,
  settled,
  startBus,
  startCounter,
  startStudio,
  step,
} from "./testing/counter_studio.ts";

Deno.test("a plan that does not hold is refused with its issues, and is not kept", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _app = await startCounter(bus);
  await ended(bus, await begin(bus, planOf(step("s1", "get"))));
  const plan = planOf(step("s1", "add", { args: { by: "two" } }), step("s2", "vanish", { bridge: "ws-09" }));
  await assert.rejects(ask(bus, "save_plan", { plan }), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "PLAN_INVALID");
    assert.deepEqual(error.issues.map(({ code }) => code), [
      "arguments",
      "unknown_bridge",
      "unknown_command",
      "conflict",
    ]);
    return true;
  });
  await assert.rejects(ask(bus, "plan", { id: plan.id }), refused("NOT_FOUND"));
  await assert.rejects(ask(bus, "run_plan", { planId: plan.id }), refused("NOT_FOUND"));
  await assert.rejects(ask(bus, "run", { runId: newId() }), refused("NOT_FOUND"));
  await assert.rejects(ask(bus, "cancel_run", { runId: newId() }), refused("NOT_FOUND"));
  assert.equal((await ask(bus, "plans", {})).plans.length, 1);
});

Deno.test("a plan that runs can be neither run again nor changed until it has ended", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const release = app.hold();
  const plan = planOf(step("s1", "add"));
  const runId = await begin(bus, plan);
  await app.executed(1);
  await assert.rejects(ask(bus, "run_plan", { planId: plan.id }), refused("CONFLICT"));
  await assert.rejects(ask(bus, "save_plan", { plan }), refused("CONFLICT"));
  release();
  await ended(bus, runId);
  await settled(bus, plan.id, "succeeded");
  await ended(bus, (await ask(bus, "run_plan", { planId: plan.id })).runId);
  assert.equal(app.count, 2);
});

Deno.test("a plan whose run never began may be run again", async () => {
  await using studio = await startBus();
  const { bus } = studio;
  await using _app = await startCounter(bus);
  const plan = planOf(step("s1", "get"));
  const record: PlanRecord = { plan, status: "running", runId: newId(), updatedAt: 0 };
  await (await openBucket(bus, "plans", PlanRecord)).put(plan.id, record);
  await using _conductor = await startConductor({ bus, ...QUICK });
  await settled(bus, plan.id, "validated");
});
