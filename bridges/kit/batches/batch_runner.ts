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
import { type BegunEntry, commandFingerprint, type FoundEntry, type PackedMessage } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import type { Session } from "../application.ts";
import { type Claim, type Claims, sentTo } from "../claims.ts";
import type { CommandQueue } from "../command_queue.ts";
import { DeadlineTimer } from "../deadline_timer.ts";
import type { ExecutionJournal } from "../execution_journal.ts";
import { type Outcome, RememberedResults } from "../remembered_results.ts";
import { BatchExecution, type BatchExecutionOptions } from "./batch_execution.ts";
import { checkBatch, type CheckedCommand } from "./check_batch.ts";

export interface BatchRunnerOptions<S>
  extends Pick<BatchExecutionOptions<S>, "manifest" | "bridge" | "application" | "fit" | "progress" | "onResult"> {
  allowCode: boolean;
  queue: CommandQueue;
  claims: Claims;
  journal: ExecutionJournal;
  /** What the ledger has to keep of a batch that is done. Resolves once it is stored or refused; `false` where the bridge ends first. */
  onCompleted(completion: PackedMessage): Promise<boolean>;
  /** A batch that may have changed the application is over. */
  onChanged(): void;
  /** The application begins with a batch; it has done with it when what this gives is disposed. */
  onBegun(batch: EnvelopeOf<unknown>): Disposable;
  /** After its deadline or its cancellation, a command may block the application for so long, in milliseconds. @default 60_000 */
  stuckMs?: number;
}

interface Work {
  message: EnvelopeOf<Batch>;
  commands: readonly CheckedCommand[];
  /** What the ledger knows it by. */
  key: string;
  args: Pick<Batch, "commands" | "onError">;
  /** Whether it only reads: then the ledger need not know of it. */
  reads: boolean;
  /** Milliseconds since 1970. */
  deadline: number;
}

/** A batch that waits or runs. */
interface Attempt {
  /** Ends it while it waits. */
  readonly waiting: AbortController;
  /** Somebody cancels it. */
  readonly cancelled: AbortController;
  entry?: BegunEntry;
  /** What another bridge process had that is gone. */
  abandoned?: FoundEntry | undefined;
}

type Turn = { kind: "done"; value: BatchResult } | Exclude<Claim, { kind: "begun" }>;

const log = logger("bridge");
const STUCK_MS = 60_000;
/** What a batch is called where commands have names. */
const BATCH = "batch";

export class BatchRunner<S> {
  readonly #options: BatchRunnerOptions<S>;
  readonly #remembered = new RememberedResults();
  readonly #active = new Map<Id, Attempt>();
  #document: ManifestDocument | undefined;

  constructor(options: BatchRunnerOptions<S>) {
    this.#options = options;
  }

