/** Batches from their arrival to their answer: checked whole, one item of the queue, run once an idempotency key. */
import {
  type Batch,
  BatchResult,
  type EnvelopeOf,
  fromProblem,
  type Id,
  type ManifestDocument,
  manifestDocument,
  MAX_TIMEOUT_MS,
  PatchbayError,
  type Problem,
  type Result,
  toProblem,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { CommandQueue } from "../command_queue.ts";
import { DeadlineTimer } from "../deadline_timer.ts";
import { type Outcome, RememberedResults } from "../remembered_results.ts";
import { BatchExecution, type BatchExecutionOptions } from "./batch_execution.ts";
import { checkBatch, type CheckedCommand } from "./check_batch.ts";

export interface BatchRunnerOptions<S> extends
  Pick<
    BatchExecutionOptions<S>,
    "manifest" | "bridge" | "application" | "mayAct" | "fit" | "progress" | "onResult"
  > {
  allowCode: boolean;
  queue: CommandQueue;
  /** A batch that may have changed the application is over. */
  onChanged(): void;
  /** After its deadline or its cancellation, a command may block the application for so long, in milliseconds. @default 60_000 */
  stuckMs?: number;
}

interface Work {
  message: EnvelopeOf<Batch>;
  commands: readonly CheckedCommand[];
  /** Milliseconds since 1970. */
  deadline: number;
}

const log = logger("bridge");
const STUCK_MS = 60_000;
/** What the ledger knows a batch as. */
const BATCH = "batch";

export class BatchRunner<S> {
  readonly #options: BatchRunnerOptions<S>;
  readonly #remembered = new RememberedResults();
  readonly #active = new Map<Id, AbortController>();
  #document: ManifestDocument | undefined;

  constructor(options: BatchRunnerOptions<S>) {
    this.#options = options;
  }

  /**
   * Answers once the batch is done with, whether or not all of it succeeded.
   * @param deadline the caller's, in milliseconds since 1970
   * @throws {PatchbayError} where nothing of it was begun: `INVALID_ARGUMENTS`, `UNKNOWN_COMMAND`, `CODE_DISABLED`,
   *   `APP_NOT_CONNECTED`, `APP_BUSY`, `CANCELLED`, `DEADLINE_EXCEEDED`, `CONFLICT`
   */
  async run(message: EnvelopeOf<Batch>, deadline?: number): Promise<BatchResult> {
    const { payload, id } = message;
    const commands = this.#check(payload);
    const once = {
      command: BATCH,
      args: { commands: payload.commands, onError: payload.onError },
      reads: commands.every(({ definition }) => definition.effect === "read"),
    };
    const work = { message, commands, deadline: deadlineOf(payload, commands, deadline) };
    const { outcome, repeated } = this.#remembered.once(
      payload.idempotencyKey ?? id,
      once,
      () => this.#outcome(work),
    );
    if (repeated) log.info("batch {id} came again: it is answered with the first result", { id });
    const { result } = await outcome;
    if (!result.ok) throw fromProblem(result.problem);
    return BatchResult.parse(result.value);
  }

  /** Cancels a batch: at once while it waits; else the command that runs is told, and the rest is left out. */
  cancel(id: Id, reason?: string): void {
    const why = reason === undefined ? "" : `: ${reason}`;
    this.#active.get(id)?.abort(new PatchbayError("CANCELLED", `The batch was cancelled${why}`));
  }

  /** Batches are taken by the endpoint, and it has to say when no more are. */
  start(): void {}

  /** The endpoint waits for those that run. */
  drain(): Promise<void> {
    return Promise.resolve();
  }

  /** Cancels everything. */
  cancelAll(reason: string): void {
    for (const id of this.#active.keys()) this.cancel(id, reason);
  }

  #check(batch: Batch): CheckedCommand[] {
    const { manifest, allowCode, application: { session } } = this.#options;
    const document = () => this.#document ??= manifestDocument(manifest);
    // without an application nothing is begun, whatever it can do
    const groups = session === undefined || session.adapter.group !== undefined;
    return checkBatch(batch, { manifest, document, allowCode, groups });
  }

  async #outcome(work: Work): Promise<Outcome> {
    const { manifest: { app }, bridge } = this.#options;
    const { id, metadata: { correlationId } } = work.message;
    const facts = { commandId: id, app, bridge, command: BATCH };
    try {
      const value = await this.#turn(work);
      const { startedAt, durationMs } = value;
      return { started: true, result: { ...facts, startedAt, durationMs, ok: true, value } };
    } catch (error) {
      if (!(error instanceof PatchbayError)) log.error("batch {id} failed: {error}", { id, error });
      const result: Result = {
        ...facts,
        startedAt: Date.now(),
        durationMs: 0,
        ok: false,
        problem: notBegun(toProblem(error, correlationId)),
      };
      return { started: false, result };
    }
  }

  /** Waits for its turn, and has it. */
  async #turn({ message, commands, deadline }: Work): Promise<BatchResult> {
    const { queue, application, onChanged, stuckMs = STUCK_MS } = this.#options;
    const session = application.connected();
    const controller = new AbortController();
    const { signal } = controller;
    const execution = new BatchExecution({
      ...this.#options,
      session,
      message,
      commands,
      deadline,
      signal,
      stuckMs,
    });
    const waiting = new AbortController();
    const stopWaiting = () => waiting.abort(signal.aborted ? signal.reason : session.lost.reason);
    const timer = new DeadlineTimer(deadline, () =>
      waiting.abort(
        new PatchbayError("DEADLINE_EXCEEDED", "Cannot run the batch in time: it still waited for its turn", {
          context: { started: false },
        }),
      ));
    signal.addEventListener("abort", stopWaiting, { once: true });
    session.lost.addEventListener("abort", stopWaiting, { once: true });
    this.#active.set(message.id, controller);
    const answer = Promise.withResolvers<BatchResult>();
    const turn = queue.enqueue(async () => {
      timer[Symbol.dispose]();
      execution.answer.then(answer.resolve, answer.reject);
      await execution.run();
      if (execution.changes) onChanged();
    }, { priority: message.payload.priority, signal: waiting.signal });
    turn.catch(answer.reject).finally(() => {
      timer[Symbol.dispose]();
      session.lost.removeEventListener("abort", stopWaiting);
      this.#active.delete(message.id);
    });
    return await answer.promise;
  }
}

function deadlineOf({ timeoutMs }: Batch, commands: readonly CheckedCommand[], deadline: number | undefined): number {
  const own = timeoutMs ?? (deadline === undefined ? sum(commands) : undefined);
  return Math.min(deadline ?? Infinity, own === undefined ? Infinity : Date.now() + own);
}

const notBegun = (problem: Problem): Problem => ({ ...problem, context: { ...problem.context, started: false } });

const sum = (commands: readonly CheckedCommand[]) =>
  Math.min(MAX_TIMEOUT_MS, commands.reduce((total, { timeoutMs }) => total + timeoutMs, 0));
