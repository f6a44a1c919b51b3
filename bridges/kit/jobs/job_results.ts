/** What a job leaves: first the ledger's word, which decides, then the result in the history. */
import {
  type Command,
  ConflictError,
  type EnvelopeOf,
  HEADERS,
  PatchbayError,
  type Result,
  subjects,
  UnavailableError,
} from "@patchbay/contracts";
import { type Job, lastMessageId, packed, type PackedMessage, resultMessageId } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import { about } from "../bridge_self.ts";
import type { Outcome } from "../remembered_results.ts";
import { type Backoff, backoffMs, pause } from "../supervision/backoff.ts";
import type { JobParts } from "./job_parts.ts";

const log = logger("bridge");
const AGAIN: Backoff = { minMs: 100, maxMs: 5_000 };
const KEY = "$KV.ledger.";

export class JobResults<S> {
  readonly #parts: JobParts<S>;

  constructor(parts: JobParts<S>) {
    this.#parts = parts;
  }

  /** Resolves once what became of the job is stored; then it may be acknowledged. */
  async keep(message: EnvelopeOf<Command>, outcome: Outcome, job: Job): Promise<void> {
    const { completion, found } = outcome;
    const result = completion === undefined ? outcome.result : await this.#decided(completion, outcome.result);
    // whoever had this very job before has stored the result, unless it died right then: and a broker that died with it
    // does not know any more that it was delivered; so may who cancelled it
    const hadIt = found?.bridge !== undefined && result.commandId === message.id && job.deliveries === 1;
    if (hadIt && await this.#isLast(result)) return;
    await this.#store(this.#resultMessage(message, result));
  }

  /** Asks the bus until it answers. @throws what it refuses; the reason of the bridge's end */
  async untilBusAnswers<T>(ask: () => Promise<T>): Promise<T> {
    for (let failures = 0;; failures++) {
      try {
        return await ask();
      } catch (error) {
        const { ended, options: { bus } } = this.#parts;
        if (!(error instanceof UnavailableError) || ended.aborted || bus.nc.isClosed()) throw error;
        await pause(backoffMs(failures, AGAIN), ended);
      }
    }
  }

  /** The result that counts: another bridge may have taken the job for lost, and have said so. */
  async #decided(completion: PackedMessage, result: Result): Promise<Result> {
    try {
      await this.#store(completion);
      return result;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const found = await this.untilBusAnswers(() => this.#parts.ledger.at(completion.subject.slice(KEY.length)));
      log.warn("{command} {commandId} was taken for lost meanwhile: its result does not count", { ...result });
      return found?.entry.status === "completed" ? found.entry.result : result;
    }
  }

  /** By way of the spool: while the bus is away, it outlives this process. */
  async #store(entry: PackedMessage): Promise<void> {
    const { spool } = this.#parts;
    spool.addPacked(entry);
    await spool.stored(entry);
  }

  /** Whether it is the last result of its command; else the stream knows one that comes again for two minutes. */
  async #isLast({ app, bridge, command, commandId }: Result): Promise<boolean> {
    const { bus } = this.#parts.options;
    try {
      const last = await this.untilBusAnswers(() => lastMessageId(bus, subjects.result(app, bridge, command)));
      return last === resultMessageId(commandId);
    } catch (error) {
      // the history of another bridge
      if (error instanceof PatchbayError && error.code === "FORBIDDEN") return false;
      throw error;
    }
  }

  /** The job's own: what another command with its key gave is its result too. */
  #resultMessage(message: EnvelopeOf<Command>, given: Result): PackedMessage {
    const { self, options: { manifest: { app }, bridge } } = this.#parts;
    const repeats = given.commandId === message.id ? {} : { repeats: given.commandId };
    const result = { ...given, ...repeats, commandId: message.id, bridge };
    const entry = packed(subjects.result(app, bridge, result.command), about(message, self, "result", result));
    entry.headers[HEADERS.messageId] = resultMessageId(message.id);
    return entry;
  }
}
