/** One job from its delivery to its acknowledgement. */
import {
  type Command,
  type EnvelopeOf,
  type ErrorCode,
  type Id,
  PatchbayError,
  type Result,
  toProblem,
} from "@patchbay/contracts";
import { commandFingerprint, type Job, jobMessageId, type LedgerFacts, type SentTo } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import type { Outcome } from "../remembered_results.ts";
import { type Backoff, backoffMs, pause } from "../supervision/backoff.ts";
import { buryUnreadable, raiseAlert } from "./dead_letter.ts";
import type { JobParts } from "./job_parts.ts";
import { JobResults } from "./job_results.ts";

const log = logger("bridge");
const LATER: Backoff = { minMs: 100, maxMs: 10_000 };
/** What did not begin for one of these reasons, begins later. */
const NOT_NOW: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "APP_NOT_CONNECTED",
  "APP_BUSY",
  "BUS_UNAVAILABLE",
  "LEASE_LOST",
  "STORAGE_FULL",
]);

export class HeldJob<S> {
  readonly #parts: JobParts<S>;
  readonly #results: JobResults<S>;
  readonly #cancelled = new AbortController();
  readonly #turnIsOver = Promise.withResolvers<void>();
  #job: Job;
  #recalled = false;
  #news = Promise.withResolvers<void>();
  /** The bridge ends, and the bus is away. */
  readonly #left = Promise.withResolvers<void>();

  constructor(parts: JobParts<S>, job: Job) {
    this.#parts = parts;
    this.#job = job;
    this.#results = new JobResults(parts);
  }

  get job(): Job {
    return this.#job;
  }

  /** Resolves once the application is done with it: the next one may begin while this one's result is stored. */
  get turnIsOver(): Promise<void> {
    return this.#turnIsOver.promise;
  }

  get commandId(): Id | undefined {
    return this.#job.content.ok ? this.#job.content.message.id : jobMessageId(this.#job);
  }

  /** The same job came again: only the last delivery can be acknowledged with certainty. */
  deliveredAgain(job: Job): void {
    this.#job.forget();
    this.#job = job;
  }

  /** The application may be there by now. */
  wake(): void {
    this.#news.resolve();
  }

  /** While it runs, the runner is told too. */
  cancel(error: PatchbayError): void {
    this.#cancelled.abort(error);
    this.wake();
  }

  /** Begins nothing more: the bridge ends. */
  recall(): void {
    this.#recalled = true;
    this.#leaveWithoutBus();
    if (this.commandId !== undefined) this.#parts.runner.recall(this.commandId);
    this.wake();
  }

  handBack(): void {
    this.#job.nak();
  }

