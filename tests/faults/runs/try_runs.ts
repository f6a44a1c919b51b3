/** Runs in bad weather, one after the other: begun, struck, some cancelled, some undone; and what there is to know of each. */
import { type Bus, callService, leaseHolder, openBucket, readStream } from "@patchbay/bus";
import {
  eventsOf,
  type Id,
  newId,
  PatchbayError,
  type Plan,
  PlanRecord,
  type RunEvent,
  RunLogEntry,
  SERVICES,
  subjects,
} from "@patchbay/contracts";
import { type SeededRandom, seededRandom } from "@patchbay/testing";
import { until } from "../weather/world.ts";
import { type Arena, startArena, tellStruck } from "./arena.ts";
import { isGivenBack, wrongIn } from "./check_run.ts";
import { drawPlan } from "./plans.ts";
import { readStory, type RunStory } from "./run_story.ts";
import { drawStrikes, type Strike, tellStrike } from "./strikes.ts";
import type { Summary } from "./summary.ts";
import type { z } from "zod";

const VERBS = SERVICES.conductor;
/** How long a run may take, in milliseconds. */
const RUN_MS = 240_000;
/** How long its record and its lease may say otherwise after its end. */
const SETTLE_MS = 60_000;
const ASK_MS = 4_000;

export interface TryRunsOptions {
  seed: number;
  runs: number;
  summary: Summary;
  /** Told of each run. */
  say?(line: string): void;
}

/** @throws {Error} with all that was wrong, and what had happened */
export async function tryRuns({ seed, runs, summary, say = () => {} }: TryRunsOptions): Promise<void> {
  await using arena = await startArena();
  const wrong: string[] = [];
  const ids: Id[] = [];
  for (let n = 0; n < runs; n++) {
    // which places are struck first goes on from seed to seed
    const trial = new Trial(arena, seededRandom(seed).fork(`run ${n}`), seed * runs + n);
    const began = performance.now();
    try {
      for (const runId of await trial.run()) {
        ids.push(runId);
        const story = await readStory(arena.bus, runId, await arena.effects(), trial.struck);
        summary.add(story);
        const found = wrongIn(story);
        if (found.length > 0) wrong.push(tell(`seed ${seed}, run ${n}`, found, story, trial));
      }
    } catch (error) {
      const stories = await Promise.all(trial.ids.map((id) => readStory(arena.bus, id, [], []).catch(() => undefined)));
      const logs = stories.map((story) => story === undefined ? "it has no log" : tell("its log", [], story, trial));
      const all = [`seed ${seed}, run ${n}: ${error}`, trial.tell(), ...logs, ...wrong];
      throw new Error(all.join("\n"), { cause: error });
    }
    summary.addStrikes(trial.struck, trial.strikes.length - trial.struck.length);
    say(`seed ${seed}, run ${n}: ${trial.outcome} in ${Math.round(performance.now() - began)} ms\n${trial.tell()}`);
  }
  // what comes late is found here
  const effects = await arena.effects();
  summary.effects += effects.length;
  for (const runId of ids) {
    const found = wrongIn(await readStory(arena.bus, runId, effects, arena.struck));
    if (found.length > 0 && !wrong.some((text) => text.includes(runId))) {
      wrong.push(`later, run ${runId}: ${found.join("; ")}`);
    }
  }
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}

class Trial {
  readonly strikes: Strike[];
  outcome = "";
  /** Of its runs. */
  readonly ids: Id[] = [];
  readonly #arena: Arena;
  readonly #bus: Bus;
  readonly #random: SeededRandom;
  readonly #plan: Plan;
  /** After so many steps it is cancelled. */
  readonly #cancelAfter: number | undefined;
  readonly #undone: Strike[] | undefined;
  readonly #before: number;

  constructor(arena: Arena, random: SeededRandom, n: number) {
    this.#arena = arena;
    this.#bus = arena.bus;
    this.#random = random;
    this.#before = arena.struck.length;
    this.#plan = drawPlan(random.fork("plan"));
    this.strikes = drawStrikes(random.fork("strikes"), n);
    const ending = this.strikes.some(({ transition }) => /CANCEL/.test(transition));
    const fate = random.fork("fate");
    if (ending || fate.chance(0.15)) this.#cancelAfter = fate.integer(1, 15);
    if (fate.chance(0.25)) {
      const more = drawStrikes(random.fork("undo strikes"), fate.integer(0, 1_000)).slice(0, 1);
      this.#undone = more.map((strike) => ({ ...strike, id: `${strike.id}-undo`, nth: Math.min(strike.nth, 3) }));
    }
  }

  get struck() {
    return this.#arena.struck.slice(this.#before);
  }

