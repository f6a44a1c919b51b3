/** What waits for one stream: in memory while it is quick, on the disk once it is not; sent in order. */
import { PatchbayError } from "@patchbay/contracts";
import {
  type Bus,
  canStoreTogether,
  lastMessageId,
  messageIdOf,
  type PackedMessage,
  store,
  storeTogether,
} from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import { pause } from "../supervision/backoff.ts";
import type { Place, Segments } from "./segments.ts";

export interface LaneOptions {
  bus: Bus;
  /** Whether the order matters; where it does not, each subject is a key of its own. */
  ordered: boolean;
  /** Gives up sending. */
  signal: AbortSignal;
  onSettled(entry: Entry, error?: unknown): void;
  /** Something was stored after all. */
  onStored(): void;
}

/** One message that waits. */
export interface Entry {
  readonly id: string;
  readonly subject: string;
  readonly bytes: number;
  readonly addedAt: number;
  /** Absent where it only lies on the disk. */
  message: PackedMessage | undefined;
  place?: Place;
  /** When it was sent first, by the monotonic clock; `recovered` when that was before this process. */
  sentAt?: number | "recovered";
  settled: boolean;
}

/** So many go together, and… */
const BATCH = 64;
/** …so many bytes. */
const BATCH_BYTES = 1024 * 1024;
/** More than this and what lies on the disk too leaves the memory. */
const MEMORY_BYTES = 4 * 1024 * 1024;
/** Repeated later than this, the stream may not recognize a message: two minutes less what clocks and queues take. */
const DOUBT_MS = 90_000;
const FULL_RETRY_MS = 5_000;
const log = logger("bridge");

