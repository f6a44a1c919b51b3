/** The service: its verbs, its runs, and the runs of conductors that died. */
import {
  type AnyEndpoint,
  type Bus,
  mirrorBucket,
  PresenceMirror,
  readStream,
  type RunningService,
  serviceEndpoint,
  startService,
  subscribe,
  type Subscription,
} from "@patchbay/bus";
import {
  type AppName,
  type BridgeId,
  Cancel,
  EMBEDDED_POLICIES,
  eventsOf,
  newId,
  parseSubject,
  PatchbayError,
  type Policies,
  type RunEvent,
  RunLogEntry,
  SERVICES,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { z } from "zod";
import { createApproval } from "./approval/approval.ts";
import { createDecider } from "./approval/decider.ts";
import { PolicyStore } from "./approval/policy_store.ts";
import type { RunRequests } from "./approval/run_requests.ts";
import { tendDeadLetters } from "./dead_letters.ts";
import { startMonitor } from "./monitoring/monitor.ts";
import { monitoringEndpoints } from "./monitoring/monitoring_endpoints.ts";
import { openMonitoringStore } from "./monitoring/monitoring_settings.ts";
import { PlanStore } from "./plan_store.ts";
import { ResultFeed } from "./execution/result_feed.ts";
import { runEndpoints } from "./execution/run_endpoints.ts";
import { Runs } from "./execution/runs.ts";
import { RETRY_LIMITS, type RetryLimits } from "./execution/step_attempts.ts";
import { type BreakerLimits, Breakers } from "./execution/breakers.ts";
import { rehearsalEndpoints } from "./rehearsal/rehearsal_endpoints.ts";
import { Rehearsals } from "./rehearsal/rehearsals.ts";
import { undoEndpoints } from "./undo/endpoints.ts";
import { TakeBacks } from "./undo/take_backs.ts";
import { startTriggers } from "./triggers/start_triggers.ts";
import { untilItWorks } from "./until_it_works.ts";
import { followWorld } from "./world.ts";

export interface ConductorOptions {
  bus: Bus;
  /** Who it is among its replicas. @default a new id */
  owner?: string;
  /** How long its runs stay with it after it died, in milliseconds, rounded up to seconds. @default 15_000 */
  leaseTtlMs?: number;
  /** How often, and how far apart, a command that had no effect is sent again. */
  retry?: RetryLimits;
  /** When nothing is sent to a bridge for a while because it keeps failing. */
  breaker?: BreakerLimits;
  /** What runs unasked until somebody changes it. @default EMBEDDED_POLICIES */
  policies?: Policies;
  /** What approvals expire by, in milliseconds since 1970. @default Date.now */
  now?: () => number;
  signal?: AbortSignal;
}

/** Disposing lets go of its runs, at once: the next conductor goes on with them. */
export interface Conductor extends AsyncDisposable {
  /** Resolves when the service has ended; with the error that ended it, if one did. */
  readonly ended: Promise<unknown>;
}

const NAME = "conductor";
const VERBS = SERVICES[NAME];
const LEASE_TTL_MS = 15_000;
const log = logger(NAME);

/**
 * Starts the conductor; it takes over at once what nobody works on.
 * @throws {PatchbayError} `BUS_UNAVAILABLE` when the streams are not there, `FORBIDDEN`
 */
export async function startConductor({ bus, signal: given, ...options }: ConductorOptions): Promise<Conductor> {
  const stop = new AbortController();
  const signal = given === undefined ? stop.signal : AbortSignal.any([stop.signal, given]);
  const owner = options.owner ?? newId();
  const leaseTtlMs = options.leaseTtlMs ?? LEASE_TTL_MS;
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await followWorld(bus, signal));
  const here = stack.use(await PresenceMirror.follow(bus, { signal }));
  const results = stack.use(await ResultFeed.start(bus, signal));
  const monitor = stack.use(await startMonitor({ bus, results, here, owner, leaseTtlMs, signal }));
  const monitoring = monitoringEndpoints({ monitor, settings: await openMonitoringStore(bus, signal) });
  const plans = await PlanStore.open(bus, world, signal);
  const manifests = () => world.now().manifests;
  const policies = await PolicyStore.open(bus, options.policies ?? EMBEDDED_POLICIES, signal);
  const now = options.now ?? Date.now;
  const decide = createDecider({ policies, manifests, now });
  const runs: Runs = new Runs({
    bus,
    results,
    here,
    offers: world.offers,
    plans,
    manifests,
    decide,
    tookBack: (run, signal) => takeBacks.settle(run, signal),
    neverBegan: (runId) => approval.requests.goOn(runId),
    limits: options.retry ?? RETRY_LIMITS,
    breakers: new Breakers(options.breaker),
    owner,
    leaseTtlMs,
    signal,
  });
  const presence = (app: AppName, bridge: BridgeId) => here.get(app, bridge);
  const takeBacks: TakeBacks = new TakeBacks({ bus, runs, plans, decide, manifests, presence });
  const approval = createApproval({ bus, plans, runs, policies, decide, now, signal });
  const rehearsals = rehearsalEndpoints(await Rehearsals.open({ bus, plans, signal }));
  const triggers = stack.use(
    await startTriggers({
      bus,
      plans,
      runs,
      requests: approval.requests,
      decide,
      manifests,
      owner,
      leaseTtlMs,
      signal,
    }),
  );
  const tending = tendDeadLetters({ bus, owner, leaseTtlMs, signal });
  stack.defer(async () => {
    stop.abort();
    await Promise.all([runs.idle(), tending]);
  });
  const takeOver = (runId: string) =>
    untilItWorks(() => runs.takeOver(runId), signal)
      .catch((error) => log.error("run {run} cannot be taken over: {error}", { run: runId, error }));
  const leases = stack.use(
    await mirrorBucket(bus, "leases", z.unknown(), {
      filter: "run.*",
      signal,
      onChange: ({ kind, key }) => void (kind === "delete" && takeOver(key.slice("run.".length))),
    }),
  );
  const cancels = subscribe(bus, subjects.cancel(WILDCARD), { payload: Cancel, signal });
  const hearing = hearCancels(cancels, runs).then(() => undefined, (error: unknown) => error);
  stack.defer(() => cancels[Symbol.asyncDispose]());
  await cancels.ready;
  const service = stack.use(
    await serve(bus, {
      runs,
      requests: approval.requests,
      signal,
      more: [
        ...runEndpoints(bus),
        ...approval.endpoints,
        ...rehearsals,
        ...undoEndpoints(takeBacks),
        ...monitoring,
        ...triggers.endpoints,
      ],
    }),
  );
  for (const runId of await unfinished(bus, plans, signal)) void takeOver(runId);
  const ends = [world.ended, results.ended, monitor.ended, triggers.ended, leases.ended, hearing];
  const failed = Promise.race(ends).then((error) => {
    if (error !== undefined) log.error("the conductor ends: {error}", { error });
    stop.abort();
    return error;
  });
  const parts = stack.move();
  return {
    ended: Promise.all([failed, service.stopped]).then(([error]) => error),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

interface Served {
  runs: Runs;
  requests: RunRequests;
  signal: AbortSignal;
  /** The endpoints of its other parts. */
  more: readonly AnyEndpoint[];
}

function serve(bus: Bus, { runs, requests, signal, more }: Served): Promise<RunningService> {
  return startService(bus, {
    name: NAME,
    version: "0.1.0",
    description: "Keeps plans that hold, and runs them: durable, resumable, cancellable.",
    source: NAME,
    signal,
    endpoints: [
      ...more,
      serviceEndpoint(NAME, "run", {
        payload: VERBS.run.request,
        handler: async ({ payload: { runId }, signal }) => {
          try {
            return await runs.get(runId, signal);
          } catch (error) {
            const waiting = isNotFound(error) ? await requests.waiting(runId) : undefined;
            if (waiting === undefined) throw error;
            return waiting;
          }
        },
      }),
      serviceEndpoint(NAME, "cancel_run", {
        payload: VERBS.cancel_run.request,
        handler: async ({ payload, signal }) => {
          const { runId, ...asked } = payload;
          await requests.cancel(runId, asked, signal);
          return {};
        },
      }),
    ],
  });
}

const isNotFound = (error: unknown) => error instanceof PatchbayError && error.code === "NOT_FOUND";

/** Whichever replica is asked to cancel a run tells the one that has it. */
async function hearCancels(cancels: Subscription<Cancel>, runs: Runs): Promise<void> {
  for await (const { message: { payload } } of cancels) {
    await runs.cancelHere(payload.commandId, payload.reason).catch((error) => {
      // the run was lost meanwhile: whoever has it finds the request in its log
      log.debug("run {run} is not cancelled here: {error}", { run: payload.commandId, error });
    });
  }
}

/** Runs whose log has no end, and plans that wait for the end of a run that never began. */
async function unfinished(bus: Bus, plans: PlanStore, signal: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  const status = new Map<string, RunEvent>();
  const all = { subject: subjects.run(WILDCARD), payload: RunLogEntry, signal, follow: false } as const;
  for await (const { subject, message } of readStream(bus, "RUNS", { ...all, from: "last-per-subject" })) {
    const parsed = parseSubject(subject);
    const last = eventsOf(message.payload).at(-1);
    if (parsed?.kind !== "run" || last === undefined) continue;
    status.set(parsed.runId, last);
    if (last.type !== "RUN_FINISHED") found.push(parsed.runId);
  }
  for (const { id, runId } of await plans.running()) {
    const last = status.get(runId);
    if (last?.type === "RUN_FINISHED") await plans.settle(id, runId, last.status);
    else if (last === undefined) found.push(runId);
  }
  return found;
}
