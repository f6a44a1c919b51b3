/** One run at work: ready steps in parallel, each transition appended to the log before it takes effect. */
import {
  ANY_BRIDGE,
  bindItems,
  type EndStatus,
  type ForEach,
  holds,
  type JsonObject,
  PatchbayError,
  type Problem,
  type Run,
  type RunEvent,
  type SkipCause,
  type Step,
  type StepId,
  type StepRun,
  toProblem,
} from "@patchbay/contracts";
import { ATTRIBUTES, logger, recordError, span } from "@patchbay/telemetry";
import { Lanes } from "./lanes.ts";
import type { RunLog } from "./run_log.ts";
import { type Ended, type Next, Schedule } from "./schedule.ts";
import type { StepOutcome } from "./step_outcome.ts";
import { mayChange } from "./step_document.ts";
import { runRounds, type StepRoundsDeps } from "./step_rounds.ts";
import { StepRunner, type StepRunnerDeps, type Work } from "./step_runner.ts";
import { runVerified } from "./step_verification.ts";
import { StepValues, type ValueIn } from "./step_values.ts";

export type ExecutionDeps = StepRunnerDeps;

const COMMANDS_PER_ADDRESS = 16;
const log = logger("conductor");

export class Execution {
  readonly #run: Run;
  readonly #log: RunLog;
  readonly #schedule: Schedule;
  /** Steps that failed, and for which another way was found. */
  readonly #replaced: ReadonlySet<StepId>;
  readonly #runner: StepRunner;
  readonly #values: StepValues;
  readonly #lanes = new Lanes(COMMANDS_PER_ADDRESS);
  readonly #cancelled = new AbortController();
  /** Steps as another conductor left them; forgotten once they are gone on with. */
  readonly #before = new Map<StepId, StepRun>();
  readonly #ended = new Map<StepId, Ended>();
  readonly #working = new Set<Promise<void>>();
  readonly #failed = new AbortController();
  #over = false;

  /**
   * @param run as its log leaves it: new, or taken over
   * @param abandoned fires when this conductor no longer has the run
   * @param noOtherWay why there is none, where a step has failed that asks for one
   */
  constructor(
    deps: ExecutionDeps,
    { steps: before, ...run }: Run,
    runLog: RunLog,
    abandoned: AbortSignal,
    noOtherWay?: string,
  ) {
    const { steps } = run.plan;
    const statusOf = (id: StepId) => before[id]?.status ?? "pending";
    const hasEnded = (id: StepId) => statusOf(id) !== "pending" && statusOf(id) !== "running";
    // what the steps gave is kept by whoever needs it, and not as long as the run
    this.#run = { ...run, steps: {} };
    this.#log = runLog;
    const signal = AbortSignal.any([abandoned, this.#failed.signal]);
    this.#replaced = new Set(run.replaced);
    this.#schedule = new Schedule(steps, statusOf, { replaced: this.#replaced, noOtherWay });
    this.#values = new StepValues(deps.bus, steps.filter(({ id }) => !hasEnded(id)), signal);
    this.#runner = new StepRunner(deps, {
      run: { ...run, steps: before },
      log: runLog,
      cancelled: this.#cancelled.signal,
      abandoned: signal,
    });
    for (const { id } of steps) {
      const step = before[id];
      if (step === undefined || step.status === "pending") continue;
      if (step.status === "running") this.#before.set(id, step);
      else this.#ended.set(id, { id, status: step.status, cause: step.cause });
      if (step.status === "succeeded") this.#values.keep(id, step.value, valueInOf(step));
    }
    if (run.cancelRequestedAt !== undefined) this.#cancelled.abort();
  }

  /** Whether its end has been asked for. */
  get isCancelled(): boolean {
    return this.#cancelled.signal.aborted;
  }

  /** Whether every step has ended: the log's last event is on its way. */
  get isOver(): boolean {
    return this.#over;
  }

  /** The log says that the run is to end. Steps that work are told to stop, and no other is started. */
  cancel(): void {
    this.#cancelled.abort();
  }

