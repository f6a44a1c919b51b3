/**
 * What goes into the streams: in the order in which it was made, each message once. While the bus is away or slow it is
 * kept on the disk, within a limit, so that it survives this process; the next one delivers it.
 */
import { join } from "node:path";
import { type EnvelopeOf, PatchbayError } from "@patchbay/contracts";
import { type Bus, messageIdOf, packed, type PackedMessage, streamOf } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import { type Entry, Lane } from "./lane.ts";
import { namesIn, Segments } from "./segments.ts";

export interface SpoolOptions {
  bus: Bus;
  /** A folder of this bridge alone; made when it is needed. */
  folder: string;
  /** Gives up sending: what is left stays on the disk. */
  signal: AbortSignal;
  /** Bytes on the disk; more, and the oldest that may be missed is dropped: state before events before results. @default 256 MiB */
  limitBytes?: number;
  /** Called once what remained is delivered. @param count how many messages were dropped meanwhile */
  onDropped?(count: number): void;
}

const LIMIT_BYTES = 256 * 1024 * 1024;
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** Where the disk refuses, so much is kept in memory. */
const MEMORY_LIMIT_BYTES = 64 * 1024 * 1024;
/** What waits longer than this goes to the disk, in milliseconds. Until then it is mostly in the hands of the system, which sends it even if this process ends. */
const GRACE_MS = 100;
/** Their order matters; elsewhere each subject is a key of its own. */
const ORDERED: ReadonlySet<string> = new Set(["RESULTS", "EVENTS", "STATE", "ALERTS"]);
/** What may be missed, that which is missed least first. */
const DROPPED_FIRST = ["STATE", "EVENTS", "RESULTS"];
const log = logger("bridge");

export class Spool implements AsyncDisposable {
  readonly #options: SpoolOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #segments = new Map<string, Segments>();
  readonly #waiting = new Map<string, { entry: Entry; done?: PromiseWithResolvers<void> }>();
  #opened = false;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #droppedBefore = 0;
  /** How many messages were dropped because too many waited. */
  dropped = 0;

  constructor(options: SpoolOptions) {
    this.#options = options;
  }

