/** The runs that this conductor has: each under a lease, begun here or taken over from one that died. */
import { acquireLease, type Lease, send } from "@patchbay/bus";
import {
  type Cancel,
  ConflictError,
  type EndStatus,
  envelope,
  foldRunEvents,
  type Id,
  isOver,
  PatchbayError,
  type Run,
  type RunEvent,
  subjects,
} from "@patchbay/contracts";
import {
  ATTRIBUTES,
  extractTrace,
  injectTrace,
  logger,
  span,
  type SpanOptions,
  withCorrelation,
} from "@patchbay/telemetry";
import { setTimeout as wait } from "node:timers/promises";
import { Execution, type ExecutionDeps } from "./execution.ts";
import type { PlanStore } from "../plan_store.ts";
import { findAnotherWay, isPaused, type ReplanningDeps, untilAllowed } from "./replanning.ts";
import { RunLog } from "./run_log.ts";
import { readRun, readRunLog, readRunStart } from "./run_log_reader.ts";
import { untilItWorks } from "../until_it_works.ts";

export interface RunsOptions extends ExecutionDeps, Pick<ReplanningDeps, "decide"> {
  plans: PlanStore;
  /** A run that has its plan and no log: whoever was to begin it died. */
  neverBegan(runId: Id): Promise<void>;
  /** An undo or a redo has ended. */
  tookBack(run: Pick<Run, "kind" | "of">, signal: AbortSignal): Promise<void>;
  /** Who holds the leases, for a person who looks. */
  owner: string;
  /** How long a run stays with a conductor that died, in milliseconds. */
  leaseTtlMs: number;
  /** Fires when the conductor leaves: its runs stay where they are, for the next. */
  signal: AbortSignal;
}

/** What the log of a run begins with. */
export type RunStart = Pick<
  Extract<RunEvent, { type: "RUN_STARTED" }>,
  "runId" | "plan" | "correlationId" | "kind" | "of" | "by" | "approvals" | "trigger" | "chain"
>;

interface Active {
  /** Another one with each plan that the run gets. */
  execution: Execution;
  runLog: RunLog;
  /** Fires when the run is to be cancelled, whether or not anything of it is under way. */
  cancelled: AbortController;
  /** Resolves when this conductor has nothing to do with the run any more. */
  done: Promise<void>;
}

/** A run that failed here is not tried again before, in milliseconds. */
const FAILURE_PAUSE_MS = 2_000;
const log = logger("conductor");

