import assert from "node:assert/strict";
import {
  applyRunEvent,
  type Id,
  newId,
  PatchbayError,
  type Run,
  type RunEvent,
  type Step,
  toProblem,
} from "@patchbay/contracts";
import fc from "fast-check";
import { runRounds, type StepRoundsDeps } from "./step_rounds.ts";
import type { StepOutcome } from "./step_outcome.ts";

const step = (onError: Step["onError"]): Step => ({
  id: "s1",
  app: "counter",
  command: "add",
  args: {},
  dependsOn: [],
  onError,
  forEach: [],
});

interface Weather {
  /** Rounds that fail, by their number. */
  failing: ReadonlySet<number>;
  reads: boolean;
  /** After so many stored events each conductor dies. */
  deaths: number[];
  onError: Step["onError"];
  /** The run is cancelled before this round begins. */
  cancelAt: number | undefined;
}

/** An application that does a command once, whoever sends it how often; conductors that die; and the log that stays. */
async function runThrough(items: readonly number[], { failing, reads, deaths, onError, cancelAt }: Weather) {
  const done = new Map<Id, StepOutcome>();
  const effects: number[] = [];
  const begun: RunEvent = {
    type: "RUN_STARTED",
    at: 0,
    runId: newId(),
    correlationId: newId(),
    plan: { id: newId(), steps: [step(onError)], provenance: { provider: "test", createdAt: 0 } },
  };
  let run: Run = applyRunEvent(undefined, begun);
  const cancelled = new AbortController();
  const perform = (commandId: Id, round: number): StepOutcome => {
    const before = done.get(commandId);
    if (before !== undefined) return before;
    effects.push(round);
    const problem = toProblem(new PatchbayError("COMMAND_FAILED", `round ${round} is not liked`));
    const outcome: StepOutcome = failing.has(round)
      ? { status: "failed", problem }
      : { status: "succeeded", bridge: "ws-01", value: items[round], durationMs: 1 };
    done.set(commandId, outcome);
    return outcome;
  };
  for (let conductor = 0;; conductor++) {
    let left = deaths[conductor] ?? Infinity;
    const log: StepRoundsDeps["log"] = {
      fits: () => true,
      append: (event) => {
        if (left-- <= 0) return Promise.reject(new Error("died"));
        run = applyRunEvent(run, event);
        return Promise.resolve();
      },
    };
    const deps: StepRoundsDeps = {
      log,
      correlationId: newId(),
      reads,
      cancelled: cancelled.signal,
      bind: (_, { item }) => Promise.resolve({ by: item }),
      run: async ({ step, round, commandId = newId(), before, args }) => {
        assert.deepEqual(args, { by: items[round!] });
        if (cancelAt === round) cancelled.abort();
        if (before === undefined) {
          await log.append({ type: "STEP_STARTED", at: 0, stepId: step.id, round: round!, bridge: "any", commandId });
        }
        return perform(commandId, round!);
      },
    };
    const before = run.steps["s1"]!;
    try {
      const outcome = await runRounds(deps, step(onError), items, before.status === "running" ? before : undefined);
      return { outcome, effects, rounds: run.steps["s1"]!.rounds ?? [] };
    } catch (error) {
      assert.match(String(error), /died/);
    }
  }
}

const weather = fc.record({
  failing: fc.array(fc.nat(12), { maxLength: 3 }).map((rounds) => new Set(rounds)),
  reads: fc.boolean(),
  deaths: fc.array(fc.nat(6), { maxLength: 8 }),
  onError: fc.constantFrom("stop", "continue", "replan"),
  cancelAt: fc.option(fc.nat(12), { nil: undefined, freq: 4 }),
}) as fc.Arbitrary<Weather>;
const list = fc.array(fc.nat(), { maxLength: 12 });

Deno.test("whoever dies when: no round happens twice, none begins after one that failed, and all come to one end", async () => {
  await fc.assert(
    fc.asyncProperty(list, weather, async (items, weather) => {
      const { outcome, effects, rounds } = await runThrough(items, weather);
      assert.equal(new Set(effects).size, effects.length, `rounds ${effects}`);
      assert.ok(rounds.every(({ status }) => status !== "running"));
      const failed = rounds.flatMap(({ status }, i) => status === "failed" ? [i] : []);
      if (failed.length > 0) {
        assert.ok(outcome.status === "failed");
        assert.deepEqual(outcome.problem.context?.["rounds"], failed);
        const [first] = failed;
        if (!weather.reads && weather.onError !== "continue") assert.equal(Math.max(...effects), first);
      } else if (effects.length < items.length) assert.equal(outcome.status, "cancelled");
      else {
        assert.ok(outcome.status === "succeeded");
        assert.deepEqual(outcome.value, items);
      }
      if (weather.onError === "continue" && weather.cancelAt === undefined) assert.equal(effects.length, items.length);
    }),
    { numRuns: 300 },
  );
});
