import assert from "node:assert/strict";
import { type Bus, serviceEndpoint, startService } from "@patchbay/bus";
import { PatchbayError, type Plan, type Rehearsal, type RehearsalRequest, SERVICES } from "@patchbay/contracts";
import { ask, planOf, refused, startCounter, startStudio, step } from "../testing/counter_studio.ts";

const { request } = SERVICES.rehearsal.rehearse;

/** A rehearsal service that answers what it is told to. */
const startRehearsals = (bus: Bus, rehearse: (asked: RehearsalRequest) => Promise<Rehearsal> | Rehearsal) =>
  startService(bus, {
    name: "rehearsal",
    version: "1.0.0",
    description: "a double",
    source: "rehearsal",
    endpoints: [
      serviceEndpoint("rehearsal", "rehearse", { payload: request, handler: ({ payload }) => rehearse(payload) }),
    ],
  });

const rehearsed = ({ plan, digest }: RehearsalRequest): Rehearsal => ({
  planId: plan.id,
  digest,
  at: 1_000,
  tookMs: 1,
  ok: true,
  expectedMs: 1,
  stages: [],
  steps: [],
});

const plan = (): Plan => planOf(step("s1", "add"));

Deno.test("a rehearsal is kept under its plan, and the plan says that it was rehearsed", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _counter = await startCounter(bus);
  await using _service = await startRehearsals(bus, rehearsed);
  const { plan: { id }, digest } = await ask(bus, "save_plan", { plan: plan() });
  await assert.rejects(ask(bus, "rehearsal", { planId: id }), refused("NOT_FOUND"));
  const rehearsal = await ask(bus, "rehearse_plan", { planId: id });
  assert.equal(rehearsal.digest, digest);
  assert.deepEqual(await ask(bus, "rehearsal", { planId: id }), rehearsal);
  const record = await ask(bus, "plan", { id });
  assert.deepEqual([record.status, record.rehearsedAt], ["rehearsed", 1_000]);
});

Deno.test("a plan that changes while it is rehearsed is not a rehearsed one", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _counter = await startCounter(bus);
  const first = plan();
  const changed = { ...first, steps: [step("s1", "get")] };
  await using _service = await startRehearsals(bus, async (asked) => {
    await ask(bus, "save_plan", { plan: changed });
    return rehearsed(asked);
  });
  const { digest } = await ask(bus, "save_plan", { plan: first });
  assert.equal((await ask(bus, "rehearse_plan", { planId: first.id })).digest, digest);
  const record = await ask(bus, "plan", { id: first.id });
  assert.deepEqual([record.status, record.rehearsedAt], ["validated", undefined]);
  await assert.rejects(ask(bus, "rehearsal", { planId: first.id }), refused("NOT_FOUND"));
});

Deno.test("what cannot be rehearsed is said: no such plan, no service, its refusal", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _counter = await startCounter(bus);
  const { plan: { id } } = await ask(bus, "save_plan", { plan: plan() });
  await assert.rejects(ask(bus, "rehearse_plan", { planId: plan().id }), refused("NOT_FOUND"));
  await assert.rejects(ask(bus, "rehearse_plan", { planId: id }), refused("SERVICE_UNAVAILABLE"));
  await using _service = await startRehearsals(bus, () => {
    throw PatchbayError.of("RATE_LIMITED", "Too many plans");
  });
  await assert.rejects(ask(bus, "rehearse_plan", { planId: id }), refused("RATE_LIMITED"));
  assert.equal((await ask(bus, "plan", { id })).status, "validated");
});