  /** Messages that wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** From now on what waits too long goes to the disk; what an earlier process left there is sent first. */
  open(): void {
    this.#opened = true;
    for (const name of namesIn(this.#options.folder)) this.#lane(name);
    for (const [name, lane] of this.#lanes) this.#openLane(name, lane);
    this.#guard();
  }

  /** Adds a message, which goes to the stream that takes its subject. */
  add(subject: string, message: EnvelopeOf<unknown>): void {
    this.addPacked(packed(subject, message));
  }

  /** As {@linkcode add}, for a message that is packed already. */
  addPacked(message: PackedMessage): void {
    const stream = streamOf(message.subject);
    if (stream === undefined) throw PatchbayError.of("INTERNAL", `Cannot spool ${message.subject}: no stream takes it`);
    const entry = this.#lane(stream).add(message);
    this.#waiting.set(entry.id, { entry });
    this.#guard();
  }

  /**
   * As {@linkcode addPacked}; resolves once nothing more can be done for it.
   * @returns whether it was stored or refused; `false` where the bridge ends first
   */
  async settled(message: PackedMessage): Promise<boolean> {
    this.addPacked(message);
    try {
      await this.stored(message);
      return true;
    } catch (error) {
      return !(error instanceof PatchbayError && error.code === "BUS_UNAVAILABLE");
    }
  }

  /** As {@linkcode add}, for a message that makes those useless which still wait for the same subject: a whole state. */
  replace(subject: string, message: EnvelopeOf<unknown>): void {
    const lane = this.#lanes.get(streamOf(subject) ?? "");
    lane?.drop(lane.waiting.filter((entry) => entry.subject === subject && entry.sentAt === undefined));
    this.add(subject, message);
  }

  /** Whether a message for this subject waits. */
  holds(subject: string): boolean {
    return this.#lanes.get(streamOf(subject) ?? "")?.waiting.some((entry) => entry.subject === subject) === true;
  }

  /**
   * Resolves once this message is in its stream, or another one took its place; at once where it does not wait.
   * @throws {PatchbayError} why the stream refused it; `STORAGE_FULL` where it was dropped, `BUS_UNAVAILABLE` where the bridge ends first
   */
  async stored(message: PackedMessage | { id: string }): Promise<void> {
    const waiting = this.#waiting.get("id" in message ? message.id : messageIdOf(message));
    if (waiting === undefined) return;
    waiting.done ??= Promise.withResolvers();
    await waiting.done.promise;
  }

  /** Resolves once all is stored, or given up. */
  async flushed(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#options.signal.aborted && !this.#options.bus.nc.isClosed()) {
      await Promise.all([...this.#lanes.values()].map((lane) => lane.idle()));
    }
  }

  #lane(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const { bus, signal } = this.#options;
    const lane = new Lane({
      bus,
      signal,
      ordered: ORDERED.has(name),
      onSettled: (entry, error) => this.#settled(entry, error),
      onStored: () => this.#stored(),
    });
    this.#lanes.set(name, lane);
    if (this.#opened) this.#openLane(name, lane);
    return lane;
  }

  #openLane(name: string, lane: Lane): void {
    if (this.#segments.has(name)) return;
    const { folder, limitBytes = LIMIT_BYTES } = this.#options;
    // small enough that dropping one of them is dropping little
    const segments = new Segments(join(folder, name), Math.min(SEGMENT_BYTES, Math.ceil(limitBytes / 16)));
    this.#segments.set(name, segments);
    const recovered = lane.open(segments);
    for (const entry of recovered) this.#waiting.set(entry.id, { entry });
    if (recovered.length > 0) {
      log.info("{count} messages for {stream} were left by an earlier process", {
        count: recovered.length,
        stream: name,
      });
    }
  }

  #settled(entry: Entry, error: unknown): void {
    const { done } = this.#waiting.get(entry.id) ?? {};
    this.#waiting.delete(entry.id);
    if (error === undefined) return done?.resolve();
    // mostly nobody waits for it
    done?.promise.catch(() => {});
    done?.reject(error);
  }

  #stored(): void {
    if (this.dropped === this.#droppedBefore || this.#waiting.size > 0) return;
    const count = this.dropped - this.#droppedBefore;
    this.#droppedBefore = this.dropped;
    log.error("{count} messages were dropped: too many waited for the bus", { count });
    this.#options.onDropped?.(count);
  }

  /** Sees to it that nothing waits in memory for long, nor too much on the disk. */
  #guard(): void {
    if (!this.#opened || this.#waiting.size === 0) return;
    // while the bus is there a timer does it, for many at once
    if (!this.#options.bus.connected) this.#save(Infinity);
    this.#limit();
    if (this.#options.signal.aborted || [...this.#lanes.values()].every(({ saved }) => saved)) return;
    this.#grace ??= setTimeout(() => {
      this.#grace = undefined;
      this.#save(performance.now() - GRACE_MS);
      this.#guard();
    }, GRACE_MS);
  }

  /** @param since what waits since then or longer goes to the disk, and what came after it */
  #save(since: number): void {
    for (const lane of this.#lanes.values()) if (lane.unsavedSince <= since) lane.save();
  }

  #limit(): void {
    const { limitBytes = LIMIT_BYTES } = this.#options;
    while (this.#sum(this.#segments.values(), ({ bytes }) => bytes) > limitBytes && this.#dropOldest()) {
      /* enough? */
    }
    while (this.#sum(this.#lanes.values(), ({ unsaved }) => unsaved) > MEMORY_LIMIT_BYTES && this.#dropOldest()) {
      // enough?
    }
  }

  #sum<T>(items: Iterable<T>, value: (item: T) => number): number {
    let sum = 0;
    for (const item of items) sum += value(item);
    return sum;
  }

  /** Drops the oldest file of what is missed least; in memory, the oldest message. */
  #dropOldest(): boolean {
    for (const name of DROPPED_FIRST) {
      const lane = this.#lanes.get(name);
      const [first] = lane?.waiting ?? [];
      if (lane === undefined || first === undefined) continue;
      const { place } = first;
      const dropped = place === undefined
        ? [first]
        : lane.waiting.filter((entry) => entry.place?.segment === place.segment);
      if (this.dropped === this.#droppedBefore) {
        log.error("too much waits for the bus: the oldest {what} are dropped", { what: name });
      }
      this.dropped += dropped.length;
      lane.drop(dropped, PatchbayError.of("STORAGE_FULL", "This message was dropped: too many waited for the bus"));
      return true;
    }
    return false;
  }

  /** Leaves on the disk what could not be delivered. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#grace);
    await Promise.all([...this.#lanes.values()].map((lane) => lane.idle()));
    if (this.#opened) { for (const lane of this.#lanes.values()) lane.save(); }
    for (const segments of this.#segments.values()) await segments[Symbol.asyncDispose]();
    const error = PatchbayError.of("BUS_UNAVAILABLE", "The bridge ends before this message is stored");
    for (const { entry } of [...this.#waiting.values()]) this.#settled(entry, error);
  }
}
