/**
 * Leases: what only one replica may do. A lease is a key that its holder renews and that expires when it does not. Its
 * revision is the fencing token: each later holder has a higher one, so that what a stale holder writes can be refused.
 */
import { ConflictError, PatchbayError, UnavailableError } from "@patchbay/contracts";
import type { Bus } from "./bus.ts";
import { checkKey } from "./key.ts";
import { type KeyValueStore, openStore } from "./key_value.ts";
import { log } from "./log.ts";

export interface LeaseOptions {
  /** Who holds it, for a person who looks. */
  owner: string;
  /** How long it outlives its holder, in milliseconds: at least 1000, rounded up to seconds. @default 15_000 */
  ttlMs?: number;
  signal?: AbortSignal;
}

/** A lease that is held. Disposing gives it back. */
export interface Lease extends AsyncDisposable {
  readonly key: string;
  /** The fencing token: grows with each holder. */
  readonly revision: number;
  /** Fires with `LEASE_LOST` once somebody else may have it: stop at once. */
  readonly lost: AbortSignal;
}

const LEASE_TTL_MS = 15_000;
const RELEASE_TIMEOUT_MS = 2_000;
/** How long a released key keeps its marker, in milliseconds. */
const MARKER_TTL_MS = 60_000;
const RENEWALS_PER_TTL = 3;

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
  { owner, ttlMs = LEASE_TTL_MS, signal }: LeaseOptions,
): Promise<Lease | undefined> {
  const store = openStore(bus, "leases");
  const held = Math.max(1, Math.ceil(ttlMs / 1000)) * 1000;
  const data = new TextEncoder().encode(JSON.stringify({ owner, since: Date.now() }));
  const sentAt = performance.now();
  try {
    const revision = await store.create(checkKey(key), data, { signal, ttlMs: held });
    return new HeldLease(store, { key, revision, data, ttlMs: held, sentAt });
  } catch (error) {
    if (error instanceof ConflictError) return undefined;
    throw error;
  }
}

class HeldLease implements Lease {
  readonly key: string;
  readonly revision: number;
  readonly #store: KeyValueStore;
  readonly #data: Uint8Array;
  readonly #ttlMs: number;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();
  /** The revision of the last renewal. */
  #current: number;
  #renewing: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #expiry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    store: KeyValueStore,
    lease: { key: string; revision: number; data: Uint8Array; ttlMs: number; sentAt: number },
  ) {
    this.#store = store;
    this.key = lease.key;
    this.revision = this.#current = lease.revision;
    this.#data = lease.data;
    this.#ttlMs = lease.ttlMs;
    this.#renewed(lease.sentAt);
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
  #renewed(sentAt: number): void {
    clearTimeout(this.#expiry);
    const left = Math.max(0, sentAt + this.#ttlMs - performance.now());
    this.#expiry = setTimeout(() => this.#lose("it could not be renewed in time"), left);
    this.#timer = setTimeout(() => this.#renewing = this.#renew(left), left / RENEWALS_PER_TTL);
  }

  async #renew(left: number): Promise<void> {
    const sentAt = performance.now();
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
