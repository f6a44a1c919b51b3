/**
 * The ledger: what was begun under an idempotency key, and what came of it. Whoever creates a key's entry first decides:
 * the bridge that begins the command, or the caller that cancels it. What is completed stays as it is.
 */
import { type BridgeId, ConflictError, HEADERS, type Id, LedgerEntry, newId, type Result } from "@patchbay/contracts";
import { backoffMs, pause } from "./backoff.ts";
import type { Bus } from "./bus.ts";
import { openStore } from "./key_value.ts";
import { ledgerKey, type SentTo } from "./ledger_key.ts";
import type { PackedMessage } from "./publish.ts";

/** What an entry says of the command from the start. */
export type LedgerFacts = Pick<LedgerEntry, "commandId" | "command" | "fingerprint">;

/** Who begins a command. */
export interface Beginner {
  bridge: BridgeId;
  /** The bridge process. */
  instance: Id;
  /** Its fencing token, kept with the entry. */
  fencing: number;
}

type Started = Extract<LedgerEntry, { status: "started" }>;

/** An entry that is there. */
export interface FoundEntry<E extends LedgerEntry = LedgerEntry> {
  /** `<app>.<bridge|any>.<digest>` */
  readonly key: string;
  readonly entry: E;
  readonly revision: number;
}

/** The command is ours to run. */
export interface BegunEntry extends FoundEntry<Started> {
  readonly begun: true;
  /**
   * The completed entry as a message: to be stored after the side effect, now or from a spool. Stored twice, it is there
   * once; it never overwrites an entry that somebody else has completed or begun again meanwhile: `store` throws a
   * {@linkcode ConflictError} then, and there is nothing left to do.
   */
  complete(result: Result): PackedMessage;
}

/** Somebody was faster. */
export type Begun = BegunEntry | ({ readonly begun: false } & FoundEntry);

/** All of it throws `BUS_UNAVAILABLE` when the bus stays away for five seconds, `STORAGE_FULL`, `FORBIDDEN`, `CANCELLED`. */
export interface Ledger {
  /** Creates the entry, or says who did. */
  begin(sentTo: SentTo, idempotencyKey: string, entry: LedgerFacts & Beginner): Promise<Begun>;
  /** Takes a started entry over: only for a command that may be done twice. Says what is there where it is another one by now. */
  beginAgain(found: FoundEntry<Started>, by: Beginner): Promise<Begun>;
  /** Begins under a key whose first command was never begun, and will not be. Says what is there where that has changed. */
  beginInstead(found: FoundEntry, entry: LedgerFacts & Beginner): Promise<Begun>;
  find(sentTo: SentTo, idempotencyKey: string): Promise<FoundEntry | undefined>;
  /** The same by the entry's own key. */
  at(key: string): Promise<FoundEntry | undefined>;
  /**
   * Completes an entry that nobody has begun: cancels what still waits, or keeps why it never ran. Says what is there where
   * somebody has begun or completed it.
   */
  cancel(
    sentTo: SentTo,
    idempotencyKey: string,
    entry: LedgerFacts & { result: Result },
  ): Promise<{ cancelled: true } | ({ cancelled: false } & FoundEntry)>;
  /**
   * Completes what somebody began who is gone.
   * @returns what is there instead, where it has changed meanwhile
   */
  settle(found: FoundEntry<Started>, result: Result): Promise<FoundEntry | undefined>;
  /** Waits until an entry is another one than it was, and returns what is there. @throws the signal's reason */
  changed(found: FoundEntry, signal: AbortSignal): Promise<FoundEntry | undefined>;
  /** Forgets an entry, so that its command may be begun anew; nothing happens where it has changed meanwhile. */
  release(found: FoundEntry): Promise<void>;
}

const encode = (entry: LedgerEntry) => new TextEncoder().encode(JSON.stringify(entry));

/**
 * The ledger in the bucket `ledger`, which {@linkcode migrate} makes.
 * @example
 * ```ts
 * import { type BegunEntry, type Bus, openLedger, store } from "@patchbay/bus";
 * import type { Result } from "@patchbay/contracts";
 *
 * async function once(bus: Bus, key: string, facts: Parameters<ReturnType<typeof openLedger>["begin"]>[2], run: () => Promise<Result>) {
 *   const entry = await openLedger(bus).begin({ app: "blender", bridge: "ws-07" }, key, facts);
 *   if (!entry.begun) return entry.entry.status === "completed" ? entry.entry.result : undefined;
 *   const result = await run();
 *   await store(bus, entry.complete(result));
 *   return result;
 * }
 * ```
 */
