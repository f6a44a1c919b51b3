/** The log of one run on `patchbay.v1.run.<runId>`: appended by one writer at a time, read by whoever likes. */
import { type Bus, publish, readStream } from "@patchbay/bus";
import {
  ConflictError,
  envelope,
  type EnvelopeOf,
  type Id,
  PatchbayError,
  RunEvent,
  subjects,
  UnavailableError,
} from "@patchbay/contracts";

export interface LogEntry {
  seq: number;
  id: Id;
  event: RunEvent;
}

/** The events of a run from sequence `from` on. */
export async function readRunLog(
  bus: Bus,
  runId: Id,
  { from = "start", signal }: { from?: "start" | "last-per-subject" | number; signal: AbortSignal },
): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  const options = { subject: subjects.run(runId), payload: RunEvent, from, follow: false, signal };
  for await (const { seq, message } of readStream(bus, "RUNS", options)) {
    entries.push({ seq, id: message.id, event: message.payload });
  }
  signal.throwIfAborted();
  return entries;
}

export interface RunLogOptions {
  bus: Bus;
  runId: Id;
  correlationId: Id;
  /** The sequence of its last event; 0 for a log that does not exist yet. */
  last: number;
  /** Ends the writing: the lease is lost, or the conductor leaves. */
  signal: AbortSignal;
  /** Somebody else asked for the end of the run. */
  onCancelRequested(event: RunEvent & { type: "RUN_CANCEL_REQUESTED" }): void;
}

/** The writer's end. Appends in order; the expected sequence refuses whoever is not the only writer. */
export class RunLog {
  readonly #options: RunLogOptions;
  #last: number;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: RunLogOptions) {
    this.#options = options;
    this.#last = options.last;
  }

  /**
   * Resolves once the event is stored; while the bus is away it is tried until the signal fires.
   * @throws {PatchbayError} `LEASE_LOST` when another conductor writes this log, `PAYLOAD_TOO_LARGE`, `STORAGE_FULL`
   */
  append(event: RunEvent): Promise<void> {
    const { correlationId } = this.#options;
    const message = envelope({ type: "event", payload: event, source: "conductor", correlationId });
    const appended = this.#tail.then(() => this.#append(message));
    this.#tail = appended.catch(() => {});
    return appended;
  }

  /** Looks whether somebody asked for the end of the run. */
  refresh(): Promise<void> {
    const refreshed = this.#tail.then(() => this.#catchUp(undefined));
    this.#tail = refreshed.catch(() => {});
    return refreshed.then(() => undefined);
  }

  async #append(message: EnvelopeOf<RunEvent>): Promise<void> {
    const { bus, runId, signal } = this.#options;
    for (;;) {
      try {
        const { seq } = await publish(bus, subjects.run(runId), message, {
          signal,
          expectLastSubjectSequence: this.#last,
        });
        this.#last = seq;
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof ConflictError) {
          if (await this.#catchUp(message.id)) return;
        } else if (!(error instanceof UnavailableError) || bus.nc.isClosed()) throw error;
      }
    }
  }

  /** Reads what others appended; whether `mine` is among it: its receipt was lost. */
  async #catchUp(mine: Id | undefined): Promise<boolean> {
    const { bus, runId, signal, onCancelRequested } = this.#options;
    let found = false;
    for (const { seq, id, event } of await readRunLog(bus, runId, { from: this.#last + 1, signal })) {
      if (id === mine) found = true;
      else if (event.type === "RUN_CANCEL_REQUESTED") onCancelRequested(event);
      else throw new PatchbayError("LEASE_LOST", `Cannot go on with run '${runId}': another conductor has it`);
      this.#last = seq;
    }
    return found;
  }
}