export class Lane {
  readonly #options: LaneOptions;
  #entries: Entry[] = [];
  #segments: Segments | undefined;
  /** So many of the first are on the disk, or need not be. */
  #saved = 0;
  #sending: Promise<void> | undefined;
  #together: boolean;
  #memory = 0;
  #retryDiskAt = -Infinity;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#together = options.ordered;
  }

  /** Whether all that waits lies on the disk, or should and cannot. */
  get saved(): boolean {
    return this.#saved === this.#entries.length || performance.now() < this.#retryDiskAt;
  }

  /** Bytes that lie in memory and nowhere else. */
  get unsaved(): number {
    return this.#saved === this.#entries.length ? 0 : this.#memory;
  }

  get waiting(): readonly Entry[] {
    return this.#entries;
  }

  /** Since when the oldest waits that is not on the disk, by the monotonic clock. */
  get unsavedSince(): number {
    return this.#entries[this.#saved]?.addedAt ?? Infinity;
  }

  /** From now on it can write to the disk; what an earlier process left goes first. */
  open(segments: Segments): Entry[] {
    const recovered = segments.recover().map(({ message, place }, i): Entry => ({
      ...entryOf(message),
      place,
      // more than this an earlier process cannot have had on its way
      ...(i < BATCH ? { sentAt: "recovered" } : {}),
      message: undefined,
    }));
    this.#segments = segments;
    // what is on its way stays the first, and is not written behind what comes after it
    const isSent = ({ sentAt }: Entry) => sentAt !== undefined;
    const rest = this.#entries.filter((entry) => !isSent(entry));
    this.#entries = [...this.#entries.filter(isSent), ...recovered, ...rest];
    if (recovered.length > 0) this.#saved = this.#entries.length - rest.length;
    this.#wake();
    return recovered;
  }

  add(message: PackedMessage): Entry {
    const entry = entryOf(message);
    this.#entries.push(entry);
    this.#memory += entry.bytes;
    this.#wake();
    return entry;
  }

  /** Writes all that waits to the disk. */
  save(): void {
    if (this.saved || this.#segments === undefined) return;
    const entries = this.#entries.slice(this.#saved);
    try {
      const places = this.#segments.append(entries.flatMap(({ message }) => message === undefined ? [] : [message]));
      this.#saved = this.#entries.length;
      for (const [i, entry] of entries.entries()) this.#isAt(entry, places[i]);
    } catch (error) {
      this.#retryDiskAt = performance.now() + FULL_RETRY_MS;
      log.error("what waits for the bus cannot be written to the disk, and stays in memory: {error}", { error });
    }
  }

  #isAt(entry: Entry, place: Place | undefined): void {
    if (place === undefined) return;
    entry.place = place;
    if (this.#memory <= MEMORY_BYTES) return;
    entry.message = undefined;
    this.#memory -= entry.bytes;
  }

  /** These need not be sent any more. @param error for whoever waits for them */
  drop(entries: readonly Entry[], error?: PatchbayError): void {
    for (const entry of entries) this.#settle(entry, error);
    this.#forget();
  }

  /** Resolves once nothing waits, or sending was given up. */
  async idle(): Promise<void> {
    while (this.#sending !== undefined) await this.#sending;
  }

  #wake(): void {
    if (this.#entries.length > 0 && !this.#options.signal.aborted) this.#sending ??= this.#send();
  }

  async #send(): Promise<void> {
    const { signal } = this.#options;
    // those that are added in one go, go together
    await Promise.resolve();
    while (this.#entries.length > 0 && !signal.aborted && !this.#options.bus.nc.isClosed()) {
      try {
        const batch = this.#batch();
        const doubtful = batch.filter(isDoubtful);
        if (doubtful.length > 0) await this.#settleKnown(batch, doubtful);
        await this.#deliver(batch.filter(({ settled }) => !settled));
      } catch (error) {
        if (signal.aborted) break;
        await pause(this.#patience(error), signal);
      }
      this.#forget();
    }
    this.#sending = undefined;
  }

  /** How long to wait after an error that will pass, in milliseconds. */
  #patience(error: unknown): number {
    if (error instanceof PatchbayError && error.code === "BUS_UNAVAILABLE") return 0;
    log.error("what waits for the bus cannot be sent: {error}", { error });
    return FULL_RETRY_MS;
  }

  #batch(): Entry[] {
    const batch: Entry[] = [];
    const subjects = new Set<string>();
    let bytes = 0;
    for (const entry of this.#entries) {
      if (batch.length === BATCH || batch.length > 0 && bytes + entry.bytes > BATCH_BYTES) break;
      if (!this.#options.ordered && subjects.has(entry.subject)) break;
      subjects.add(entry.subject);
      bytes += entry.bytes;
      batch.push(entry);
    }
    return batch;
  }

  /** What was sent so long ago that the stream may not know it again is looked for there first. */
  async #settleKnown(batch: readonly Entry[], doubtful: readonly Entry[]): Promise<void> {
    const { ordered } = this.#options;
    const subjects = [...new Set(doubtful.map(({ subject }) => subject))];
    const last = new Map(
      await Promise.all(subjects.map(async (subject) => [subject, await this.#last(subject)] as const)),
    );
    const isStored = (entry: Entry) => last.get(entry.subject) === entry.id;
    // they were sent in order: with one, all before it are stored
    const upTo = ordered ? batch.findLastIndex(isStored) : -1;
    for (const [i, entry] of batch.entries()) if (i <= upTo || isStored(entry)) this.#settle(entry, undefined);
    for (const entry of doubtful) delete entry.sentAt;
  }

  /** The id of the last message on a subject; `undefined` also where this bridge may not look. */
  async #last(subject: string): Promise<string | undefined> {
    try {
      return await lastMessageId(this.#options.bus, subject, this.#options.signal);
    } catch (error) {
      if (codeOf(error) === "FORBIDDEN") return undefined;
      throw error;
    }
  }

  async #deliver(batch: readonly Entry[]): Promise<void> {
    const { bus, ordered, signal } = this.#options;
    if (!ordered) {
      await everySettled(batch.map((entry) => this.#store(entry)));
      return;
    }
    if (batch.length > 1 && this.#together && canStoreTogether(bus) && await this.#storeTogether(batch)) return;
    for (const entry of batch) {
      if (signal.aborted) return;
      await this.#store(entry);
    }
  }

  async #storeTogether(batch: readonly Entry[]): Promise<boolean> {
    const { bus, signal, onStored } = this.#options;
    const messages = batch.map((entry) => this.#messageOf(entry));
    if (messages.some((message) => message === undefined)) return false;
    try {
      for (const entry of batch) entry.sentAt ??= performance.now();
      const present = messages.flatMap((message) => message === undefined ? [] : [message]);
      if (!await storeTogether(bus, present, signal)) return false;
      for (const entry of batch) this.#settle(entry, undefined);
      onStored();
      return true;
    } catch (error) {
      if (error instanceof PatchbayError && error.code === "INVALID_CONFIGURATION") this.#together = false;
      // one by one it shows which of them is refused
      return false;
    }
  }

  /** @throws {PatchbayError} where it is worth another try */
  async #store(entry: Entry): Promise<void> {
    if (entry.settled) return;
    const { bus, signal, onStored } = this.#options;
    const message = this.#messageOf(entry);
    try {
      if (message === undefined) throw PatchbayError.of("INTERNAL", `Cannot read ${entry.subject} from the disk again`);
      entry.sentAt ??= performance.now();
      await store(bus, { ...message, signal });
      this.#settle(entry, undefined);
      onStored();
    } catch (error) {
      if (signal.aborted || isPassing(error)) throw error;
      // a repeated message that expects what was there before it conflicts with itself
      const stored = codeOf(error) === "CONFLICT" && await this.#last(entry.subject) === entry.id;
      if (!stored) log.error("{subject} could not be stored: {error}", { subject: entry.subject, error });
      this.#settle(entry, stored ? undefined : error);
    }
  }

  #messageOf({ message, place }: Entry): PackedMessage | undefined {
    return message ?? (place === undefined ? undefined : this.#segments?.read(place));
  }

  #settle(entry: Entry, error: unknown): void {
    if (entry.settled) return;
    entry.settled = true;
    this.#options.onSettled(entry, error);
  }

  /** Lets go of what is settled at the front. */
  #forget(): void {
    const kept = this.#entries.findIndex(({ settled }) => !settled);
    const gone = this.#entries.splice(0, kept === -1 ? this.#entries.length : kept);
    this.#saved = Math.max(0, this.#saved - gone.length);
    for (const { message, bytes } of gone) if (message !== undefined) this.#memory -= bytes;
    const nothingLeft = this.#entries.length === 0;
    this.#segments?.settle(gone.flatMap(({ place }) => place === undefined ? [] : [place]), nothingLeft);
  }
}

function entryOf(message: PackedMessage): Entry {
  const bytes = message.data.length;
  const { subject } = message;
  return { id: messageIdOf(message), subject, bytes, addedAt: performance.now(), message, settled: false };
}

const isDoubtful = ({ sentAt }: Entry) =>
  sentAt === "recovered" || sentAt !== undefined && performance.now() - sentAt > DOUBT_MS;
const codeOf = (error: unknown) => error instanceof PatchbayError ? error.code : undefined;
const isPassing = (error: unknown) => ["BUS_UNAVAILABLE", "STORAGE_FULL", "CANCELLED"].includes(codeOf(error) ?? "");

/** Waits for all of them. @throws what the first that failed threw */
async function everySettled(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
