/**
 * Leases: what only one replica may do. A lease is a key that its holder renews and that expires when it does not. Its
 * revision is the fencing token: each later holder has a higher one, so that what a stale holder writes can be refused.
 */
import { ConflictError, PatchbayError, UnavailableError } from "@patchbay/contracts";
import { z } from "zod";
import { cancelled } from "./abort.ts";
import type { Bus } from "./bus.ts";
import { checkKey } from "./key.ts";
import { type KeyValueStore, openStore } from "./key_value.ts";
import { log } from "./log.ts";

export interface LeaseOptions {
  /** Who holds it, for a person who looks. */
  owner: string;
  /** How long it outlives its holder, in milliseconds: at least 1000, rounded up to seconds. @default 15_000 */
  ttlMs?: number;
  /** More about the holder, for {@linkcode leaseHolder}. */
  facts?: Record<string, string | number>;
  /** Takes the lease from its holder, who is known to be gone, if it is still at this revision. */
  over?: number;
  signal?: AbortSignal;
}

/** A lease that is held. Disposing gives it back. */
export interface Lease extends AsyncDisposable {
  readonly key: string;
  /** The fencing token: grows with each holder. */
  readonly revision: number;
  /** Whether it is ours at this moment: also right after this process was stopped, or its machine slept. */
  valid(): boolean;
  /** Fires with `LEASE_LOST` once somebody else may have it: stop at once. */
  readonly lost: AbortSignal;
}

const LEASE_TTL_MS = 15_000;
const RELEASE_TIMEOUT_MS = 2_000;
/** How long a released key keeps its marker, in milliseconds. */
const MARKER_TTL_MS = 60_000;
const RENEWALS_PER_TTL = 3;
const JITTER = 0.2;

/**
 * Takes a lease, and renews it until it is disposed or lost; `undefined` when somebody else has it.
 * @throws {PatchbayError} `BUS_UNAVAILABLE`, `FORBIDDEN`, `CANCELLED`
 * @example
 * ```ts
 * import { acquireLease, type Bus } from "@patchbay/bus";
 *
 * async function alone(bus: Bus, runId: string, work: (lost: AbortSignal) => Promise<void>): Promise<void> {
 *   await using lease = await acquireLease(bus, `run.${runId}`, { owner: "conductor-1" });
 *   if (lease !== undefined) await work(lease.lost);
 * }
 * ```
 */
