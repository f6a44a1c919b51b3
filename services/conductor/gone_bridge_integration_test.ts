import assert from "node:assert/strict";
import { type Bus, callService, migrate, openBucket, readStream } from "@patchbay/bus";
import {
  command,
  defineApp,
  eventsOf,
  type Id,
  newId,
  type Plan,
  Presence,
  query,
  RunLogEntry,
  SERVICES,
  subjects,
} from "@patchbay/contracts";
import { startAppDouble, startTestNats, type TestNats } from "@patchbay/testing";
import { z } from "zod";
import { startConductor } from "./mod.ts";

const VERBS = SERVICES["conductor"];
const empty = z.object({});
const farm = defineApp({
  app: "farm",
  title: "Farm",
  version: "1.0.0",
  state: empty,
  commands: {
    render: command({ summary: "Renders.", args: empty, result: empty, timeoutMs: 600_000 }),
    look: query({ summary: "Looks.", args: empty, result: empty, timeoutMs: 600_000 }),
  },
});

/** A bridge that dies with what it has begun, without a word. */
async function startDoomed(nats: TestNats, begun: () => void) {
  const bus = await nats.connect("doomed");
  const work = () => (begun(), new Promise<never>(() => {}));
  const double = await startAppDouble(bus, farm, {
    handlers: { render: work, look: work },
    stuckMs: 50,
    drainTimeoutMs: 50,
  });
  return {
    async die() {
      await bus.nc.close();
      await double[Symbol.asyncDispose]();
    },
  };
}

async function begin(bus: Bus, command: string): Promise<Id> {
  const plan: Plan = {
    id: newId(),
    steps: [{ id: "s1", app: "farm", bridge: "ws-01", command, args: {}, dependsOn: [], onError: "stop" }],
    provenance: { provider: "hand", createdAt: 0 },
  };
  const ask = { source: "test" };
  await callService(bus, "conductor", "save_plan", { plan }, { result: VERBS.save_plan.result, ...ask });
  return (await callService(bus, "conductor", "run_plan", { planId: plan.id }, {
    result: VERBS.run_plan.result,
    ...ask,
  }))
    .runId;
}

async function finished(bus: Bus, runId: Id) {
  const log = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: true } as const;
  for await (const { message } of readStream(bus, "RUNS", { ...log, signal: AbortSignal.timeout(20_000) })) {
    if (eventsOf(message.payload).at(-1)?.type === "RUN_FINISHED") break;
  }
  return await callService(bus, "conductor", "run", { runId }, { result: VERBS.run.result, source: "test" });
}

Deno.test("a bridge dies with a step: a change has an unknown outcome long before its time is over, a read is repeated", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using _conductor = await startConductor({
    bus,
    leaseTtlMs: 1_000,
    retry: { retries: 50, initialDelayMs: 100, maxDelayMs: 500 },
  });
  const presence = await openBucket(bus, "presence", Presence);
  for (const command of ["render", "look"]) {
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const doomed = await startDoomed(nats, resolve);
    const runId = await begin(bus, command);
    await begun;
    await doomed.die();
    // what the server does by itself when nobody renews it
    await presence.delete("farm.ws-01");
    if (command === "render") {
      const { steps } = await finished(bus, runId);
      assert.equal(steps["s1"]?.problem?.code, "OUTCOME_UNKNOWN");
    } else {
      await using _next = await startAppDouble(bus, farm, { handlers: { look: () => ({}) } });
      assert.equal((await finished(bus, runId)).status, "succeeded");
    }
  }
});
