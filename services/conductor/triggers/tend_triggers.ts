/** Of all conductors, the one that has the lease sees to the triggers; another one follows as soon as it is free. */
import { acquireLease, type Bus, mirrorBucket, readStream } from "@patchbay/bus";
import { AppEvent, type Id, subjects, WILDCARD } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { isUnderItsAddress } from "../own_address.ts";
import { Chains } from "./chains.ts";
import { Checkpoint } from "./checkpoint.ts";
import { Duty } from "./duty.ts";
import { Histories } from "./histories.ts";
import { KeptTrigger, TRIGGERS } from "./records.ts";
import type { StartRun } from "./start_run.ts";

export interface TendTriggersOptions {
  bus: Bus;
  start: StartRun;
  /** Whether a run has begun, whoever began it. */
  hasBegun(runId: Id): Promise<boolean>;
  /** Who holds the lease, for a person who looks. */
  owner: string;
  /** How long the triggers stay with a conductor that died, in milliseconds. */
  leaseTtlMs: number;
  signal: AbortSignal;
}

const LEASE = "triggers";
/** After a failure it is tried again so much later, in milliseconds. */
const PAUSE_MS = 1_000;
const EVENTS = subjects.event(WILDCARD, WILDCARD, WILDCARD);
const log = logger("conductor");

/** Sees to the triggers whenever no other conductor does, until the signal fires. */
export async function tendTriggers(options: TendTriggersOptions): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    try {
      await takeTurns(options);
    } catch (error) {
      if (!signal.aborted) log.warn("triggers are left for now: {error}", { error });
    }
    await wait(PAUSE_MS, undefined, { signal }).catch(() => {});
  }
}

async function takeTurns(options: TendTriggersOptions): Promise<void> {
  const { bus, owner, leaseTtlMs, signal } = options;
  let free = Promise.withResolvers<void>();
  await using leases = await mirrorBucket(bus, "leases", z.unknown(), {
    filter: LEASE,
    signal,
    onChange: ({ kind }) => void (kind === "delete" && free.resolve()),
  });
  const ended = Promise.race([leases.ended, aborted(signal)]).then((error) => {
    throw error ?? new Error("the watch of the lease ended");
  });
  ended.catch(() => {});
  while (!signal.aborted) {
    free = Promise.withResolvers<void>();
    await using lease = await acquireLease(bus, LEASE, { owner, ttlMs: leaseTtlMs, signal });
    if (lease === undefined) await Promise.race([free.promise, ended]);
    else await serve({ ...options, signal: AbortSignal.any([signal, lease.lost]) });
  }
}

/** Sees to the triggers until the signal fires. @throws what keeps it from doing so */
async function serve({ bus, start, hasBegun, signal: given }: TendTriggersOptions): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([given, failed.signal]);
  const onFailed = (error: unknown) => failed.abort(error);
  using checkpoint = await Checkpoint.open({ bus, onFailed, signal }, () => lastEvent(bus, signal));
  using duty = new Duty({
    bus,
    start,
    hasBegun,
    checkpoint,
    histories: new Histories(bus),
    chains: new Chains(bus),
    onFailed,
    signal,
  });
  try {
    await using triggers = await mirrorBucket(bus, "triggers", KeptTrigger, {
      filter: TRIGGERS,
      signal,
      onChange: (change) => change.kind === "put" ? duty.put(change.value, change.revision) : duty.delete(change.key),
    });
    void triggers.ended.then((error) => error !== undefined && onFailed(error));
    duty.loaded();
    const events = { subject: EVENTS, payload: AppEvent, signal } as const;
    let last = checkpoint.position;
    for (const follow of [false, true]) {
      for await (const item of readStream(bus, "EVENTS", { ...events, from: last + 1, follow })) {
        if (isUnderItsAddress(item.subject, item.message.payload)) await duty.happened(item);
        last = item.seq;
      }
      if (!follow && !signal.aborted) duty.goLive(last);
    }
  } finally {
    await duty.idle();
  }
  if (failed.signal.aborted && !given.aborted) throw failed.signal.reason;
}

/** How far the stream goes: what happened before there was any conductor sets nothing off. */
async function lastEvent(bus: Bus, signal: AbortSignal): Promise<number> {
  let last = 0;
  const all = { subject: EVENTS, payload: AppEvent, from: "last-per-subject", follow: false, signal } as const;
  for await (const { seq } of readStream(bus, "EVENTS", all)) last = Math.max(last, seq);
  signal.throwIfAborted();
  return last;
}

function aborted(signal: AbortSignal): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  if (signal.aborted) resolve(signal.reason);
  else signal.addEventListener("abort", () => resolve(signal.reason), { once: true });
  return promise;
}
