/** What goes into the streams: many at once, repeated with the same id while the bus is away (then they may change places), and bounded. */
import { type EnvelopeOf, HEADERS, PatchbayError } from "@patchbay/contracts";
import { type Bus, packed, type PackedMessage, store } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";

const MAX_ENTRIES = 10_000;
/** So many are on their way at once. */
const BATCH = 32;
const MAX_BYTES = 64 * 1024 * 1024;
const log = logger("bridge");

export class Spool {
  readonly #bus: Bus;
  readonly #signal: AbortSignal;
  #entries: PackedMessage[] = [];
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
    this.addPacked(packed(subject, message));
  }

  /** As {@linkcode add}, for a message that is packed already. */
  addPacked(entry: PackedMessage): void {
    this.#entries.push(entry);
    this.#bytes += entry.data.length;
    while (this.#entries.length > MAX_ENTRIES || this.#bytes > MAX_BYTES) this.#dropOldest();
    this.#sending ??= this.#send();
  }

  /** Resolves once this message, which was added, is in its stream. @throws {PatchbayError} where it never will be */
  async stored(_message: { id: string }): Promise<void> {
    await this.flushed();
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
      this.#bytes = this.#entries.reduce((sum, { data }) => sum + data.length, 0);
    }
    this.#sending = undefined;
  }

  /** Whether the entry is dealt with. */
  async #store(entry: PackedMessage): Promise<boolean> {
    try {
      await store(this.#bus, { ...entry, signal: this.#signal });
      return true;
    } catch (error) {
      if (error instanceof PatchbayError && error.code === "BUS_UNAVAILABLE") return this.#bus.nc.isClosed();
      if (!this.#signal.aborted) {
        const { subject, headers: { [HEADERS.correlationId]: correlationId } } = entry;
        log.error("{subject} could not be stored: {error}", { subject, error, correlationId });
      }
      return true;
    }
  }

  #dropOldest(): void {
    this.#bytes -= this.#entries.shift()?.data.length ?? 0;
    this.dropped++;
    log.error("dropped the oldest of too many messages that wait for the bus: {dropped} in all", {
      dropped: this.dropped,
    });
  }
}
