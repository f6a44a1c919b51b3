/** One run at work: ready steps in parallel, each transition appended to the log before it takes effect. */
import {
  ANY_BRIDGE,
  type AppName,
  bindReferences,
  commandOf,
  type EndStatus,
  type ManifestDocument,
  newId,
  PatchbayError,
  type Problem,
  type Run,
  type RunEvent,
  type Step,
  type StepId,
  type StepRun,
  toProblem,
} from "@patchbay/contracts";
import { ATTRIBUTES, logger, recordError, span } from "@patchbay/telemetry";
import { Lanes } from "./lanes.ts";
import type { RunLog } from "./run_log.ts";
import { type Next, Schedule } from "./schedule.ts";
import {
  awaitStepCommand,
  isRepeatable,
  runStepCommand,
  type StepCommand,
  type StepCommandDeps,
  type StepOutcome,
} from "./step_command.ts";
import { runStepJob } from "./step_job.ts";

export interface ExecutionDeps extends StepCommandDeps {
  manifests(): ReadonlyMap<AppName, ManifestDocument>;
}

const COMMANDS_PER_ADDRESS = 16;
const DEFAULT_TIMEOUT_MS = 10_000;
const log = logger("conductor");

export class Execution {
  readonly #deps: ExecutionDeps;
  readonly #run: Run;
  readonly #log: RunLog;
  readonly #abandoned: AbortSignal;
  readonly #schedule: Schedule;
  readonly #lanes = new Lanes(COMMANDS_PER_ADDRESS);
  readonly #cancelled = new AbortController();
  readonly #results = new Map<StepId, unknown>();
  readonly #ended = new Map<StepId, StepRun["status"]>();
  readonly #working = new Set<Promise<void>>();
  readonly #failed = new AbortController();
  #over = false;

  /**
   * @param run as its log leaves it: new, or taken over
   * @param abandoned fires when this conductor no longer has the run
   */
  constructor(deps: ExecutionDeps, run: Run, runLog: RunLog, abandoned: AbortSignal) {
    this.#deps = deps;
    this.#run = run;
    this.#log = runLog;
    this.#abandoned = AbortSignal.any([abandoned, this.#failed.signal]);
    this.#schedule = new Schedule(run.plan.steps, (id) => this.#before(id).status);
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
   * Works until every step has ended; resolves with how the run ended, once the log has it.
   * @throws the reason of `abandoned`; what could not be appended
   */
  async work(): Promise<EndStatus> {
    const ended: { id: StepId; status: StepRun["status"] }[] = [];
    for (const { id } of this.#run.plan.steps) {
      const { status, value } = this.#before(id);
      if (status === "pending" || status === "running") continue;
      this.#ended.set(id, status);
      if (status === "succeeded") this.#results.set(id, value);
      else ended.push({ id, status });
    }
    for (const step of this.#run.plan.steps) {
      if (this.#before(step.id).status === "running") this.#start(step, this.#before(step.id));
    }
    this.#track(this.#follow(this.#schedule.begin(ended)));
    const onCancel = () => this.#track(this.#cancelPending());
    if (this.#cancelled.signal.aborted) onCancel();
    else this.#cancelled.signal.addEventListener("abort", onCancel, { once: true });
    while (this.#working.size > 0) await Promise.all(this.#working);
    this.#cancelled.signal.removeEventListener("abort", onCancel);
    this.#failed.signal.throwIfAborted();
    this.#over = true;
    const status = this.#outcome();
    await this.#log.append({ type: "RUN_FINISHED", at: Date.now(), status });
    return status;
  }

  #before(id: StepId): StepRun {
    return this.#run.steps[id] ?? { status: "pending" };
  }

  #outcome(): EndStatus {
    if ([...this.#ended.values()].every((status) => status === "succeeded")) return "succeeded";
    return this.#cancelled.signal.aborted ? "cancelled" : "failed";
  }

  async #follow({ ready, skipped }: Next): Promise<void> {
    for (const step of ready) this.#start(step, undefined);
    for (const { step, reason } of skipped) {
      await this.#end(step, "skipped", { type: "STEP_SKIPPED", at: Date.now(), stepId: step.id, reason });
    }
  }

  async #cancelPending(): Promise<void> {
    for (const step of this.#schedule.abandon()) await this.#endCancelled(step);
  }

  #endCancelled(step: Step): Promise<void> {
    return this.#end(step, "cancelled", { type: "STEP_CANCELLED", at: Date.now(), stepId: step.id });
  }

  /** Appends how a step ended; then it has. */
  async #end(step: Step, status: StepRun["status"], event: RunEvent): Promise<void> {
    await this.#log.append(event);
    this.#ended.set(step.id, status);
  }

  #start(step: Step, started: StepRun | undefined): void {
    this.#track(this.#runStep(step, started));
  }

