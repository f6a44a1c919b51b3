/**
 * Watches how commands do. Every replica counts them, so that any can answer; the one that has the lease raises alerts about
 * bridges with too many errors, and does something about them.
 */
import { acquireLease, type Bus, mirrorBucket, type PresenceMirror, readStream } from "@patchbay/bus";
import {
  AppEvent,
  type AppName,
  BridgeFailureEvent,
  BridgeId,
  ERRORS,
  MonitoringSettings,
  Result,
  type Statistics,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { setTimeout as wait } from "node:timers/promises";
import type { ResultFeed } from "../execution/result_feed.ts";
import { isUnderItsAddress } from "../own_address.ts";
import { ErrorMonitor, type SeenError } from "./error_monitor.ts";
import { Recoveries } from "./recover.ts";
import { RecoveryLog } from "./recovery_log.ts";
import { Usage } from "./usage.ts";

export interface MonitorOptions {
  bus: Bus;
  results: ResultFeed;
  here: PresenceMirror;
  /** Who holds the lease, for a person who looks. */
  owner: string;
  /** How long the watch stays with a conductor that died, in milliseconds. */
  leaseTtlMs: number;
  /** How long an application may take to come back, in milliseconds. @default 60_000 */
  patienceMs?: number | undefined;
  signal: AbortSignal;
}

export interface Monitor extends AsyncDisposable {
  statistics(app?: AppName): Statistics;
  /** Resolves when it watches no longer; with the error that ended it, if one did. */
  readonly ended: Promise<unknown>;
}

/** So many results back it looks when it begins. */
const RESULTS_BACK = 20_000;
const LEASE = "monitor";
export const SETTINGS_KEY = "monitoring";
const log = logger("conductor");

/** @throws {PatchbayError} `BUS_UNAVAILABLE` when the streams are not there */
export async function startMonitor({ bus, results, ...options }: MonitorOptions): Promise<Monitor> {
  await using stack = new AsyncDisposableStack();
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const settings = stack.use(
    await mirrorBucket(bus, "settings", MonitoringSettings, { filter: SETTINGS_KEY, signal }),
  );
  const recoveries = stack.use(await RecoveryLog.start(bus, signal));
  const usage = new Usage();
  const watched = new Set<(error: SeenError) => void>();
  stack.use(results.tap((result) => {
    usage.add(result, Date.now());
    const error = errorOf(result);
    if (error !== undefined) { for (const watch of watched) watch(error); }
  }));
  const before = countBefore(bus, usage, results.position, signal).catch((error) =>
    log.warn("what was done before is not counted: {error}", { error })
  );
  const watching = watchErrors(
    { bus, ...options, signal },
    watched,
    () => settings.values.get(SETTINGS_KEY)?.value ?? MonitoringSettings.parse({}),
  );
  stack.defer(async () => {
    stop.abort();
    await Promise.all([before, watching]);
  });
  const parts = stack.move();
  return {
    statistics(app) {
      const to = Date.now();
      return { from: Usage.from(to), to, commands: usage.commands(to, app), recoveries: recoveries.latest(app) };
    },
    ended: Promise.race([settings.ended, recoveries.ended]),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** What the stream has of the last day, as far as it is worth reading. @param last where the feed goes on */
async function countBefore(bus: Bus, usage: Usage, last: number, signal: AbortSignal): Promise<void> {
  const all = { subject: subjects.result(WILDCARD, WILDCARD, WILDCARD), payload: Result, follow: false, signal };
  const from = Math.max(1, last - RESULTS_BACK);
  for await (const { seq, subject, message: { payload } } of readStream(bus, "RESULTS", { ...all, from })) {
    if (seq > last) return;
    if (isUnderItsAddress(subject, payload)) usage.add(payload, Date.now());
  }
}

/** Whose error a result is; `undefined` where it succeeded, or ended before any bridge had it. */
function errorOf(result: Result): SeenError | undefined {
  if (result.ok) return undefined;
  const bridge = BridgeId.safeParse(result.bridge);
  if (!bridge.success) return undefined;
  const { code, severity } = result.problem;
  return { app: result.app, bridge: bridge.data, code, severity, at: Date.now() };
}

type Watched = Omit<MonitorOptions, "results">;

/** Watches whenever no other conductor does, until the signal fires. */
async function watchErrors(
  options: Watched,
  watched: Set<(error: SeenError) => void>,
  settings: () => MonitoringSettings,
): Promise<void> {
  const { bus, owner, leaseTtlMs, signal } = options;
  while (!signal.aborted) {
    try {
      await using lease = await acquireLease(bus, LEASE, { owner, ttlMs: leaseTtlMs, signal });
      if (lease !== undefined) {
        await watchUntil({ ...options, signal: AbortSignal.any([signal, lease.lost]) }, watched, settings);
      }
    } catch (error) {
      if (!signal.aborted) log.warn("errors are not watched for now: {error}", { error });
    }
    await wait(leaseTtlMs / 3, undefined, { signal }).catch(() => {});
  }
}

async function watchUntil(
  { bus, here, patienceMs, signal }: Watched,
  watched: Set<(error: SeenError) => void>,
  settings: () => MonitoringSettings,
): Promise<void> {
  const monitor = new ErrorMonitor();
  const recoveries = new Recoveries({ bus, here, signal, patienceMs });
  const acting = new Set<Promise<void>>();
  const watch = (error: SeenError) => {
    const now = settings();
    const trip = monitor.add(error, now.thresholds);
    if (trip === undefined) return;
    const act = recoveries.handle(trip, now)
      .catch((error) => void (signal.aborted || log.error("cannot recover: {error}", { error })))
      .finally(() => acting.delete(act));
    acting.add(act);
  };
  watched.add(watch);
  try {
    const failures = { subject: subjects.event(WILDCARD, WILDCARD, "bridge_failure"), payload: AppEvent, signal };
    for await (
      const { subject, message: { payload } } of readStream(bus, "EVENTS", { ...failures, from: "new", follow: true })
    ) {
      const failure = BridgeFailureEvent.safeParse(payload.data);
      if (!failure.success || !isUnderItsAddress(subject, payload)) continue;
      const { code } = failure.data;
      watch({ app: payload.app, bridge: payload.bridge, code, severity: ERRORS[code].severity, at: Date.now() });
    }
  } finally {
    watched.delete(watch);
    await Promise.all(acting);
  }
}
