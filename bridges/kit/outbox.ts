/** What goes into the streams: in order, repeated with the same id while the bus is away, and bounded. */
import { AsyncLocalStorage } from "node:async_hooks";
import { encodeEnvelope, type EnvelopeOf, PatchbayError } from "@patchbay/contracts";
import { type Bus, publish } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";

interface Entry {
  subject: string;
  message: EnvelopeOf<unknown>;
  bytes: number;
  /** Of whoever added it: the trace that the message carries. */
  inContext<R>(run: () => R): R;
}

const MAX_ENTRIES = 10_000;
/** So many are on their way at once. */
const BATCH = 32;
const MAX_BYTES = 64 * 1024 * 1024;
const log = logger("bridge");

export class Outbox {
  readonly #bus: Bus;
  readonly #signal: AbortSignal;
  #entries: Entry[] = [];
  #bytes = 0;
  #sending: Promise<void> | undefined;
  /** How many were dropped because too many waited. */
  dropped = 0;

  /** @param signal gives up what is left when it fires */
  constructor(bus: Bus, signal: AbortSignal) {
    this.#bus = bus;
    this.#signal = signal;
  }

  add(subject: string, message: EnvelopeOf<unknown>): void {
    const bytes = encodeEnvelope(message).length;
    const entry: Entry = { subject, message, bytes, inContext: AsyncLocalStorage.snapshot() };
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    while (this.#entries.length > MAX_ENTRIES || this.#bytes > MAX_BYTES) this.#dropOldest();
    this.#sending ??= this.#send();
  }

  /** Resolves once all is stored, or given up. */
  async flushed(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (!this.#signal.aborted && this.#entries.length > 0) {
      const batch = this.#entries.slice(0, BATCH);
      const stored = await Promise.all(batch.map((entry) => this.#store(entry)));
      const done = new Set(batch.filter((_, i) => stored[i]));
      this.#entries = this.#entries.filter((entry) => !done.has(entry));
      this.#bytes = this.#entries.reduce((sum, { bytes }) => sum + bytes, 0);
    }
    this.#sending = undefined;
  }

  /** Whether the entry is dealt with. */
  async #store({ subject, message, inContext }: Entry): Promise<boolean> {
    try {
      await inContext(() => publish(this.#bus, subject, message, { signal: this.#signal }));
      return true;
    } catch (error) {
      if (error instanceof PatchbayError && error.code === "BUS_UNAVAILABLE") return this.#bus.nc.isClosed();
      if (!this.#signal.aborted) log.error("{subject} could not be stored: {error}", { subject, error });
      return true;
    }
  }

  #dropOldest(): void {
    this.#bytes -= this.#entries.shift()?.bytes ?? 0;
    this.dropped++;
    log.error("dropped the oldest of too many messages that wait for the bus: {dropped} in all", {
      dropped: this.dropped,
    });
  }
}