  /**
   * Answers once the batch is done with, whether or not all of it succeeded.
   * @param deadline the caller's, in milliseconds since 1970
   * @throws {PatchbayError} where nothing of it was begun: `INVALID_ARGUMENTS`, `UNKNOWN_COMMAND`, `CODE_DISABLED`,
   *   `APP_NOT_CONNECTED`, `APP_BUSY`, `CANCELLED`, `DEADLINE_EXCEEDED`, `CONFLICT`; `OUTCOME_UNKNOWN` where it was, by a
   *   bridge process that is gone
   */
  async run(message: EnvelopeOf<Batch>, deadline?: number): Promise<BatchResult> {
    const { payload, id } = message;
    const commands = this.#check(payload);
    const { idempotencyKey: key = id, onError } = payload;
    const args = { commands: payload.commands, onError };
    const reads = commands.every(({ definition }) => definition.effect === "read");
    const work: Work = { message, commands, key, args, reads, deadline: deadlineOf(payload, commands, deadline) };
    const { outcome, repeated } = this.#remembered.once(key, { command: BATCH, args, reads }, async () => {
      const made = await this.#outcome(work);
      void this.#keep(made, id);
      return made;
    });
    if (repeated) log.info("batch {id} came again: it is answered with the first result", { id });
    const { result } = await outcome;
    if (!result.ok) throw fromProblem(result.problem);
    return BatchResult.parse(result.value);
  }

  /** Until it is stored, whoever comes after this process has to know of the batch. */
  async #keep({ completion }: Outcome, id: Id): Promise<void> {
    const { onCompleted, journal } = this.#options;
    if (completion === undefined || await onCompleted(completion)) journal.end(id);
  }

  /** Cancels a batch: at once while it waits; else the command that runs is told, and the rest is left out. */
  cancel(id: Id, reason?: string): void {
    const why = reason === undefined ? "" : `: ${reason}`;
    this.#active.get(id)?.cancelled.abort(new PatchbayError("CANCELLED", `The batch was cancelled${why}`));
  }

  /** Cancels everything. */
  cancelAll(reason: string): void {
    for (const id of this.#active.keys()) this.cancel(id, reason);
  }

  /** Batches are taken by the endpoint, and it has to say when no more are. */
  start(): void {}

  /** The endpoint waits for those that run. */
  drain(): Promise<void> {
    return Promise.resolve();
  }

  #check(batch: Batch): CheckedCommand[] {
    const { manifest, allowCode, application: { session } } = this.#options;
    const document = () => this.#document ??= manifestDocument(manifest);
    // without an application nothing is begun, whatever it can do
    const groups = session === undefined || session.adapter.group !== undefined;
    return checkBatch(batch, { manifest, document, allowCode, groups });
  }

  async #outcome(work: Work): Promise<Outcome> {
    const attempt: Attempt = { waiting: new AbortController(), cancelled: new AbortController() };
    this.#active.set(work.message.id, attempt);
    try {
      const turn = await this.#turns(work, attempt);
      if (turn.kind === "known") return { started: true, result: turn.result, found: { bridge: turn.bridge } };
      if (turn.kind === "settled") return { started: true, result: turn.result, exhausted: turn.exhausted };
      const { value } = turn;
      const { startedAt, durationMs } = value;
      const result: Result = { ...this.#facts(work, startedAt, durationMs), ok: true, value };
      return { started: true, result, completion: attempt.entry?.complete(result) };
    } catch (error) {
      if (attempt.entry !== undefined) await this.#options.claims.release(attempt.entry);
      const result = this.#failure(work, error);
      return { started: false, result: { ...result, problem: notBegun(result.problem) } };
    } finally {
      this.#active.delete(work.message.id);
    }
  }

  /** Its turn; while another bridge has the batch, it waits for what becomes of it there. */
  async #turns(work: Work, attempt: Attempt): Promise<Exclude<Turn, { kind: "elsewhere" }>> {
    const { waiting, cancelled } = attempt;
    using _deadline = new DeadlineTimer(work.deadline, () => waiting.abort(tooLate()));
    cancelled.signal.addEventListener("abort", () => waiting.abort(cancelled.signal.reason), { once: true });
    for (;;) {
      const turn = await this.#turn(work, attempt);
      if (turn.kind !== "elsewhere") return turn;
      attempt.abandoned = await this.#options.claims.changed(turn.found, waiting.signal);
    }
  }

  /** Waits for its turn, and has it; the answer may come before the turn is over. */
  async #turn(work: Work, attempt: Attempt): Promise<Turn> {
    const { queue, application } = this.#options;
    const session = application.connected();
    const { signal } = attempt.waiting;
    const lost = () => attempt.waiting.abort(session.lost.reason);
    session.lost.addEventListener("abort", lost, { once: true });
    const answer = Promise.withResolvers<Turn>();
    const { priority } = work.message.payload;
    queue.enqueue(() => this.#haveTurn(work, attempt, session, answer), { priority, signal }).catch(answer.reject);
    return await answer.promise.finally(() => session.lost.removeEventListener("abort", lost));
  }

  async #haveTurn(
    work: Work,
    attempt: Attempt,
    session: Session<S>,
    answer: PromiseWithResolvers<Turn>,
  ): Promise<void> {
    const { claims, journal, onChanged, stuckMs = STUCK_MS } = this.#options;
    const { message, commands, deadline } = work;
    const claim = await this.#claim(work, attempt);
    if (claim !== undefined && claim.kind !== "begun") return answer.resolve(claim);
    if (claim !== undefined) attempt.entry = claim.entry;
    // both may have changed while the ledger was asked
    attempt.waiting.signal.throwIfAborted();
    claims.checkFence(BATCH);
    const execution = new BatchExecution({
      ...this.#options,
      session,
      message,
      commands,
      deadline,
      signal: attempt.cancelled.signal,
      checkFence: (name) => claims.checkFence(name),
      stuckMs,
    });
    execution.answer.then((value) => answer.resolve({ kind: "done", value }), answer.reject);
    using _begun = this.#options.onBegun(message);
    if (claim === undefined) return await execution.run();
    journal.begin(this.#executing(work, claim.entry));
    await execution.run();
    if (execution.changes) onChanged();
  }

  /** Nothing for a batch that only reads. */
  async #claim(work: Work, { abandoned }: Attempt): Promise<Claim | undefined> {
    const { claims, manifest: { app }, bridge } = this.#options;
    const { message: { id }, key, args, reads } = work;
    if (reads) return undefined;
    return await claims.claim({
      sentTo: sentTo(work.message, app, bridge),
      key,
      commandId: id,
      command: BATCH,
      fingerprint: commandFingerprint({ command: BATCH, args }),
      idempotent: isIdempotent(work),
      redelivered: false,
      abandoned,
    }, (error) => this.#failure(work, error));
  }

  #executing(work: Work, { key }: BegunEntry) {
    const { id, metadata: { correlationId, source } } = work.message;
    return { key, commandId: id, command: BATCH, correlationId, source, idempotent: isIdempotent(work) };
  }

  #failure(work: Work, error: unknown): Extract<Result, { ok: false }> {
    const { id, metadata: { correlationId } } = work.message;
    if (!(error instanceof PatchbayError)) log.error("batch {id} failed: {error}", { id, error });
    return { ...this.#facts(work, Date.now(), 0), ok: false, problem: toProblem(error, correlationId) };
  }

  #facts({ message: { id } }: Work, startedAt: number, durationMs: number) {
    const { manifest: { app }, bridge } = this.#options;
    return { commandId: id, app, bridge, command: BATCH, startedAt, durationMs };
  }
}

const isIdempotent = ({ commands }: Work) => commands.every(({ definition }) => definition.idempotent);

const tooLate = () =>
  new PatchbayError("DEADLINE_EXCEEDED", "Cannot run the batch in time: it still waited for its turn");

const notBegun = (problem: Problem): Problem => ({ ...problem, context: { ...problem.context, started: false } });

function deadlineOf({ timeoutMs }: Batch, commands: readonly CheckedCommand[], deadline: number | undefined): number {
  const own = timeoutMs ?? (deadline === undefined ? sum(commands) : undefined);
  return Math.min(deadline ?? Infinity, own === undefined ? Infinity : Date.now() + own);
}

const sum = (commands: readonly CheckedCommand[]) =>
  Math.min(MAX_TIMEOUT_MS, commands.reduce((total, { timeoutMs }) => total + timeoutMs, 0));