  /** The first failure ends the run for this conductor: what could not be appended has not happened. */
  #track(work: Promise<void>): void {
    const tracked = work.catch((error) => this.#failed.abort(error)).finally(() => this.#working.delete(tracked));
    this.#working.add(tracked);
  }

  async #runStep(step: Step, started: StepRun | undefined): Promise<void> {
    const address = `${step.app}.${step.bridge ?? ANY_BRIDGE}`;
    using _room = await this.#lanes.enter(address);
    if (this.#failed.signal.aborted) return;
    if (this.#cancelled.signal.aborted && started === undefined) return await this.#endCancelled(step);
    const attributes = {
      [ATTRIBUTES.runId]: this.#run.id,
      [ATTRIBUTES.planId]: this.#run.plan.id,
      [ATTRIBUTES.stepId]: step.id,
      [ATTRIBUTES.app]: step.app,
      [ATTRIBUTES.command]: step.command,
    };
    await span(`step ${step.app}.${step.command}`, { attributes }, async (active) => {
      const outcome = await this.#outcomeOf(step, started);
      active.setAttribute(ATTRIBUTES.outcome, outcome.status);
      if (outcome.status === "succeeded") active.setAttribute(ATTRIBUTES.bridge, outcome.bridge);
      if (outcome.status === "failed") recordError(active, asError(outcome.problem));
      await this.#record(step, outcome);
    });
    await this.#follow(this.#schedule.settle(step.id, this.#ended.get(step.id) ?? "failed"));
  }

  async #outcomeOf(step: Step, started: StepRun | undefined): Promise<StepOutcome> {
    const document = commandOf(step, this.#deps.manifests());
    let args: Record<string, unknown>;
    try {
      args = bindReferences(step.args, this.#results);
    } catch (error) {
      if (!(error instanceof PatchbayError)) throw error;
      return { status: "failed", problem: toProblem(error, this.#run.correlationId) };
    }
    const at = Date.now();
    const timeoutMs = step.timeoutMs ?? document?.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const repeated = started !== undefined && isRepeatable(document);
    const command: StepCommand = {
      runId: this.#run.id,
      correlationId: this.#run.correlationId,
      step,
      document,
      args,
      commandId: started?.commandId ?? newId(),
      deadline: (repeated ? at : started?.startedAt ?? at) + timeoutMs,
      cancelled: this.#cancelled.signal,
      abandoned: this.#abandoned,
    };
    if (started === undefined) {
      await this.#log.append({
        type: "STEP_STARTED",
        at,
        stepId: step.id,
        bridge: step.bridge ?? ANY_BRIDGE,
        commandId: command.commandId,
        resultsAfter: this.#deps.results.position,
      });
    } else if (document?.lane !== "job" && (!repeated || this.isCancelled || await this.#isStored(command, started))) {
      return await awaitStepCommand(this.#deps, command, started.resultsAfter ?? 0);
    }
    if (document?.lane === "job") {
      const after = started === undefined ? undefined : started.resultsAfter ?? 0;
      return await runStepJob(this.#deps, command, timeoutMs, after);
    }
    return await runStepCommand(this.#deps, command);
  }

  async #isStored({ step, commandId }: StepCommand, started: StepRun): Promise<boolean> {
    const where = { commandId, after: started.resultsAfter ?? 0, signal: this.#abandoned };
    return await this.#deps.results.find(step, where) !== undefined;
  }

  async #record(step: Step, outcome: StepOutcome): Promise<void> {
    const of = { at: Date.now(), stepId: step.id };
    if (outcome.status === "cancelled") return await this.#endCancelled(step);
    if (outcome.status === "failed") {
      const { problem } = outcome;
      log.warn("step {step} failed: {code}: {detail}", { step: step.id, code: problem.code, detail: problem.detail });
      return await this.#end(step, "failed", { type: "STEP_ERROR", ...of, problem });
    }
    const { bridge, value, durationMs } = outcome;
    try {
      await this.#end(step, "succeeded", { type: "STEP_FINISHED", ...of, bridge, value, durationMs });
      this.#results.set(step.id, value);
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "PAYLOAD_TOO_LARGE") throw error;
      // it was done, but what came of it is not kept: later steps cannot have it
      const problem = toProblem(error, this.#run.correlationId);
      await this.#end(step, "failed", { type: "STEP_ERROR", ...of, problem });
    }
  }
}

const asError = ({ code, detail }: Problem) => new PatchbayError(code, detail);
