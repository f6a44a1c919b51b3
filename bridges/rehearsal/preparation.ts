/** What a rehearsal begins with, asked of the other services: manifests, who is here, what it looks like, how long it takes. */
import { type Bus, callService } from "@patchbay/bus";
import {
  type AppName,
  type CommandStatistics,
  type Id,
  type ManifestDocument,
  PatchbayError,
  type Plan,
  SERVICES,
} from "@patchbay/contracts";
import type { Target } from "./messages.ts";
import { type Targets, targetsOf } from "./targets.ts";

export interface Preparation extends Targets {
  manifests: ManifestDocument[];
}

export interface Asking {
  bus: Bus;
  correlationId: Id;
  signal: AbortSignal;
}

const CONTEXT = SERVICES["context-store"];
const SOURCE = "rehearsal";
/** Statistics are worth no longer a wait, in milliseconds. */
const STATISTICS_MS = 2_000;

/** @throws {PatchbayError} `SERVICE_UNAVAILABLE` where the context store is away */
export async function prepare(plan: Plan, { bus, ...asking }: Asking): Promise<Preparation> {
  const options = { source: SOURCE, ...asking };
  const apps = [...new Set(plan.steps.map(({ app }) => app))];
  const [manifests, { bridges }] = await Promise.all([
    Promise.all(
      apps.map((app) =>
        found(callService(bus, "context-store", "app", { app }, { ...options, result: CONTEXT.app.result }))
      ),
    ),
    callService(bus, "context-store", "bridges", {}, { ...options, result: CONTEXT.bridges.result }),
  ]);
  const { targets, targetOf } = targetsOf(plan, bridges);
  const withState = async (target: Target): Promise<Target> => {
    if (target.bridge === undefined) return target;
    const { app, bridge } = target;
    const state = await found(
      callService(bus, "context-store", "state", { app, bridge }, { ...options, result: CONTEXT.state.result }),
    );
    if (state !== undefined) return { ...target, state: state.state, revision: state.revision };
    const note =
      `'${app}.${bridge}' has not shown what it looks like: the stage is an application that was just started.`;
    return { ...target, notes: [...target.notes, note] };
  };
  return {
    manifests: manifests.filter((manifest) => manifest !== undefined),
    targets: await Promise.all(targets.map(withState)),
    targetOf,
  };
}

/** How long commands took in this studio; nothing where nobody can say. */
export async function measured(apps: readonly AppName[], { bus, ...asking }: Asking): Promise<CommandStatistics[]> {
  const options = { source: SOURCE, ...asking, timeoutMs: STATISTICS_MS, result: SERVICES.conductor.statistics.result };
  const answers = await Promise.all(apps.map(async (app) => {
    try {
      return (await callService(bus, "conductor", "statistics", { app }, options)).commands;
    } catch (error) {
      // a rehearsal is worth having without them
      if (!(error instanceof PatchbayError)) throw error;
      return [];
    }
  }));
  return answers.flat();
}

async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PatchbayError && error.code === "NOT_FOUND" || isUnknownApp(error)) return undefined;
    throw error;
  }
}

const isUnknownApp = (error: unknown) => error instanceof PatchbayError && error.code === "UNKNOWN_APP";
