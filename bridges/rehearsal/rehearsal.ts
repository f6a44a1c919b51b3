/** The service: one verb, which rehearses a plan and answers what it would do. Cancelled by the plan's id. */
import { type Bus, type Call, send, serviceEndpoint, startService, subscribe } from "@patchbay/bus";
import {
  type AppName,
  Cancel,
  ConflictError,
  envelope,
  type Id,
  PatchbayError,
  type Plan,
  planDigest,
  type Rehearsal,
  type RehearsalRequest,
  type RehearsedStep,
  SERVICES,
  subjects,
  toProblem,
  WILDCARD,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { join } from "node:path";
import { assess } from "./assessment.ts";
import { expectedMs, withMeasured } from "./durations.ts";
import { REHEARSAL_LIMITS, type RehearsalLimits } from "./limits.ts";
import { measured, type Preparation, prepare } from "./preparation.ts";
import { runWorker, type Worked } from "./run_worker.ts";
import { Turns } from "./turns.ts";
import { whatFits } from "./what_fits.ts";

export interface RehearsalOptions {
  bus: Bus;
  /**
   * Makes the worker of one rehearsal: `() => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" })`, of
   * a module that calls `serveRehearsal`. Nothing of a bridge is loaded before.
   */
  worker: () => Worker;
  /** Where rehearsals have their folders: made where it is missing, and emptied, since what is there was left by a process that died. */
  folder: string;
  /** How bridges of this installation were named, by their application: `{ lights: "osc:lights.yaml" }`. @default {} */
  items?: Readonly<Record<AppName, string>>;
  limits?: Partial<RehearsalLimits>;
  /** So many plans are rehearsed at once. @default 2 */
  atOnce?: number;
  signal?: AbortSignal;
}

/** Disposing ends the rehearsals that run, and leaves. */
export interface RehearsalService extends AsyncDisposable {
  /** Resolves when the service has ended; with the error that ended it, if one did. */
  readonly ended: Promise<unknown>;
}

const NAME = "rehearsal";
const log = logger(NAME);
/** More would only be forgotten by whoever waits. */
const WAITING = 16;
/** What the envelope and its headers take of an answer, in bytes. */
const OVERHEAD_BYTES = 16 * 1024;
/** Tries to remove a folder, and the time between them, in milliseconds. */
const REMOVALS = 5;
const REMOVAL_MS = 50;
/** Progress is told no oftener, in milliseconds. */
const PROGRESS_MS = 100;

/** @throws {PatchbayError} `FORBIDDEN` */
export async function startRehearsal({ bus, signal: given, ...options }: RehearsalOptions): Promise<RehearsalService> {
  const stop = new AbortController();
  const signal = given === undefined ? stop.signal : AbortSignal.any([stop.signal, given]);
  const limits = { ...REHEARSAL_LIMITS, ...options.limits };
  const turns = new Turns(options.atOnce ?? 2, WAITING);
  await empty(options.folder);
  const running = new Map<Id, AbortController>();
  const cancels = subscribe(bus, subjects.cancel(WILDCARD), { payload: Cancel, signal });
  const hearing = (async () => {
    for await (const { message: { payload: { commandId } } } of cancels) {
      running.get(commandId)?.abort(new PatchbayError("CANCELLED", "The rehearsal was cancelled"));
    }
  })();
  await cancels.ready;
  const service = await startService(bus, {
    name: NAME,
    version: "0.1.0",
    description: "Rehearses plans on simulators that hold the present state; no application is touched.",
    source: NAME,
    signal,
    endpoints: [
      serviceEndpoint(NAME, "rehearse", {
        payload: SERVICES.rehearsal.rehearse.request,
        handler: (call) => {
          const { id } = call.payload.plan;
          const cancelled = new AbortController();
          running.set(id, cancelled);
          const until = AbortSignal.any([call.signal, signal, cancelled.signal]);
          return turns.take(() => rehearse(call, { ...options, bus, limits, signal: until }), until)
            .finally(() => running.get(id) === cancelled && running.delete(id));
        },
      }),
    ],
  });
  return {
    ended: Promise.race([service.stopped, hearing]),
    async [Symbol.asyncDispose]() {
      stop.abort(PatchbayError.of("SERVICE_UNAVAILABLE", "The rehearsal service ends"));
      await Promise.all([service[Symbol.asyncDispose](), hearing]);
    },
  };
}

type Rehearsing = Pick<RehearsalOptions, "bus" | "worker" | "folder" | "items"> & {
  limits: RehearsalLimits;
  signal: AbortSignal;
};

async function rehearse(
  { payload: { plan, digest }, message }: Call<RehearsalRequest>,
  { bus, worker, folder: parent, items = {}, limits, signal }: Rehearsing,
): Promise<Rehearsal> {
  const began = performance.now();
  if (await planDigest(plan) !== digest) {
    throw new ConflictError("CONFLICT", `Cannot rehearse plan '${plan.id}': it is another one than its digest says`);
  }
  const { correlationId } = message.metadata;
  const asking = { bus, correlationId, signal };
  const [preparation, statistics] = await Promise.all([
    prepare(plan, asking),
    measured([...new Set(plan.steps.map(({ app }) => app))], asking),
  ]);
  const folder = join(parent, crypto.randomUUID().slice(0, 8));
  await Deno.mkdir(folder, { mode: 0o700 });
  let worked: Worked;
  try {
    const job = { ...preparation, plan, items, folder, limits };
    worked = await runWorker({ bus, job, worker, signal, onStep: progressOf(plan, { bus, correlationId }) });
  } finally {
    await removeFolder(folder);
  }
  // whoever asked waits no longer
  signal.throwIfAborted();
  if (worked.ended !== undefined) log.warn("plan {plan}: {error}", { plan: plan.id, error: worked.ended });
  const steps = plan.steps.map((step) =>
    withMeasured(worked.steps.get(step.id) ?? unreached(step, preparation, worked), statistics)
  );
  const durations = new Map(steps.map(({ stepId, durationMs }) => [stepId, durationMs]));
  const rehearsal: Rehearsal = {
    planId: plan.id,
    digest,
    at: Date.now(),
    tookMs: performance.now() - began,
    ok: steps.every(({ status, cause }) => status !== "failed" && (status !== "skipped" || cause === "condition")),
    expectedMs: expectedMs(plan, durations),
    stages: preparation.targets.map(({ app, bridge, revision, notes }, i) => ({
      app,
      ...(bridge === undefined ? {} : { bridge }),
      ...(revision === undefined ? {} : { revision }),
      notes: worked.notes.get(i) ?? notes,
    })),
    steps,
  };
  return whatFits(rehearsal, bus.maxPayload - OVERHEAD_BYTES);
}

/** A step that the rehearsal did not come to, or was ended at. */
function unreached(
  { id, app, command }: Plan["steps"][number],
  { manifests }: Preparation,
  { at, ended }: Worked,
): RehearsedStep {
  const commands = manifests.find((manifest) => manifest.app === app)?.commands ?? {};
  const about = assess(Object.hasOwn(commands, command) ? commands[command] : undefined);
  const none = { stepId: id, app, command, ...about, changes: [], moreChanges: 0, durationMs: 0 };
  if (id === at && ended !== undefined) {
    return { ...none, status: "failed", durationFrom: "simulated", problem: toProblem(ended) };
  }
  const reason = `the rehearsal was ended before: ${ended?.message ?? "it did not come so far"}`.slice(0, 500);
  return { ...none, status: "skipped", cause: "failure", durationFrom: "simulated", reason };
}

/** Tells how far it is, on the progress of whoever asked. */
function progressOf(plan: Plan, { bus, correlationId }: { bus: Bus; correlationId: string }) {
  let done = 0;
  let told = -Infinity;
  return ({ stepId, command }: RehearsedStep) => {
    done++;
    if (performance.now() - told < PROGRESS_MS && done < plan.steps.length) return;
    told = performance.now();
    const fraction = Math.min(1, done / plan.steps.length);
    const payload = { commandId: plan.id, fraction, message: `rehearsed ${stepId} ${command}` };
    send(bus, subjects.progress(correlationId), envelope({ type: "progress", payload, source: NAME, correlationId }));
  };
}

/** A thread that was taken away may finish what it was at: a folder that comes back is removed again. */
async function removeFolder(folder: string): Promise<void> {
  for (let attempt = 0; attempt < REMOVALS; attempt++) {
    try {
      await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      log.debug("{folder} is not removed yet: {error}", { folder, error });
    }
    await new Promise((resolve) => setTimeout(resolve, REMOVAL_MS * attempt));
  }
}

async function empty(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  for await (const { name } of Deno.readDir(folder)) await Deno.remove(join(folder, name), { recursive: true });
}
