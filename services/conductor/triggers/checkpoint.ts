/**
 * How far a conductor has come with the triggers, in memory and, a moment later, in the bucket: first where each trigger
 * stands, then how far the events were read. Whoever takes over begins at the last position and comes to the same firings again,
 * by the same ids. Every write names the revision that it replaces, so that one who has lost the lease without noticing writes nothing.
 */
import { type Bucket, type Bus, openBucket } from "@patchbay/bus";
import type { TriggerId } from "@patchbay/contracts";
import { POSITION, Position, stateKey, STATES, triggerOf, TriggerState } from "./records.ts";

/** So much later it is written, in milliseconds. */
const PACES = { now: 0, soon: 100, later: 2_000 };

interface Entry {
  state: TriggerState;
  /** Of the key; 0 for none. */
  revision: number;
  dirty: boolean;
}

export interface CheckpointOptions {
  bus: Bus;
  /** What could not be written: somebody else has the lease, or the bus stays away. */
  onFailed(error: unknown): void;
  signal: AbortSignal;
}

export class Checkpoint implements Disposable {
  readonly #states: Bucket<TriggerState>;
  readonly #positions: Bucket<{ seq: number }>;
  readonly #entries = new Map<TriggerId, Entry>();
  readonly #onFailed: (error: unknown) => void;
  #position: { seq: number; stored: number; revision: number };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writeAt = Infinity;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    states: Bucket<TriggerState>,
    positions: Bucket<{ seq: number }>,
    position: { seq: number; stored: number; revision: number },
    onFailed: (error: unknown) => void,
  ) {
    this.#states = states;
    this.#positions = positions;
    this.#position = position;
    this.#onFailed = onFailed;
  }

  /** @param lastEvent how far the stream goes: there it begins, where nobody has begun yet */
  static async open(
    { bus, onFailed, signal }: CheckpointOptions,
    lastEvent: () => Promise<number>,
  ): Promise<Checkpoint> {
    const states = await openBucket(bus, "triggers", TriggerState, { signal });
    const positions = await openBucket(bus, "triggers", Position, { signal });
    const found = await positions.get(POSITION);
    // a stream that was made anew counts anew
    const seq = Math.min(found?.value.seq ?? Infinity, await lastEvent());
    const revision = found?.revision ?? await positions.create(POSITION, { seq });
    const checkpoint = new Checkpoint(states, positions, { seq, stored: seq, revision }, onFailed);
    for (const { key, value, revision } of await states.entries(STATES)) {
      checkpoint.#entries.set(triggerOf(key), { state: value, revision, dirty: false });
    }
    return checkpoint;
  }

  get position(): number {
    return this.#position.seq;
  }

  /** The triggers that there is something known of. */
  get ids(): TriggerId[] {
    return [...this.#entries.keys()];
  }

  /** Where a trigger stands; one that was put anew stands at its beginning. */
  state(id: TriggerId, revision: number): TriggerState {
    const known = this.#entries.get(id)?.state;
    return known?.revision === revision ? known : { revision };
  }

  /** Whether there is something known of this revision. */
  knows(id: TriggerId, revision: number): boolean {
    return this.#entries.get(id)?.state.revision === revision;
  }

  /** @param pace `now` for what somebody waits for, `soon` for what must survive this conductor, `later` for what is only shown */
  set(id: TriggerId, state: TriggerState, pace: keyof typeof PACES): void {
    const entry = this.#entries.get(id);
    this.#entries.set(id, { state, revision: entry?.revision ?? 0, dirty: true });
    this.#plan(PACES[pace]);
  }

  /** Every event up to there is seen to. */
  advance(seq: number): void {
    this.#position.seq = seq;
    this.#plan(PACES.later);
  }

  /** Forgets a trigger that is gone. */
  async remove(id: TriggerId): Promise<void> {
    await this.#writing;
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    if (entry !== undefined && entry.revision > 0) await this.#states.delete(stateKey(id), entry.revision);
  }

  /** Resolves once all of it is stored. @throws {ConflictError} somebody else has the lease */
  write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#writeAt = Infinity;
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => {});
    return written;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #plan(waitMs: number): void {
    const at = performance.now() + waitMs;
    if (at >= this.#writeAt) return;
    clearTimeout(this.#timer);
    this.#writeAt = at;
    this.#timer = setTimeout(() => void this.write().catch(this.#onFailed), waitMs);
  }

  async #write(): Promise<void> {
    // what comes while this is written belongs to the next time
    const { seq } = this.#position;
    const dirty = [...this.#entries].filter(([, entry]) => entry.dirty);
    await Promise.all(dirty.map(([id, entry]) => this.#writeState(id, entry)));
    if (seq === this.#position.stored) return;
    this.#position.revision = await this.#positions.update(POSITION, { seq }, this.#position.revision);
    this.#position.stored = seq;
  }

  async #writeState(id: TriggerId, entry: Entry): Promise<void> {
    entry.dirty = false;
    const key = stateKey(id);
    const revision = entry.revision === 0
      ? await this.#states.create(key, entry.state)
      : await this.#states.update(key, entry.state, entry.revision);
    // it may have been set again meanwhile, or removed
    const now = this.#entries.get(id);
    if (now !== undefined) now.revision = revision;
  }
}