export class Runs {
  readonly #options: RunsOptions;
  readonly #active = new Map<Id, Active>();

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  /**
   * Begins a run; resolves once its log has begun.
   * @param given its lease, where whoever begins it has it already
   * @throws {ConflictError} another conductor has it
   */
  async begin(start: RunStart, given?: Lease): Promise<void> {
    const { plans, signal } = this.#options;
    const { runId, plan } = start;
    const lease = given ?? await this.lease(runId);
    if (lease === undefined) {
      throw new ConflictError("CONFLICT", `Cannot begin run '${runId}': another conductor has it`);
    }
    const { promise: begun, resolve, reject } = Promise.withResolvers<void>();
    const started = { type: "RUN_STARTED", at: Date.now(), ...start } as const;
    const run = foldRunEvents([started])!;
    this.#launch(run, 0, lease, {}, async (runLog) => {
      try {
        const headers: Record<string, string> = {};
        injectTrace(headers);
        const { traceparent } = headers;
        await runLog.append(traceparent === undefined ? started : { ...started, traceparent });
        resolve();
      } catch (error) {
        // a lease that was lost leaves it to the next conductor to find out what the log has
        const lost = error instanceof PatchbayError && error.code === "LEASE_LOST";
        if (!signal.aborted && !lost && start.of === undefined) await plans.settle(plan.id, runId, "validated");
        reject(error);
        throw error;
      }
    });
    await begun;
  }

  /** Goes on with a run whose conductor died; does nothing when it is over, or somebody else has it. */
  async takeOver(runId: Id): Promise<void> {
    const { bus, signal } = this.#options;
    // a lease that was lost is seen here too: the run must have left before it can come back
    await this.#active.get(runId)?.done;
    const last = (await readRunLog(bus, runId, { from: "last-per-subject", signal })).at(-1);
    if (last === undefined) return await this.#options.neverBegan(runId);
    if (this.#active.has(runId)) return;
    const end = last.events.at(-1);
    if (end?.type === "RUN_FINISHED") return await this.#settleEnded(runId, end.status);
    const lease = await this.lease(runId);
    if (lease === undefined) return;
    const found = await readRun(bus, runId, signal);
    if (found === undefined || isOver(found.run)) return await lease[Symbol.asyncDispose]();
    const { run, last: seq } = found;
    log.warn("run {run} is taken over", { run: runId, correlationId: run.correlationId });
    const parent = extractTrace((name) => name === "traceparent" ? run.traceparent : undefined);
    withCorrelation(run.correlationId, () => this.#launch(run, seq, lease, { parent }));
  }

  /**
   * Asks for the end of a run, whichever conductor has it; resolves once the log says so.
   * @throws {PatchbayError} `NOT_FOUND`
   * @throws {ConflictError} it has ended otherwise
   */
  async cancel(runId: Id, reason: string | undefined, signal: AbortSignal): Promise<void> {
    const { bus } = this.#options;
    while (!await this.cancelHere(runId, reason)) {
      const found = await readRun(bus, runId, signal);
      if (found === undefined) throw notFound(runId);
      const { run, last } = found;
      if (run.status === "cancelled" || (!isOver(run) && run.cancelRequestedAt !== undefined)) return;
      if (isOver(run)) {
        throw new ConflictError("CONFLICT", `Cannot cancel run '${runId}': it has ${run.status}`, {
          context: { status: run.status },
        });
      }
      // whoever has the run hears it now, or finds it in the log when it appends next
      const { correlationId } = run;
      const payload: Cancel = { commandId: runId, ...(reason === undefined ? {} : { reason }) };
      send(bus, subjects.cancel(runId), envelope({ type: "command", payload, source: "conductor", correlationId }));
      if (await this.#appendCancel(run, last, reason, signal)) return;
    }
  }

  /** Ends a run that is here; whether it is. */
  async cancelHere(runId: Id, reason: string | undefined): Promise<boolean> {
    const active = this.#active.get(runId);
    if (active === undefined || active.execution.isOver) return false;
    await active.runLog.refresh();
    if (active.execution.isOver) return false;
    if (!active.execution.isCancelled) await active.runLog.append(cancelRequested(reason));
    cancelNow(active);
    return true;
  }

  /** The run as its log leaves it. @throws {PatchbayError} `NOT_FOUND` */
  async get(runId: Id, signal: AbortSignal): Promise<Run> {
    const found = await readRun(this.#options.bus, runId, signal);
    if (found === undefined) throw notFound(runId);
    return found.run;
  }

  /** Whether it has a log. */
  async hasBegun(runId: Id): Promise<boolean> {
    const { bus, signal } = this.#options;
    return (await readRunLog(bus, runId, { from: "last-per-subject", signal })).length > 0;
  }

  /** Resolves once this conductor has no runs; they end, or its signal has fired. */
  async idle(): Promise<void> {
    while (this.#active.size > 0) await Promise.all([...this.#active.values()].map(({ done }) => done));
  }

  /** Whether it could be appended: if not, the log has grown meanwhile. */
  async #appendCancel(
    { id: runId, correlationId }: Run,
    last: number,
    reason: string | undefined,
    signal: AbortSignal,
  ) {
    const { bus } = this.#options;
    const runLog = new RunLog({ bus, runId, correlationId, last, signal, onCancelRequested: () => {} });
    try {
      await runLog.append(cancelRequested(reason));
      return true;
    } catch (error) {
      if (error instanceof PatchbayError && error.code === "LEASE_LOST") return false;
      throw error;
    }
  }

  /** Who has it writes the log of the run; `undefined` when that is somebody else. */
  lease(runId: Id): Promise<Lease | undefined> {
    const { bus, owner, leaseTtlMs, signal } = this.#options;
    return acquireLease(bus, `run.${runId}`, { owner, ttlMs: leaseTtlMs, signal });
  }

  #launch(
    run: Run,
    last: number,
    lease: Lease,
    options: Pick<SpanOptions, "parent">,
    before: (runLog: RunLog) => Promise<void> = () => Promise.resolve(),
  ): void {
    const { id, correlationId, plan } = run;
    const signal = AbortSignal.any([lease.lost, this.#options.signal]);
    const runLog = new RunLog({
      bus: this.#options.bus,
      runId: id,
      correlationId,
      last,
      signal,
      onCancelRequested: () => cancelNow(active),
    });
    const execution = new Execution(this.#options, run, runLog, signal);
    const active: Active = { execution, runLog, cancelled: new AbortController(), done: Promise.resolve() };
    const attributes = {
      [ATTRIBUTES.genAiOperation]: "invoke_workflow",
      [ATTRIBUTES.genAiWorkflow]: "plan",
      [ATTRIBUTES.runId]: id,
      [ATTRIBUTES.planId]: plan.id,
    };
    const work = span("invoke_workflow plan", { ...options, attributes }, async (span) => {
      await before(runLog);
      const status = await this.#work(run, active, signal);
      span.setAttribute(ATTRIBUTES.outcome, status);
      await untilItWorks(() => this.#settle(run, status), signal);
      log.info("run {run} has {status}", { run: id, status });
    });
    active.done = work.catch((error) => this.#leave(id, error, signal)).then(() => lease[Symbol.asyncDispose]())
      .catch((error) => log.error("run {run} could not be left: {error}", { run: id, error }))
      .finally(() => this.#active.delete(id));
    this.#active.set(id, active);
  }

  /** To the end, on whatever ways: each new plan is gone on with as whoever takes the run over would. */
  async #work(run: Run, active: Active, abandoned: AbortSignal): Promise<EndStatus> {
    const { runLog, cancelled } = active;
    const resting = { log: runLog, cancelled: cancelled.signal, abandoned };
    const now = async () => (await readRun(this.#options.bus, run.id, abandoned))?.run ?? run;
    let noOtherWay: string | undefined;
    for (let seen = run;; seen = await now()) {
      if (await isPaused(seen)) {
        log.info("run {run} waits for leave to go on", { run: run.id });
        await untilAllowed(this.#options, { ...resting, run: seen });
        seen = await now();
      }
      if (seen !== run) active.execution = new Execution(this.#options, seen, runLog, abandoned, noOtherWay);
      if (cancelled.signal.aborted) active.execution.cancel();
      const ended = await active.execution.work();
      if (typeof ended === "string") return ended;
      const reason = await findAnotherWay(this.#options, { ...resting, run: await now() }, ended.failed);
      // a run that is cancelled meanwhile ends as that
      noOtherWay = cancelled.signal.aborted ? undefined : reason;
      if (reason !== undefined) {
        log.warn("run {run} finds no other way after step {step}: {reason}", {
          run: run.id,
          step: ended.failed,
          reason,
        });
      }
    }
  }

  /** Whoever ended it may have died before its plan's record said so; where it does, nothing changes. */
  async #settleEnded(runId: Id, status: EndStatus): Promise<void> {
    const begun = await readRunStart(this.#options.bus, runId, this.#options.signal);
    const run = begun === undefined ? undefined : foldRunEvents([begun]);
    if (run !== undefined) await this.#settle(run, status);
  }

  /** Says on the plan's record how the run ended. */
  async #settle(run: Run, status: EndStatus): Promise<void> {
    const { plans, tookBack, signal } = this.#options;
    if (run.of === undefined) await plans.settle(run.plan.id, run.id, status);
    else await tookBack(run, signal);
  }

  /** The run stays as its log has it. Whoever gets the lease next goes on with it: maybe this one, a little later. */
  async #leave(run: Id, error: unknown, signal: AbortSignal): Promise<void> {
    if (this.#options.signal.aborted) return;
    log.error("run {run} is left: {error}", { run, error: error instanceof Error ? error.message : error });
    await wait(FAILURE_PAUSE_MS, undefined, { signal }).catch(() => {});
  }
}

/** The log says so. */
function cancelNow({ execution, cancelled }: Active): void {
  cancelled.abort();
  execution.cancel();
}

function cancelRequested(reason: string | undefined): RunEvent {
  return { type: "RUN_CANCEL_REQUESTED", at: Date.now(), ...(reason === undefined ? {} : { reason }) };
}

const notFound = (runId: Id) => new PatchbayError("NOT_FOUND", `Cannot find run '${runId}'`);
