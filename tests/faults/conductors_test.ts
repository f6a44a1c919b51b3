/** Three conductors with more than one thing to do: many runs at one time, and one of them that stood still and does not know it. */
import assert from "node:assert/strict";
import { callService, readStream } from "@patchbay/bus";
import {
  eventsOf,
  type Id,
  newId,
  PatchbayError,
  type Plan,
  RunLogEntry,
  SERVICES,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { seededRandom } from "@patchbay/testing";
import { type Arena, startArena } from "./runs/arena.ts";
import { wrongIn } from "./runs/check_run.ts";
import { drawPlan } from "./runs/plans.ts";
import { readStory } from "./runs/run_story.ts";
import type { Strike } from "./runs/strikes.ts";

const VERBS = SERVICES.conductor;
const SEED = 50;
const RUNS = 50;
const TIMEOUT_MS = 30_000;
const ASK_MS = 10_000;

async function begin({ bus }: Arena, plan: Plan): Promise<Id> {
  const options = { source: "a test", timeoutMs: TIMEOUT_MS };
  await callService(bus, "conductor", "save_plan", { plan }, { ...options, result: VERBS.save_plan.result });
  const asked = { planId: plan.id, runId: newId() };
  for (;;) {
    try {
      const answer = { ...options, timeoutMs: ASK_MS, result: VERBS.run_plan.result };
      return (await callService(bus, "conductor", "run_plan", asked, answer)).runId;
    } catch (error) {
      // whoever was asked stands still, or is gone: asking again begins no second run
      if (!(error instanceof PatchbayError) || !(error.retryable || error.code === "DEADLINE_EXCEEDED")) throw error;
    }
  }
}

/** Resolves once so many runs have ended. */
async function ended({ bus }: Arena, count: number): Promise<void> {
  const over = new Set<string>();
  const all = { subject: subjects.run(WILDCARD), payload: RunLogEntry, from: "start", follow: true } as const;
  for await (const { subject, message } of readStream(bus, "RUNS", { ...all, signal: AbortSignal.timeout(240_000) })) {
    if (eventsOf(message.payload).at(-1)?.type === "RUN_FINISHED") over.add(subject);
    if (over.size === count) return;
  }
  throw new Error(`${over.size} of ${count} runs have ended`);
}

async function check(arena: Arena, runIds: readonly Id[]): Promise<void> {
  const effects = await arena.effects();
  for (const runId of runIds) {
    const story = await readStory(arena.bus, runId, effects, arena.struck);
    // the record of a plan is written behind the last event of its run
    assert.deepEqual(wrongIn({ ...story, record: undefined }).filter((wrong) => !/^the record/.test(wrong)), [], runId);
  }
}

const strike = (more: Partial<Strike>): Strike => ({
  id: "1",
  victim: "self",
  manner: "killed",
  transition: "STEP_STARTED",
  moment: "after",
  nth: 1,
  forMs: 500,
  ...more,
});

Deno.test("fifty runs at once on three conductors, of which one is killed, end each once, and nothing happens twice", async () => {
  await using arena = await startArena();
  const random = seededRandom(SEED);
  const plans = Array.from({ length: RUNS }, (_, n) => drawPlan(random.fork(`plan ${n}`), 8));
  await arena.arm([strike({ nth: 40 })]);
  const runIds = await Promise.all(plans.map((plan) => begin(arena, plan)));
  await ended(arena, RUNS);
  await arena.calm();
  assert.equal(arena.struck.length, 1);
  await check(arena, runIds);
});

for (
  const [place, where] of Object.entries<Partial<Strike>>({
    "before it sends a command": { transition: "command sent", moment: "before", nth: 2 },
    "before it says that a step has ended": { transition: "STEP_FINISHED", moment: "before", nth: 2 },
    "before it says that the run has ended": { transition: "RUN_FINISHED", moment: "before" },
  })
) {
  Deno.test(`a conductor that stands still past its lease, ${place}, does no harm when it goes on`, async () => {
    await using arena = await startArena();
    await arena.arm([strike({ ...where, manner: "stopped", forMs: 4_000 })]);
    const plan = drawPlan(seededRandom(SEED).fork(place), 12);
    const runId = await begin(arena, plan);
    await ended(arena, 1);
    // it goes on while all is over
    await arena.calm();
    const { hit = [] } = arena.struck[0] ?? {};
    assert.equal(hit.length, 1);
    await check(arena, [runId]);
  });
}
