/** The service: its verbs, its runs, and the runs of conductors that died. */
import {
  type Bus,
  mirrorBucket,
  PresenceMirror,
  readStream,
  type RunningService,
  serviceEndpoint,
  startService,
  subscribe,
  type Subscription,
  whatFits,
} from "@patchbay/bus";
import {
  Cancel,
  eventsOf,
  newId,
  parseSubject,
  type RunEvent,
  RunLogEntry,
  SERVICES,
  subjects,
  UnavailableError,
  WILDCARD,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { z } from "zod";
import { tendDeadLetters } from "./dead_letters.ts";
import { PlanStore } from "./plan_store.ts";
import { ResultFeed } from "./execution/result_feed.ts";
import { Runs } from "./execution/runs.ts";
import { RETRY_LIMITS, type RetryLimits } from "./execution/step_command.ts";
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
  const plans = await PlanStore.open(bus, world, signal);
  const runs = new Runs({
    bus,
    results,
    here,
    offers: world.offers,
    plans,
    manifests: () => world.now().manifests,
    limits: options.retry ?? RETRY_LIMITS,
    owner,
    leaseTtlMs,
    signal,
  });
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
  const service = stack.use(await serve(bus, { plans, runs, takeOver, signal }));
  for (const runId of await unfinished(bus, plans, signal)) void takeOver(runId);
  const failed = Promise.race([world.ended, results.ended, leases.ended, hearing]).then((error) => {
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
  plans: PlanStore;
  runs: Runs;
  takeOver(runId: string): Promise<void>;
  signal: AbortSignal;
}

function serve(bus: Bus, { plans, runs, takeOver, signal }: Served): Promise<RunningService> {
  return startService(bus, {
    name: NAME,
    version: "0.1.0",
    description: "Keeps plans that hold, and runs them: durable, resumable, cancellable.",
    source: NAME,
    signal,
    endpoints: [
      serviceEndpoint(NAME, "save_plan", {
        payload: VERBS.save_plan.request,
        handler: ({ payload }) => plans.save(payload.plan),
      }),
      serviceEndpoint(NAME, "plan", {
        payload: VERBS.plan.request,
        handler: ({ payload }) => plans.get(payload.id),
      }),
      serviceEndpoint(NAME, "plans", {
        payload: VERBS.plans.request,
        handler: async ({ payload }) => ({ plans: whatFits(bus, await plans.list(payload.limit)) }),
      }),
      serviceEndpoint(NAME, "run_plan", {
        payload: VERBS.run_plan.request,
        handler: async ({ payload, message }) => {
          const runId = newId();
          const { planId, effects } = payload;
          try {
            const plan = await plans.claim(planId, runId, effects === undefined ? {} : { effects });
            await runs.begin({ runId, plan, correlationId: message.metadata.correlationId });
          } catch (error) {
            // the plan may be the run's although nobody says so: it is given back once the bus is there
            if (error instanceof UnavailableError) void takeOver(runId);
            throw error;
          }
          return { runId, status: "running" as const };
        },
      }),
      serviceEndpoint(NAME, "run", {
        payload: VERBS.run.request,
        handler: ({ payload, signal }) => runs.get(payload.runId, signal),
      }),
      serviceEndpoint(NAME, "cancel_run", {
        payload: VERBS.cancel_run.request,
        handler: async ({ payload, signal }) => {
          await runs.cancel(payload.runId, payload.reason, signal);
          return {};
        },
      }),
    ],
  });
}

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