export async function acquireLease(
  bus: Bus,
  key: string,
  { owner, ttlMs = LEASE_TTL_MS, facts = {}, over, signal }: LeaseOptions,
): Promise<Lease | undefined> {
  const store = openStore(bus, "leases");
  const held = Math.max(1, Math.ceil(ttlMs / 1000)) * 1000;
  const data = new TextEncoder().encode(JSON.stringify({ ...facts, owner, since: Date.now() }));
  const sentAt = now();
  // who leaves while the answer is on its way must not leave the lease behind for as long as it lasts
  using patience = patienceBeyond(signal);
  try {
    const revision = over === undefined
      ? await store.create(checkKey(key), data, { signal: patience.signal, ttlMs: held })
      : await store.write(checkKey(key), data, { signal: patience.signal, ttlMs: held, revision: over });
    const lease = new HeldLease(store, { key, revision, data, ttlMs: held, sentAt });
    if (signal?.aborted !== true) return lease;
    await lease[Symbol.asyncDispose]();
    throw cancelled(`Cannot take lease ${key}`, signal);
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
}

/** Fires a moment after a signal has. */
function patienceBeyond(signal: AbortSignal | undefined): Disposable & { signal: AbortSignal | undefined } {
  if (signal === undefined || signal.aborted) return { signal, [Symbol.dispose]: () => {} };
  const over = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = () => timer = setTimeout(() => over.abort(signal.reason), RELEASE_TIMEOUT_MS);
  signal.addEventListener("abort", wait, { once: true });
  return {
    signal: over.signal,
    [Symbol.dispose]() {
      signal.removeEventListener("abort", wait);
      clearTimeout(timer);
    },
  };
}

/** Who has a lease, as it says itself. */
export interface LeaseHolder {
  owner: string;
  /** Milliseconds since 1970. */
  since: number;
  /** Changes each time that the holder renews it. */
  revision: number;
  facts: Readonly<Record<string, unknown>>;
}

const Holder = z.looseObject({ owner: z.string(), since: z.number() });

/**
 * Who has a lease now; `undefined` when nobody has.
 * @throws {PatchbayError} `BUS_UNAVAILABLE`, `FORBIDDEN`, `CANCELLED`
 */
export async function leaseHolder(bus: Bus, key: string, signal?: AbortSignal): Promise<LeaseHolder | undefined> {
  const last = await openStore(bus, "leases").last(checkKey(key), signal);
  if (last === undefined || last.deleted) return undefined;
  const { owner, since, ...facts } = Holder.parse(JSON.parse(new TextDecoder().decode(last.data)));
  return { owner, since, revision: last.revision, facts };
}

/** Both clocks: the monotonic one does not count while a machine sleeps, and the other one may be set back. */
interface Moment {
  monotonic: number;
  wall: number;
}
const now = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

/** How much of `ttlMs` is left since a moment, in milliseconds. */
const leftOf = (ttlMs: number, { monotonic, wall }: Moment) =>
  ttlMs - Math.max(performance.now() - monotonic, Date.now() - wall);

class HeldLease implements Lease {
  readonly key: string;
  readonly revision: number;
  readonly #store: KeyValueStore;
  readonly #data: Uint8Array;
  readonly #ttlMs: number;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  /** When the last renewal was sent: the server counts from later. */
  #since: Moment;
  /** The revision of the last renewal. */
  #current: number;
  #renewing: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    store: KeyValueStore,
    lease: { key: string; revision: number; data: Uint8Array; ttlMs: number; sentAt: Moment },
  ) {
    this.#store = store;
    this.key = lease.key;
    this.revision = this.#current = lease.revision;
    this.#data = lease.data;
    this.#ttlMs = lease.ttlMs;
    this.#since = lease.sentAt;
    this.#renewed(lease.sentAt);
  }

  valid(): boolean {
    return !this.#ended.signal.aborted && leftOf(this.#ttlMs, this.#since) > 0;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await this.#renewing;
    if (this.#lost.signal.aborted) return;
    try {
      await this.#store.delete(this.key, {
        revision: this.#current,
        ttlMs: MARKER_TTL_MS,
        timeoutMs: RELEASE_TIMEOUT_MS,
      });
    } catch (error) {
      // it expires by itself, or somebody has it already
      if (!(error instanceof ConflictError) && !(error instanceof UnavailableError)) throw error;
      log.debug("lease {key} could not be given back: {error}", { key: this.key, error: error.message });
    }
  }

  /** It is ours for `ttlMs` from when the renewal was sent: the server counts from later. */
  #renewed(sentAt: Moment): void {
    clearTimeout(this.#expiry);
    this.#since = sentAt;
    const left = Math.max(0, leftOf(this.#ttlMs, sentAt));
    this.#expiry = setTimeout(() => this.#lose("it could not be renewed in time"), left);
    // many that began at the same moment drift apart
    const wait = left / RENEWALS_PER_TTL * (1 - JITTER * Math.random());
    this.#timer = setTimeout(() => this.#renewing = this.#renew(left), wait);
  }

  async #renew(left: number): Promise<void> {
    const sentAt = now();
    try {
      this.#current = await this.#store.write(this.key, this.#data, {
        revision: this.#current,
        ttlMs: this.#ttlMs,
        timeoutMs: left,
        signal: this.#ended.signal,
      });
      if (!this.#ended.signal.aborted) this.#renewed(sentAt);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      this.#lose(error instanceof Error ? error.message : String(error));
    }
  }

  #lose(reason: string): void {
    this.#stop();
    log.warn("lost lease {key}: {reason}", { key: this.key, reason });
    this.#lost.abort(new PatchbayError("LEASE_LOST", `Lease ${this.key} is lost: ${reason}`));
  }

  #stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#expiry);
    this.#ended.abort();
  }
}