  /** Runs it to its end, or hands it back. */
  async run(): Promise<void> {
    const { content } = this.#job;
    if (!content.ok) return buryUnreadable(this.#parts, this.#job, content.error);
    const { message } = content;
    for (let tries = 0;; tries++) {
      await this.#untilConnected();
      if (this.#recalled) return this.handBack();
      const outcome = await this.#outcome(message);
      if (this.#recalled && !outcome.started) return this.handBack();
      if (!isLater(outcome)) {
        this.#turnIsOver.resolve();
        return await this.#finish(message, outcome);
      }
      log.info("job {id} is not begun yet: {why}", { id: message.id, why: whyNot(outcome) });
      await pause(backoffMs(tries, LATER), this.#cancelled.signal);
    }
  }

  async #outcome(message: EnvelopeOf<Command>): Promise<Outcome> {
    const { signal } = this.#cancelled;
    if (signal.aborted) return { started: false, result: this.#failed(message, signal.reason) };
    const known = await this.#known(message);
    if (known !== undefined) return known;
    return await this.#parts.runner.outcome(message.payload.command, message, {
      lane: "job",
      deadline: this.#job.deadline,
      sentTo: this.#sentTo,
      redelivered: this.#job.deliveries > 1,
    });
  }

  /** A job that comes again may be done: that can be said without the application. */
  async #known(message: EnvelopeOf<Command>): Promise<Outcome | undefined> {
    if (this.#job.deliveries === 1) return undefined;
    const { ledger } = this.#parts;
    const found = await this.#results.untilBusAnswers(() => ledger.find(this.#sentTo, keyOf(message)));
    if (found?.entry.status !== "completed" || found.entry.commandId !== message.id) return undefined;
    return { started: true, result: found.entry.result, found: { bridge: found.entry.bridge } };
  }

  /** Keeps what became of it, and acknowledges it. A bridge that ends does not wait for a bus that is away: the spool has it. */
  async #finish(message: EnvelopeOf<Command>, outcome: Outcome): Promise<void> {
    using _status = this.#parts.options.bus.onStatus(() => this.#leaveWithoutBus());
    const kept = this.#keep(message, outcome);
    // it may end after nobody waits for it any more
    kept.catch((error) => log.debug("job {id} comes again: {error}", { id: message.id, error }));
    await Promise.race([kept, this.#left.promise]);
  }

  async #keep(message: EnvelopeOf<Command>, outcome: Outcome): Promise<void> {
    const settled = outcome.started ? outcome : await this.#closed(message, outcome);
    await this.#results.keep(message, settled, this.#job);
    if (settled.exhausted && !settled.result.ok) {
      raiseAlert(this.#parts, settled.result.problem, { commandId: message.id });
      return this.#job.term(settled.result.problem.detail);
    }
    try {
      await this.#job.ack(this.#parts.ended);
    } catch (error) {
      log.warn("job {id} is done, and comes again: {error}", { id: message.id, error });
    }
  }

  #leaveWithoutBus(): void {
    if (this.#recalled && !this.#parts.options.bus.connected) this.#left.resolve();
  }

  /** It ended before it began: nobody may begin it any more. */
  async #closed(message: EnvelopeOf<Command>, { result }: Outcome): Promise<Outcome> {
    const { ledger } = this.#parts;
    const facts: LedgerFacts & { result: Result } = {
      commandId: message.id,
      command: message.payload.command,
      fingerprint: commandFingerprint(message.payload),
      result,
    };
    const place = () => ledger.cancel(this.#sentTo, keyOf(message), facts);
    const outcome = await this.#results.untilBusAnswers(place);
    if (outcome.cancelled) return { started: false, result };
    const { key, entry, revision } = outcome;
    if (entry.status === "completed") return { started: true, result: entry.result, found: { bridge: entry.bridge } };
    // another command with its key is running
    if (entry.commandId !== message.id) return { started: false, result };
    const unknown = this.#failed(message, begunBefore(message.payload.command));
    const instead = await this.#results.untilBusAnswers(() => ledger.settle({ key, entry, revision }, unknown));
    if (instead?.entry.status !== "completed") return { started: true, result: unknown };
    return { started: true, result: instead.entry.result, found: { bridge: instead.entry.bridge } };
  }

  async #untilConnected(): Promise<void> {
    const { application } = this.#parts;
    while (application.session === undefined && !this.#recalled && !this.#cancelled.signal.aborted) {
      await this.#news.promise;
      this.#news = Promise.withResolvers();
    }
  }

  get #sentTo(): SentTo {
    const { app, bridge } = this.#job;
    return { app, bridge };
  }

  #failed({ id, payload, metadata }: EnvelopeOf<Command>, error: unknown): Result {
    const { manifest: { app }, bridge } = this.#parts.options;
    const problem = toProblem(error, metadata.correlationId);
    const facts = { commandId: id, app, bridge, command: payload.command, startedAt: Date.now(), durationMs: 0 };
    return { ...facts, ok: false, problem };
  }
}

/** It was begun once, and ends before it is begun again. */
const begunBefore = (command: string) =>
  new PatchbayError(
    "OUTCOME_UNKNOWN",
    `Whether ${command} happened is not known: it was begun, whoever began it was lost, and it ended before it was begun again`,
    { context: { started: true } },
  );

const keyOf = ({ id, payload }: EnvelopeOf<Command>) => payload.idempotencyKey ?? id;

/** Whether it is worth another try: it did not begin, or may be done again. */
function isLater({ started, forget, found, result }: Outcome): boolean {
  if (found !== undefined || result.ok || !NOT_NOW.has(result.problem.code)) return false;
  return !started || forget === true;
}

const whyNot = ({ result }: Outcome) => result.ok ? "" : result.problem.detail;
