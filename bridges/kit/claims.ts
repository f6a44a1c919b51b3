/** The right to run a command: asked for in the ledger right before the side effect, and had by one at a time. */
import {
  ANY_BRIDGE,
  type AppName,
  type BridgeId,
  type EnvelopeOf,
  type Id,
  PatchbayError,
  type Result,
} from "@patchbay/contracts";
import {
  type BegunEntry,
  type Bus,
  type FoundEntry,
  leaseHolder,
  type Ledger,
  type SentTo,
  wasNotBegun,
} from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import type { BridgeSelf } from "./bridge_self.ts";
import { bridgeLeaseKey, type Fence } from "./fence.ts";
import { pause } from "./supervision/backoff.ts";

/** An idempotent command that has broken its bridge so often is not begun again. */
export const MAX_ATTEMPTS = 5;

export interface ClaimedCommand {
  sentTo: SentTo;
  key: string;
  commandId: Id;
  command: string;
  /** Of the arguments as they were sent. */
  fingerprint: string;
  idempotent: boolean;
  /** Whether this very job was given to somebody before who let its time run out: they are gone. */
  redelivered: boolean;
  /** An entry whose bridge process is gone, as {@linkcode Claims.changed} has found. */
  abandoned?: FoundEntry | undefined;
}

export type Claim =
  /** It is ours to run, now. */
  | { kind: "begun"; entry: BegunEntry }
  /** It has run, or never will: this is its result. `bridge` is who had it. */
  | { kind: "known"; result: Result; bridge: string | undefined }
  /** Another bridge has it. */
  | { kind: "elsewhere"; found: FoundEntry }
  /** Nobody knows what became of it, or it is given up: the ledger has this result from now on. */
  | { kind: "settled"; result: Result; exhausted: boolean };

const log = logger("bridge");
/** How often it is looked whether a bridge process that has a command is still there, in milliseconds, and… */
const LOOK_MS = 1_000;
/** …how often in a row it has to be missing: after the bus was away, it needs a moment to be there again. */
const MISSING = 3;

export class Claims {
  readonly #bus: Bus;
  readonly #ledger: Ledger;
  readonly #self: BridgeSelf;
  readonly #fence: Fence;

  constructor({ bus, ledger, self, fence }: { bus: Bus; ledger: Ledger; self: BridgeSelf; fence: Fence }) {
    this.#bus = bus;
    this.#ledger = ledger;
    this.#self = self;
    this.#fence = fence;
  }