  /**
   * Works until every step has ended; resolves with how the run ended, once the log has it. Or until nothing is under way any
   * more and a step has failed that asks for another way: then it resolves with that step, and the others have not begun.
   * @throws the reason of `abandoned`; what could not be appended
   */
  async work(): Promise<EndStatus | { failed: StepId }> {
    const ended = [...this.#ended.values()].filter(({ status }) => status !== "succeeded");
    for (const step of this.#run.plan.steps) if (this.#before.has(step.id)) this.#start(step);
    this.#follow(this.#schedule.begin(ended));
    const onCancel = () => this.#cancelPending();
    if (this.#cancelled.signal.aborted) onCancel();
    else this.#cancelled.signal.addEventListener("abort", onCancel, { once: true });
    while (this.#working.size > 0) await Promise.all(this.#working);
    this.#cancelled.signal.removeEventListener("abort", onCancel);
    this.#failed.signal.throwIfAborted();
    if (this.#schedule.held !== undefined) return { failed: this.#schedule.held };
    this.#over = true;
    const status = this.#outcome();
    await this.#log.append({ type: "RUN_FINISHED", at: Date.now(), status });
    return status;
  }

  #outcome(): EndStatus {
    if ([...this.#ended.values()].every((step) => isFine(step) || this.#replaced.has(step.id))) return "succeeded";
    return this.#cancelled.signal.aborted ? "cancelled" : "failed";
  }

  #follow({ ready, skipped }: Next): void {
    for (const step of ready) this.#start(step);
    for (const { step, reason, cause } of skipped) this.#track(this.#endSkipped(step, reason, cause));
  }

  /** What follows from it, whoever says so has seen to. */
  #endSkipped(step: Step, reason: string, cause: SkipCause): Promise<void> {
    const event: RunEvent = { type: "STEP_SKIPPED", at: Date.now(), stepId: step.id, reason, cause };
    return this.#append(step, { id: step.id, status: "skipped", cause }, event);
  }

  /** Its own condition does not hold. */
  #leaveOut(step: Step): Promise<void> {
    const stored = this.#endSkipped(step, "its condition does not hold", "condition");
    this.#follow(this.#schedule.settle(step.id, "skipped", "condition"));
    return stored;
  }

  #cancelPending(): void {
    for (const step of this.#schedule.abandon()) this.#track(this.#endCancelled(step));
  }

  #endCancelled(step: Step): Promise<void> {
    return this.#end(step, "cancelled", { type: "STEP_CANCELLED", at: Date.now(), stepId: step.id });
  }

  /**
   * Appends how a step ended, and what follows from it right behind: both are stored together. What has not been stored has
   * not happened: then this conductor no longer has the run.
   */
  #end(step: Step, status: StepRun["status"], event: RunEvent): Promise<void> {
    const stored = this.#append(step, { id: step.id, status }, event);
    this.#follow(this.#schedule.settle(step.id, status));
    return stored;
  }

  #append(step: Step, ended: Ended, event: RunEvent): Promise<void> {
    const stored = this.#log.append(event);
    this.#ended.set(step.id, ended);
    this.#values.release(step);
    return stored;
  }

