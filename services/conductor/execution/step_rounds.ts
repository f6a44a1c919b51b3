/** The rounds of a step with `forEach`: one command for each item of a list, and what became of them all. */
import { derivedId } from "@patchbay/bus";
import {
  ANY_BRIDGE,
  type BridgeId,
  type Id,
  type JsonObject,
  newId,
  PatchbayError,
  type Problem,
  type RunEvent,
  type Step,
  type StepRound,
  type StepRun,
  toProblem,
} from "@patchbay/contracts";
import type { RunLog } from "./run_log.ts";
import type { StepOutcome } from "./step_outcome.ts";
import type { Work } from "./step_runner.ts";

export interface StepRoundsDeps {
  log: Pick<RunLog, "append" | "fits">;
  correlationId: Id;
  /** Whether the command only reads: then several rounds are on their way together. */
  reads: boolean;
  cancelled: AbortSignal;
  /** Runs one round. */
  run(work: Work): Promise<StepOutcome>;
  /** The arguments of one round. @throws {PatchbayError} what cannot be bound */
  bind(step: Step, round: { item: unknown }): Promise<JsonObject>;
}

type Succeeded = Extract<StepOutcome, { status: "succeeded" }>;

const READS_TOGETHER = 16;
/** So many rounds are named where many fail. */
const MAX_NAMED = 10;

/**
 * Runs the rounds that have not ended: one after the other where they change something, and none after one that failed, unless
 * the step goes on over errors. The value is the list of theirs.
 * @param before as another conductor left the step
 * @throws the reason of `abandoned`; what could not be appended
 */
export async function runRounds(
  deps: StepRoundsDeps,
  step: Step,
  items: readonly unknown[],
  before: StepRun | undefined,
): Promise<StepOutcome> {
  const commandId = before?.commandId ?? newId();
  if (before?.rounds === undefined) {
    await deps.log.append({
      type: "STEP_STARTED",
      at: Date.now(),
      stepId: step.id,
      bridge: step.bridge ?? ANY_BRIDGE,
      commandId,
      rounds: items.length,
    });
  }
  const rounds = new Rounds(deps, step, items, before?.rounds ?? []);
  await rounds.work(commandId);
  return rounds.outcome();
}

class Rounds {
  readonly #deps: StepRoundsDeps;
  readonly #step: Step;
  readonly #items: readonly unknown[];
  readonly #before: readonly StepRound[];
  readonly #done: (Succeeded | undefined)[];
  readonly #failed = new Map<number, Problem>();
  readonly #stored: Promise<void>[] = [];
  #next = 0;

  constructor(deps: StepRoundsDeps, step: Step, items: readonly unknown[], before: readonly StepRound[]) {
    this.#deps = deps;
    this.#step = step;
    this.#items = items;
    this.#before = before;
    this.#done = items.map((_, i) => doneBefore(before[i]));
    for (const [i, { status, problem }] of before.entries()) {
      if (status === "failed" && problem !== undefined) this.#failed.set(i, problem);
    }
  }

