import assert from "node:assert/strict";
import { type Bus, callService, migrate } from "@patchbay/bus";
import {
  command,
  defineApp,
  EMBEDDED_POLICIES,
  newId,
  PatchbayError,
  type Plan,
  type PlanStatus,
  SERVICES,
} from "@patchbay/contracts";
import { startAppDouble, startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { startConductor } from "./mod.ts";

const VERBS = SERVICES["conductor"];
const empty = z.object({});
const desk = defineApp({
  app: "desk",
  title: "Desk",
  version: "1.0.0",
  state: empty,
  commands: {
    tidy: command({ summary: "Tidies.", args: empty, result: empty }),
    burn: command({ summary: "Burns.", args: empty, result: empty, effect: "destructive" }),
  },
});
const handlers = { tidy: () => ({}), burn: () => ({}) };

const save = (bus: Bus, plan: Plan) =>
  callService(bus, "conductor", "save_plan", { plan }, { result: VERBS.save_plan.result, source: "test" });
const run = (bus: Bus, planId: string, effects?: string[]) =>
  callService(bus, "conductor", "run_plan", { planId, effects }, { result: VERBS.run_plan.result, source: "test" });
const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;

function planOf(name: string, id = newId()): Plan {
  const step = { id: "s1", app: "desk", command: name, args: {}, dependsOn: [], onError: "stop" as const };
  return { id, steps: [step], provenance: { provider: "hand", createdAt: 0 } };
}

async function untilStatus(bus: Bus, id: string, status: PlanStatus): Promise<void> {
  for (const signal = AbortSignal.timeout(20_000);; signal.throwIfAborted()) {
    const found = await callService(bus, "conductor", "plan", { id }, { result: VERBS.plan.result, source: "test" });
    if (found.status === status) return;
  }
}

Deno.test("a plan that was changed after whoever runs it looked at it does no more than they may", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  await using double = await startAppDouble(bus, desk, { handlers });
  const defaults = { ...EMBEDDED_POLICIES.defaults, destructive: "allow" as const };
  await using _conductor = await startConductor({ bus, policies: { ...EMBEDDED_POLICIES, defaults } });
  const { id } = planOf("tidy");
  await save(bus, planOf("tidy", id));
  await save(bus, planOf("burn", id));
  await assert.rejects(run(bus, id, ["read", "write"]), (error) => {
    assert.ok(error instanceof PatchbayError && error.code === "PLAN_INVALID", String(error));
    assert.equal(error.issues[0]?.code, "policy");
    return true;
  });
  assert.deepEqual(double.executions, []);
  await run(bus, id, ["destructive"]);
  await untilStatus(bus, id, "succeeded");
});

Deno.test("a plan whose run could not begin because the bus was away may be run again", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const own = await nats.connect("conductor");
  await migrate(bus, { storage: "memory" });
  await using _double = await startAppDouble(bus, desk, { handlers });
  await using _conductor = await startConductor({ bus: own });
  const plan = planOf("tidy");
  await save(bus, plan);
  const publish = own.nc.publish.bind(own.nc);
  own.nc.publish = (subject, ...rest) => subject.startsWith("$KV.leases.") ? undefined : publish(subject, ...rest);
  await assert.rejects(run(bus, plan.id), code("BUS_UNAVAILABLE"));
  own.nc.publish = publish;
  await untilStatus(bus, plan.id, "validated");
  await run(bus, plan.id);
  await untilStatus(bus, plan.id, "succeeded");
});