  /**
   * Asks for a command.
   * @param failed the result that stands for an error
   * @throws {PatchbayError} `LEASE_LOST`, `CONFLICT` where the key was used for something else, `BUS_UNAVAILABLE`,
   *   `STORAGE_FULL`: it was not begun
   */
  async claim(wanted: ClaimedCommand, failed: (error: PatchbayError) => Result): Promise<Claim> {
    this.checkFence(wanted.command);
    const { sentTo, key, commandId, command, fingerprint } = wanted;
    try {
      let claim = await this.#ledger.begin(sentTo, key, { commandId, command, fingerprint, ...this.#us });
      for (;;) {
        if (claim.begun) return { kind: "begun", entry: claim };
        const { entry } = claim;
        if (entry.commandId !== commandId && entry.fingerprint !== fingerprint) throw usedFor(wanted, entry.command);
        if (isNeverBegun(entry) && entry.commandId !== commandId) {
          claim = await this.#ledger.beginInstead(claim, { commandId, command, fingerprint, ...this.#us });
          continue;
        }
        if (entry.status === "completed") return { kind: "known", result: entry.result, bridge: entry.bridge };
        if (!this.#isAbandoned(claim, wanted)) return { kind: "elsewhere", found: claim };
        if (wanted.idempotent && entry.attempts < MAX_ATTEMPTS) {
          claim = await this.#ledger.beginAgain({ ...claim, entry }, this.#us);
          continue;
        }
        const result = failed(unknown(wanted, entry.attempts));
        const instead = await this.#ledger.settle({ ...claim, entry }, result);
        if (instead === undefined) return { kind: "settled", result, exhausted: wanted.idempotent };
        claim = { begun: false, ...instead };
      }
    } catch (error) {
      throw notBegun(command, error);
    }
  }

  /** @throws {PatchbayError} `LEASE_LOST`: another process may have this bridge's id */
  checkFence(command: string): void {
    if (this.#fence.valid()) return;
    throw new PatchbayError("LEASE_LOST", `Cannot begin ${command}: ${this.#self.source} does not hold its lease now`, {
      context: { started: false },
    });
  }

  /** Lets go of a command that was not begun after all, or may be begun again. */
  async release(entry: BegunEntry): Promise<void> {
    try {
      await this.#ledger.release(entry);
    } catch (error) {
      // it stays as started: whoever asks again is told that its outcome is not known, or begins it again
      log.warn("an entry of the ledger could not be released: {error}", { error });
    }
  }

  /**
   * Waits until somebody else's entry has changed, or the bridge process that has it is gone.
   * @returns the entry, where its process is gone
   * @throws the signal's reason
   */
  async changed(found: FoundEntry, signal: AbortSignal): Promise<FoundEntry | undefined> {
    const decided = new AbortController();
    const either = AbortSignal.any([signal, decided.signal]);
    try {
      const changed = this.#ledger.changed(found, either).then(() => undefined);
      return await Promise.race([changed, this.#gone(found, either)]);
    } finally {
      decided.abort();
    }
  }

  /** Resolves once the bridge process that began it does not hold its lease any more. */
  async #gone(found: FoundEntry, signal: AbortSignal): Promise<FoundEntry> {
    const { bridge = "", instance } = found.entry;
    const key = bridgeLeaseKey(`${this.#self.manifest.app}.${bridge}`);
    for (let missing = 0; missing < MISSING;) {
      await pause(LOOK_MS, signal);
      signal.throwIfAborted();
      try {
        const holder = await leaseHolder(this.#bus, key, signal);
        missing = holder?.facts["instance"] === instance ? 0 : missing + 1;
      } catch (error) {
        // not known is not gone
        missing = 0;
        log.debug("cannot look whether {bridge} is there: {error}", { bridge, error });
      }
    }
    return found;
  }

  get #us() {
    const { bridge, instance } = this.#self;
    return { bridge, instance, fencing: this.#fence.revision };
  }

  /** Whether nobody runs it any more: this process runs one command at a time, and it is this one's turn. */
  #isAbandoned({ entry, revision }: FoundEntry, { commandId, redelivered, abandoned }: ClaimedCommand): boolean {
    return entry.bridge === this.#self.bridge || (redelivered && entry.commandId === commandId) ||
      abandoned?.revision === revision;
  }
}

/** Whether somebody has written that a command did not reach its bridge: its key may stand for another one. */
const isNeverBegun = (entry: FoundEntry["entry"]) =>
  entry.status === "completed" && entry.bridge === undefined && !entry.result.ok && wasNotBegun(entry.result.problem);

/** A caller that has picked a bridge for a command to `any` says so: the bridges share one entry in the ledger. */
export function sentTo({ metadata: { target } }: EnvelopeOf<unknown>, app: AppName, bridge: BridgeId): SentTo {
  return { app, bridge: target === `${app}.${ANY_BRIDGE}` ? ANY_BRIDGE : bridge };
}

function unknown({ command, idempotent }: ClaimedCommand, attempts: number): PatchbayError {
  const why = idempotent
    ? `its bridge was lost each of the ${attempts} times that it was begun`
    : "it was begun, and the bridge process that had it is gone";
  return new PatchbayError("OUTCOME_UNKNOWN", `Whether ${command} happened is not known: ${why}`, {
    context: { started: true, attempts },
  });
}

function usedFor({ command, key }: ClaimedCommand, other: string): PatchbayError {
  return PatchbayError.of("CONFLICT", `Cannot run ${command}: idempotency key '${key}' was used for something else`, {
    context: { idempotencyKey: key, command: other },
  });
}

/** Without an answer of the ledger, nothing was begun: callers may send it elsewhere, or later. */
function notBegun(command: string, error: unknown): unknown {
  if (!(error instanceof PatchbayError) || error.context["started"] !== undefined) return error;
  return PatchbayError.of(error.code, `Cannot begin ${command}: ${error.message}`, {
    cause: error,
    context: { ...error.context, started: false },
  });
}