  #start(step: Step): void {
    this.#track(this.#runStep(step));
  }

  /** The first failure ends the run for this conductor: what could not be appended has not happened. */
  #track(work: Promise<void>): void {
    const tracked = work.catch((error) => this.#failed.abort(error)).finally(() => this.#working.delete(tracked));
    this.#working.add(tracked);
  }

  async #runStep(step: Step): Promise<void> {
    using room = this.#lanes.enter(`${step.app}.${step.bridge ?? ANY_BRIDGE}`);
    if (room.entered !== undefined) await room.entered;
    if (this.#failed.signal.aborted) return;
    if (!this.#before.has(step.id)) {
      if (this.#cancelled.signal.aborted) return await this.#endCancelled(step);
      const asked = await this.#isAsked(step);
      if (asked === false) return await this.#leaveOut(step);
      if (asked !== true) return await this.#record(step, asked);
    }
    const attributes = {
      [ATTRIBUTES.runId]: this.#run.id,
      [ATTRIBUTES.planId]: this.#run.plan.id,
      [ATTRIBUTES.stepId]: step.id,
      [ATTRIBUTES.app]: step.app,
      [ATTRIBUTES.command]: step.command,
    };
    await span(`step ${step.app}.${step.command}`, { attributes }, async (active) => {
      const outcome = await this.#outcomeOf(step);
      active.setAttribute(ATTRIBUTES.outcome, outcome.status);
      if (outcome.status === "succeeded") active.setAttribute(ATTRIBUTES.bridge, outcome.bridge);
      if (outcome.status === "failed") recordError(active, asError(outcome.problem));
      await this.#record(step, outcome);
    });
  }

  /** Whether its condition holds; or why that cannot be known. */
  async #isAsked(step: Step): Promise<boolean | StepOutcome> {
    if (step.when === undefined) return true;
    try {
      return holds(step.when, await this.#values.resultsFor(step));
    } catch (error) {
      return this.#refused(error);
    }
  }

  async #outcomeOf(step: Step): Promise<StepOutcome> {
    if (step.forEach !== undefined) return await this.#outcomeOfRounds(step, step.forEach);
    const before = this.#before.get(step.id);
    let args: JsonObject;
    try {
      args = before?.args ?? await this.#values.bind(step);
    } catch (error) {
      return this.#refused(error);
    }
    return await this.#runVerified({ step, args, before });
  }

  async #outcomeOfRounds(step: Step, forEach: ForEach): Promise<StepOutcome> {
    let items: readonly unknown[];
    try {
      items = bindItems(forEach, await this.#values.resultsFor(step));
    } catch (error) {
      return this.#refused(error);
    }
    const deps: StepRoundsDeps = {
      log: this.#log,
      correlationId: this.#run.correlationId,
      reads: !mayChange(this.#runner.documentOf(step)),
      cancelled: this.#cancelled.signal,
      run: (work) => this.#runVerified(work),
      bind: (step, round) => this.#values.bind(step, round),
    };
    return await runRounds(deps, step, items, this.#before.get(step.id));
  }

  #runVerified(work: Work): Promise<StepOutcome> {
    return runVerified(this.#runner, work, this.#run.correlationId);
  }

  /** What cannot be bound cannot be sent. */
  #refused(error: unknown): StepOutcome {
    this.#failed.signal.throwIfAborted();
    if (!(error instanceof PatchbayError)) throw error;
    return { status: "failed", problem: toProblem(error, this.#run.correlationId) };
  }

  async #record(step: Step, outcome: StepOutcome): Promise<void> {
    this.#before.delete(step.id);
    const of = { at: Date.now(), stepId: step.id };
    if (outcome.status === "cancelled") return await this.#endCancelled(step);
    if (outcome.status === "failed") return await this.#recordFailure(step, outcome.problem);
    const { status: _, valuesIn, ...done } = outcome;
    // the rounds of a step have its values
    const value = step.forEach === undefined ? done.value as JsonObject : null;
    const event: RunEvent = { type: "STEP_FINISHED", ...of, ...done, value };
    if (!this.#log.fits(event)) {
      // it was done, but what came of it is not kept: later steps cannot have it
      const message = `Step '${step.id}' was done, but what it gave is too large to be kept in the run's log`;
      const problem = toProblem(PatchbayError.of("PAYLOAD_TOO_LARGE", message), this.#run.correlationId);
      return await this.#recordFailure(step, problem);
    }
    this.#values.keep(step.id, done.value, done.valueIn ?? valuesIn);
    await this.#end(step, "succeeded", event);
  }

  async #recordFailure(step: Step, problem: Problem): Promise<void> {
    log.warn("step {step} failed: {code}: {detail}", { step: step.id, code: problem.code, detail: problem.detail });
    await this.#end(step, "failed", { type: "STEP_ERROR", at: Date.now(), stepId: step.id, problem });
  }
}

function valueInOf({ valueIn, rounds }: StepRun): ValueIn {
  const each = rounds?.map((round) => round.valueIn);
  return valueIn ?? (each?.some((one) => one !== undefined) ? each : undefined);
}

/** Whether a run may be said to have succeeded with a step that ended so. */
const isFine = ({ status, cause }: Ended) => status === "succeeded" || (status === "skipped" && cause === "condition");
const asError = ({ code, detail }: Problem) => new PatchbayError(code, detail);
