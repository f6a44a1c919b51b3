/** Whether this process may still act under its id: only while it holds the lease of the id. */
import { PatchbayError } from "@patchbay/contracts";
import { acquireLease, type Bus, type Lease, type LeaseHolder, leaseHolder } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import type { BridgeSelf } from "./bridge_self.ts";
import { isGone, thisProcess } from "./process_identity.ts";
import { type Backoff, backoffMs, pause } from "./supervision/backoff.ts";

/** Looked at before each side effect: another process may have the id by now. */
export interface Fence {
  /** Whether the lease is ours at this moment, also right after the process stood still. */
  valid(): boolean;
  /** The fencing token: grows with each holder of the id. 0 before the first. */
  readonly revision: number;
}

export interface BridgeLeaseOptions {
  bus: Bus;
  self: BridgeSelf;
  /** It was taken or lost, or there is another reason why it is not held. */
  onChange(): void;
  /** Another process has the id, and lives. */
  onFenced(error: PatchbayError): void;
  /** How long it outlives this process, in milliseconds. @default 12_000 */
  ttlMs?: number;
}

const log = logger("bridge");
const TTL_MS = 12_000;
/** How often a lease that somebody else has is looked at, in milliseconds. */
const POLL_MS = 500;
const RETRY: Backoff = { minMs: 100, maxMs: 2_000 };

/** Where the lease of a bridge is. @param address `blender.ws-07` */
export const bridgeLeaseKey = (address: string) => `bridge.${address}`;

/** The lease of a bridge's id: taken before it serves, renewed, and taken again after the bus was away. */
export class BridgeLease implements Fence, AsyncDisposable {
  readonly #options: BridgeLeaseOptions;
  readonly #key: string;
  readonly #stopping = new AbortController();
  #lease: Lease | undefined;
  #keeping: Promise<void> | undefined;
  #reason = "makes sure that nobody else has its id";

  constructor(options: BridgeLeaseOptions) {
    this.#options = options;
    this.#key = bridgeLeaseKey(options.self.source);
  }

  valid(): boolean {
    return this.#lease?.valid() === true;
  }

  get revision(): number {
    return this.#lease?.revision ?? 0;
  }

  /** Why it is not held. */
  get reason(): string {
    return this.#reason;
  }

  /**
   * Takes the lease. Waits while the bus is away, and for as long as the lease of a holder that died can last.
   * @throws {PatchbayError} `BRIDGE_FENCED`, with who has it, where another process lives under this id; `CANCELLED`
   */
  async take(): Promise<void> {
    this.#lease = await this.#claim();
    this.#keeping = this.#keep();
    this.#options.onChange();
  }

  /** Takes it again whenever it is lost, until somebody else has it. */
  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#lease !== undefined) {
      await eitherAborts(this.#lease.lost, signal);
      if (signal.aborted) return;
      const { reason } = this.#lease.lost;
      this.#because(reason instanceof Error ? reason.message : "the lease is lost");
      try {
        this.#lease = await this.#claim();
        log.info("{source} has its lease again", { source: this.#options.self.source });
        this.#options.onChange();
      } catch (error) {
        if (error instanceof PatchbayError && error.code === "BRIDGE_FENCED") this.#options.onFenced(error);
        return;
      }
    }
  }

  async #claim(): Promise<Lease> {
    const { signal } = this.#stopping;
    let seen: LeaseHolder | undefined;
    for (let failures = 0;;) {
      if (signal.aborted) {
        throw new PatchbayError("CANCELLED", `Cannot serve as ${this.#options.self.source}: it stops`);
      }
      try {
        const taken = await this.#try();
        failures = 0;
        if ("lease" in taken) return taken.lease;
        const { holder } = taken;
        if (holder === undefined) continue;
        // whoever renews it, or took it while we waited, lives
        if (seen !== undefined && holder.revision !== seen.revision) throw fenced(this.#options.self, holder);
        if (seen === undefined) this.#because(`waits for the lease of ${holder.owner} to expire: it may have died`);
        seen = holder;
        await pause(POLL_MS, signal);
      } catch (error) {
        if (signal.aborted) continue;
        if (error instanceof PatchbayError && error.code === "BRIDGE_FENCED") throw error;
        const why = error instanceof Error ? error.message : String(error);
        if (failures++ === 0) log.warn("{key} cannot be taken yet: {error}", { key: this.#key, error: why });
        this.#because(`cannot take its lease: ${why}`);
        await pause(backoffMs(failures, RETRY), signal);
      }
    }
  }

  async #try(): Promise<{ lease: Lease } | { holder: LeaseHolder | undefined }> {
    const { bus, self, ttlMs = TTL_MS } = this.#options;
    const { signal } = this.#stopping;
    const owner = `process ${Deno.pid} on ${self.machine}`;
    const facts = { ...await thisProcess(), host: self.machine, instance: self.instance };
    const lease = await acquireLease(bus, this.#key, { owner, facts, ttlMs, signal });
    if (lease !== undefined) return { lease };
    const holder = await leaseHolder(bus, this.#key, signal);
    if (holder === undefined) return { holder };
    // ours, where only the receipt was lost; or of a process of this machine that has ended
    if (holder.facts["instance"] !== self.instance && !await isGone(holder.facts)) return { holder };
    const over = await acquireLease(bus, this.#key, { owner, facts, ttlMs, signal, over: holder.revision });
    return over === undefined ? { holder: undefined } : { lease: over };
  }

  #because(reason: string): void {
    this.#reason = reason;
    this.#options.onChange();
  }

  /** Gives the lease back, so that the next one need not wait. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#keeping;
    await this.#lease?.[Symbol.asyncDispose]();
  }
}

function fenced({ source }: BridgeSelf, { owner, facts, since }: LeaseHolder): PatchbayError {
  const who = { owner, pid: facts["pid"], host: facts["host"], since };
  const at = new Date(since).toISOString();
  return PatchbayError.of("BRIDGE_FENCED", `Cannot serve as ${source}: ${owner} has this id since ${at}`, {
    context: JSON.parse(JSON.stringify(who)),
  });
}

function eitherAborts(one: AbortSignal, other: AbortSignal): Promise<void> {
  if (one.aborted || other.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      one.removeEventListener("abort", finish);
      other.removeEventListener("abort", finish);
      resolve();
    };
    one.addEventListener("abort", finish, { once: true });
    other.addEventListener("abort", finish, { once: true });
  });
}
