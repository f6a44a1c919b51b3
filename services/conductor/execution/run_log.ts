/**
 * The writer's end of a run's log: one writer at a time, all in order. While a message is on its way to the stream, the
 * transitions that come wait, and are stored together with the next one: a run of many steps pays for few receipts.
 */
import { type Bus, publish } from "@patchbay/bus";
import {
  ConflictError,
  envelope,
  type EnvelopeOf,
  type Id,
  MAX_EVENTS_TOGETHER,
  PatchbayError,
  type RunEvent,
  type RunLogEntry,
  subjects,
  UnavailableError,
} from "@patchbay/contracts";
import { setImmediate } from "node:timers/promises";
import { readRunLog } from "./run_log_reader.ts";

export interface RunLogOptions {
  bus: Bus;
  runId: Id;
  correlationId: Id;
  /** The sequence of its last message; 0 for a log that does not exist yet. */
  last: number;
  /** Ends the writing: the lease is lost, or the conductor leaves. */
  signal: AbortSignal;
  /** Somebody else asked for the end of the run. */
  onCancelRequested(event: RunEvent & { type: "RUN_CANCEL_REQUESTED" }): void;
}

/** What waits for its turn: an event, or a look at what others have written. */
interface Waiting {
  event?: RunEvent;
  bytes: number;
  resolve(): void;
  reject(reason: unknown): void;
}

/** Of a message, for its headers and its envelope, in bytes. */
const ENVELOPE_BYTES = 4 * 1024;
const encoder = new TextEncoder();

export class RunLog {
  readonly #options: RunLogOptions;
  #waiting: Waiting[] = [];
  #last: number;
  #working = false;
  #broken: { error: unknown } | undefined;

  constructor(options: RunLogOptions) {
    this.#options = options;
    this.#last = options.last;
  }

  /** Whether an event is small enough for a message. */
  fits(event: RunEvent): boolean {
    return sizeOf(event) <= this.#room;
  }

  /**
   * Resolves once the event is stored; while the bus is away it is tried until the signal fires. What is appended before a
   * receipt is there is stored in this order, or not at all: after the first that could not be stored, no other is.
   * @throws {PatchbayError} `LEASE_LOST` when another conductor writes this log, `PAYLOAD_TOO_LARGE`, `STORAGE_FULL`
   */
  append(event: RunEvent): Promise<void> {
    const bytes = sizeOf(event);
    if (bytes > this.#room) {
      const what = `Cannot store ${event.type} of run '${this.#options.runId}'`;
      const error = PatchbayError.of("PAYLOAD_TOO_LARGE", `${what}: ${bytes} bytes, a message holds ${this.#room}`);
      return Promise.reject(error);
    }
    return this.#enqueue(bytes, event);
  }

  /** Looks whether somebody asked for the end of the run. */
  refresh(): Promise<void> {
    return this.#enqueue(0);
  }

  get #room(): number {
    return this.#options.bus.maxPayload - ENVELOPE_BYTES;
  }

  #enqueue(bytes: number, event?: RunEvent): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken.error);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ ...(event === undefined ? {} : { event }), bytes, resolve, reject });
    if (!this.#working) void this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    this.#working = true;
    // what follows from one another in this turn goes together: the end of a step, and the start of the next
    await setImmediate();
    while (this.#waiting.length > 0) {
      const together = this.#take();
      const events = together.flatMap(({ event }) => event ?? []);
      try {
        if (events.length > 0) await this.#store(events);
        if (together.length > events.length) await this.#catchUp(undefined);
        for (const { resolve } of together) resolve();
      } catch (error) {
        this.#broken = { error };
        for (const { reject } of [...together, ...this.#waiting.splice(0)]) reject(error);
      }
    }
    this.#working = false;
  }

  /** As much as one message holds. */
  #take(): Waiting[] {
    let bytes = 0;
    let count = 0;
    while (count < Math.min(this.#waiting.length, MAX_EVENTS_TOGETHER)) {
      bytes += this.#waiting[count]!.bytes + 1;
      if (count > 0 && bytes > this.#room) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #store(events: readonly RunEvent[]): Promise<void> {
    const { correlationId, bus, runId, signal } = this.#options;
    const payload: RunLogEntry = events.length === 1 ? events[0]! : { type: "RUN_EVENTS", events: [...events] };
    const message = envelope({ type: "event", payload, source: "conductor", correlationId });
    for (;;) {
      try {
        const condition = { signal, expectLastSubjectSequence: this.#last };
        const { seq } = await publish(bus, subjects.run(runId), message, condition);
        this.#last = seq;
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ConflictError) {
          if (await this.#catchUp(message)) return;
        } else if (!(error instanceof UnavailableError) || bus.nc.isClosed()) throw error;
      }
    }
  }

  /** Reads what others appended; whether `mine` is among it: its receipt was lost. */
  async #catchUp(mine: EnvelopeOf<RunLogEntry> | undefined): Promise<boolean> {
    const { bus, runId, signal, onCancelRequested } = this.#options;
    let found = false;
    for (const { seq, id, events } of await readRunLog(bus, runId, { from: this.#last + 1, signal })) {
      if (id === mine?.id) found = true;
      else {
        for (const event of events) {
          if (event.type !== "RUN_CANCEL_REQUESTED") {
            throw new PatchbayError("LEASE_LOST", `Cannot go on with run '${runId}': another conductor has it`);
          }
          onCancelRequested(event);
        }
      }
      this.#last = seq;
    }
    return found;
  }
}

/** In bytes, as it travels. */
function sizeOf(event: RunEvent): number {
  const text = JSON.stringify(event);
  // most are small, and need no encoding to know that
  return text.length * 3 <= 4_096 ? text.length * 3 : encoder.encode(text).length;
}
