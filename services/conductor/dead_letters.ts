/**
 * Jobs that the server has given up: delivered as often as it may be, or handed back for good. Each gets an end that its
 * caller can see, and a person is told. What the server says of them waits in the stream DEAD_LETTERS until that is done.
 */
import { acquireLease, type Bus, readFeed, removeMessage } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import { setTimeout as wait } from "node:timers/promises";
import { Advisory } from "./advisory.ts";
import { buryExhausted, buryTerminated } from "./bury_job.ts";
import { untilItWorks } from "./until_it_works.ts";

export interface DeadLettersOptions {
  bus: Bus;
  /** Who holds the lease, for a person who looks. */
  owner: string;
  /** How long the dead letters stay with a conductor that died, in milliseconds. */
  leaseTtlMs: number;
  signal: AbortSignal;
}

const SUBJECTS = "$JS.EVENT.ADVISORY.CONSUMER.*.JOBS.>";
const LEASE = "dead-letters";
const log = logger("conductor");

/** Deals with dead letters whenever no other conductor does, until the signal fires. */
export async function tendDeadLetters({ bus, owner, leaseTtlMs, signal }: DeadLettersOptions): Promise<void> {
  while (!signal.aborted) {
    try {
      await using lease = await acquireLease(bus, LEASE, { owner, ttlMs: leaseTtlMs, signal });
      if (lease !== undefined) await tend(bus, AbortSignal.any([signal, lease.lost]));
    } catch (error) {
      if (!signal.aborted) log.warn("dead letters are left for now: {error}", { error });
    }
    await wait(leaseTtlMs / 3, undefined, { signal }).catch(() => {});
  }
}

async function tend(bus: Bus, signal: AbortSignal): Promise<void> {
  for await (const item of readFeed(bus, "DEAD_LETTERS", { filters: [SUBJECTS], from: "start", signal })) {
    if (item.kind !== "message") continue;
    const { seq, data } = item.message;
    const advisory = readAdvisory(data);
    await untilItWorks(async () => {
      if (advisory !== undefined) await bury(bus, advisory, signal);
      await removeMessage(bus, "DEAD_LETTERS", seq, signal);
    }, signal);
  }
}

function readAdvisory(data: Uint8Array): Advisory | undefined {
  try {
    return Advisory.parse(JSON.parse(new TextDecoder().decode(data)));
  } catch (error) {
    log.error("a dead letter cannot be read: {error}", { error });
    return undefined;
  }
}

async function bury(bus: Bus, advisory: Advisory, signal: AbortSignal): Promise<void> {
  if (advisory.type.endsWith(".max_deliver")) await buryExhausted(bus, advisory, signal);
  else await buryTerminated(bus, advisory, signal);
}