  async work(commandId: Id): Promise<void> {
    const work = async () => {
      for (let round = this.#take(); round !== undefined; round = this.#take()) await this.#round(round, commandId);
    };
    const together = this.#deps.reads ? Math.min(READS_TOGETHER, this.#items.length) : 1;
    await Promise.all(Array.from({ length: together }, work));
    await Promise.all(this.#stored);
  }

  /** The next round to run; those that were on their way when the step was taken over are ended in any case. */
  #take(): number | undefined {
    while (this.#next < this.#items.length) {
      const round = this.#next++;
      const status = this.#before[round]?.status ?? "pending";
      if (status === "running" || (status === "pending" && this.#goesOn)) return round;
    }
    return undefined;
  }

  get #goesOn(): boolean {
    return !this.#deps.cancelled.aborted && (this.#failed.size === 0 || this.#step.onError === "continue");
  }

  async #round(round: number, commandId: Id): Promise<void> {
    const before = this.#before[round];
    const outcome = await this.#run({
      step: this.#step,
      round,
      ...(before?.status === "running"
        ? { commandId: before.commandId, before }
        : { commandId: derivedId(commandId, `round ${round}`) }),
    });
    const of = { at: Date.now(), stepId: this.#step.id, round };
    if (outcome.status === "cancelled") this.#store({ type: "STEP_CANCELLED", ...of });
    else if (outcome.status === "failed") this.#fail(round, outcome.problem);
    else {
      const { status: _, ...done } = outcome;
      const event: RunEvent = { type: "STEP_FINISHED", ...of, ...done, value: done.value as JsonObject };
      if (!this.#deps.log.fits(event)) return this.#fail(round, this.#tooLarge(round));
      this.#done[round] = outcome;
      this.#store(event);
    }
  }

  async #run(work: Omit<Work, "args"> & { round: number }): Promise<StepOutcome> {
    try {
      const args = work.before?.args ?? await this.#deps.bind(this.#step, { item: this.#items[work.round] });
      return await this.#deps.run({ ...work, args });
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "PLAN_INVALID") throw error;
      return { status: "failed", problem: toProblem(error, this.#deps.correlationId) };
    }
  }

  #fail(round: number, problem: Problem): void {
    this.#failed.set(round, problem);
    this.#store({ type: "STEP_ERROR", at: Date.now(), stepId: this.#step.id, round, problem });
  }

  /** The start of the next round is stored behind it: so it is not waited for here. */
  #store(event: RunEvent): void {
    const stored = this.#deps.log.append(event);
    stored.catch(() => {});
    this.#stored.push(stored);
  }

  outcome(): StepOutcome {
    if (this.#failed.size > 0) return { status: "failed", problem: this.#problem() };
    const done = this.#done.filter((one) => one !== undefined);
    if (done.length < this.#items.length) return { status: "cancelled" };
    const last = done.at(-1);
    return {
      status: "succeeded",
      bridge: last?.bridge ?? this.#step.bridge ?? ANY_BRIDGE as BridgeId,
      value: done.map(({ value }) => value),
      ...(done.some(({ valueIn }) => valueIn !== undefined) ? { valuesIn: done.map(({ valueIn }) => valueIn) } : {}),
      durationMs: done.reduce((sum, { durationMs }) => sum + durationMs, 0),
      ...(last?.session === undefined ? {} : { session: last.session }),
      ...(done.length > 0 && done.every(({ verified }) => verified === true) ? { verified: true } : {}),
    };
  }

  /** The first one's, and which rounds it was. */
  #problem(): Problem {
    const failed = [...this.#failed].sort(([a], [b]) => a - b);
    const [[first, problem]] = failed as [[number, Problem]];
    const rounds = failed.map(([round]) => round);
    const named = rounds.slice(0, MAX_NAMED).map((round) => round + 1).join(", ");
    const which = rounds.length === 1
      ? `round ${first + 1} of ${this.#items.length} failed`
      : `${rounds.length} of ${this.#items.length} rounds failed (${named}${rounds.length > MAX_NAMED ? ", …" : ""})`;
    return { ...problem, detail: `${which}: ${problem.detail}`, context: { ...problem.context, rounds } };
  }

  #tooLarge(round: number): Problem {
    const message = `Round ${
      round + 1
    } of step '${this.#step.id}' was done, but what it gave is too large for the run's log`;
    return toProblem(PatchbayError.of("PAYLOAD_TOO_LARGE", message), this.#deps.correlationId);
  }
}

function doneBefore(round: StepRound | undefined): Succeeded | undefined {
  if (round?.status !== "succeeded" || round.bridge === undefined) return undefined;
  const { bridge, value, valueIn, durationMs = 0, session, verified } = round;
  return {
    status: "succeeded",
    bridge,
    value,
    durationMs,
    ...(valueIn === undefined ? {} : { valueIn }),
    ...(session === undefined ? {} : { session }),
    ...(verified === undefined ? {} : { verified }),
  };
}