  /** The ids of its runs. */
  async run(): Promise<Id[]> {
    const { id: planId } = this.#plan;
    const runId = newId();
    this.ids.push(runId);
    await this.#ask("save_plan", { plan: this.#plan });
    await this.#arena.arm(this.strikes);
    const begun = this.#ask("run_plan", { planId, runId });
    const [last] = await Promise.all([this.#follow(runId), begun]);
    await this.#arena.arm([]);
    await this.#settled(runId, planId, last);
    this.outcome = last;
    const { run } = await readStory(this.#bus, runId, [], []);
    return this.#undone === undefined || isGivenBack(run) ? [runId] : [runId, ...await this.#undo(runId, this.#undone)];
  }

  /** What can be told of it when it failed, or was slow. */
  tell(): string {
    const how = this.#cancelAfter === undefined ? "" : `, cancelled after ${this.#cancelAfter} steps`;
    const lines = [...this.strikes, ...this.#undone ?? []].map((strike) => `  wanted: ${tellStrike(strike)}`);
    return [
      `  ${this.#plan.instruction}${how}${this.#undone === undefined ? "" : ", undone"}`,
      ...lines,
      ...this.struck.map((struck) => `  struck: ${tellStruck(struck)}`),
    ].join("\n");
  }

  async #undo(runId: Id, strikes: Strike[]): Promise<Id[]> {
    await this.#arena.arm(strikes);
    this.strikes.push(...strikes);
    try {
      const { runId: undoId } = await this.#undoRun(runId);
      this.ids.push(undoId);
      const last = await this.#follow(undoId);
      await this.#settled(undoId, this.#plan.id, undefined);
      this.outcome += `, undone: ${last}`;
      return [undoId];
    } catch (error) {
      const nothing = error instanceof PatchbayError && error.code === "CONFLICT" &&
        /nothing of it is left/.test(error.message);
      if (!nothing) throw error;
      return [];
    } finally {
      await this.#arena.arm([]);
      await this.#arena.calm();
    }
  }

  /** Asking again, whoever did not get the answer is told which run it is. */
  async #undoRun(runId: Id): Promise<{ runId: Id }> {
    try {
      return await this.#ask("undo_run", { runId });
    } catch (error) {
      const under = error instanceof PatchbayError ? error.context["runId"] : undefined;
      if (typeof under === "string") return { runId: under as Id };
      throw error;
    }
  }

  /** Resolves with how it ended, and cancels it on its way. */
  async #follow(runId: Id): Promise<string> {
    let finished = 0;
    let cancelling: Promise<unknown> | undefined;
    const log = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: true } as const;
    let last: RunEvent | undefined;
    for await (const { message } of readStream(this.#bus, "RUNS", { ...log, signal: AbortSignal.timeout(RUN_MS) })) {
      for (const event of eventsOf(message.payload)) {
        last = event;
        if (event.type === "STEP_FINISHED" && event.round === undefined && ++finished === this.#cancelAfter) {
          cancelling ??= this.#cancel(runId);
        }
      }
      if (last?.type === "RUN_FINISHED") break;
    }
    if (last?.type !== "RUN_FINISHED") {
      throw new Error(`run ${runId} did not end; its last event: ${JSON.stringify(last)}`);
    }
    await cancelling;
    await this.#arena.calm();
    return last.status;
  }

  /** One that ends meanwhile has ended. */
  async #cancel(runId: Id): Promise<void> {
    await this.#ask("cancel_run", { runId, reason: "the test wants it" }).catch((error) => {
      if (!(error instanceof PatchbayError) || error.code !== "CONFLICT") throw error;
    });
  }

  async #settled(runId: Id, planId: Id, status: string | undefined): Promise<void> {
    const plans = await openBucket(this.#bus, "plans", PlanRecord);
    const says = async () => (await plans.get(planId))?.value.status;
    if (status !== undefined) {
      const { run } = await readStory(this.#bus, runId, [], []);
      const wanted = [status, ...isGivenBack(run) ? ["validated"] : []];
      const isSaid = async () => wanted.includes((await says()) ?? "");
      await until(`the record of plan ${planId} says ${wanted.join(" or ")}`, isSaid, SETTLE_MS)
        .catch(async (error) => {
          throw new Error(`${error.message}: ${JSON.stringify((await plans.get(planId))?.value, leavingOutThePlan)}`);
        });
    }
    const isFree = async () => await leaseHolder(this.#bus, `run.${runId}`) === undefined;
    await until(`the lease of run ${runId} is gone`, isFree, SETTLE_MS);
  }

  /** Asks again where whoever was asked is gone. */
  #ask<V extends keyof typeof VERBS>(verb: V, payload: unknown): Promise<z.output<(typeof VERBS)[V]["result"]>>;
  async #ask(verb: keyof typeof VERBS, payload: unknown): Promise<unknown> {
    const end = performance.now() + RUN_MS;
    for (;;) {
      try {
        const options = { result: VERBS[verb].result, source: "a test", timeoutMs: ASK_MS };
        return await callService(this.#bus, "conductor", verb, payload, options);
      } catch (error) {
        const mayPass = error instanceof PatchbayError && (error.retryable || error.code === "DEADLINE_EXCEEDED");
        if (!mayPass || performance.now() > end) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50 + 50 * this.#random.next()));
      }
    }
  }
}

const leavingOutThePlan = (key: string, value: unknown) => key === "plan" ? undefined : value;

function tell(where: string, wrong: readonly string[], { run, log, effects }: RunStory, trial: Trial): string {
  const events = log.flatMap(({ seq, events }) =>
    events.map(({ at, type, ...event }) => {
      const { plan: _, value: __, ...rest } = event as Record<string, unknown>;
      return `    ${seq} ${new Date(at).toISOString().slice(17)} ${type} ${JSON.stringify(rest)}`;
    })
  );
  const done = [...effects].map(([tag, all]) =>
    `    ${tag}: ${all.map(({ id, value }) => `${id} ${JSON.stringify(value)}`)}`
  );
  return [
    `${where}: run ${run.id} (${run.kind ?? "run"}):`,
    ...wrong.map((one) => `  WRONG ${one}`),
    trial.tell(),
    "  steps:",
    ...run.plan.steps.map((step) => `    ${JSON.stringify(step)}`),
    "  log:",
    ...events,
    "  effects:",
    ...done,
  ].join("\n");
}