export function openLedger(bus: Bus, { signal }: { signal?: AbortSignal } = {}): Ledger {
  const bucket = openStore(bus, "ledger");

  const at = async (key: string): Promise<FoundEntry | undefined> => {
    const last = await bucket.last(key, signal);
    if (last === undefined || last.deleted) return undefined;
    return { key, entry: LedgerEntry.parse(JSON.parse(new TextDecoder().decode(last.data))), revision: last.revision };
  };

  /** Creates the entry; where it exists, what is there. */
  const create = async (key: string, entry: LedgerEntry): Promise<{ revision: number } | FoundEntry> => {
    for (;;) {
      try {
        return { revision: await bucket.create(key, encode(entry), { signal }) };
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
        const found = await at(key);
        if (found !== undefined) return found;
      }
    }
  };

  /** Writes over an entry at its revision; where it has changed, what is there. */
  const update = async (found: FoundEntry, entry: LedgerEntry): Promise<{ revision: number } | FoundEntry> => {
    try {
      return { revision: await bucket.write(found.key, encode(entry), { signal, revision: found.revision }) };
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      return await at(found.key) ?? await create(found.key, entry);
    }
  };

  const begun = (key: string, entry: Started, written: { revision: number } | FoundEntry): Begun =>
    "entry" in written ? { begun: false, ...written } : beginning({ key, entry, revision: written.revision });

  return {
    at,
    find: (sentTo, idempotencyKey) => at(ledgerKey(sentTo, idempotencyKey)),
    async begin(sentTo, idempotencyKey, facts) {
      const key = ledgerKey(sentTo, idempotencyKey);
      const entry: Started = { ...facts, status: "started", attempts: 1, startedAt: Date.now() };
      return begun(key, entry, await create(key, entry));
    },
    async beginAgain(found, by) {
      const entry: Started = { ...found.entry, ...by, attempts: found.entry.attempts + 1, startedAt: Date.now() };
      return begun(found.key, entry, await update(found, entry));
    },
    async beginInstead(found, facts) {
      const entry: Started = { ...facts, status: "started", attempts: 1, startedAt: Date.now() };
      return begun(found.key, entry, await update(found, entry));
    },
    async cancel(sentTo, idempotencyKey, facts) {
      const entry: LedgerEntry = { ...facts, status: "completed", attempts: 0, startedAt: Date.now() };
      const written = await create(ledgerKey(sentTo, idempotencyKey), entry);
      return "entry" in written ? { cancelled: false, ...written } : { cancelled: true };
    },
    async settle(found, result) {
      const written = await update(found, { ...found.entry, status: "completed", result });
      return "entry" in written ? written : undefined;
    },
    changed: (found, stop) => changed(bus, found, () => at(found.key), stop),
    async release(found) {
      try {
        await bucket.delete(found.key, { signal, revision: found.revision });
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
    },
  };
}

/** Looks again whenever somebody writes the key: a write is heard before it is stored, and one that is refused is heard too. */
async function changed(
  bus: Bus,
  { key, revision }: FoundEntry,
  look: () => Promise<FoundEntry | undefined>,
  signal: AbortSignal,
): Promise<FoundEntry | undefined> {
  let news = Promise.withResolvers<void>();
  const subscription = bus.nc.subscribe(`$KV.ledger.${key}`, { callback: () => news.resolve() });
  using _status = bus.onStatus(() => news.resolve());
  // a rejection would have nobody to hear it while we look
  const onAbort = () => news.resolve();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    for (let looks = 0;;) {
      signal.throwIfAborted();
      const now = await look();
      if (now?.revision !== revision) return now;
      if (looks-- > 0) {
        await pause(backoffMs(LOOKS - looks), signal);
        continue;
      }
      await news.promise;
      news = Promise.withResolvers();
      looks = LOOKS;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (!subscription.isClosed()) subscription.unsubscribe();
  }
}

/** How often it is looked at before a write that was heard is taken for one that was refused. */
const LOOKS = 4;

function beginning(found: FoundEntry<Started>): BegunEntry {
  return {
    ...found,
    begun: true,
    complete: (result) => ({
      subject: `$KV.ledger.${found.key}`,
      data: encode({ ...found.entry, status: "completed", result }),
      headers: {
        [HEADERS.messageId]: newId(),
        [EXPECTED_REVISION]: String(found.revision),
      },
    }),
  };
}

const EXPECTED_REVISION = "Nats-Expected-Last-Subject-Sequence";
