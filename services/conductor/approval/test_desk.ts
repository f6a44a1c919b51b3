/** A desk as an application, a conductor or several, and what tests of approvals ask them. */
import { type Bus, callService, migrate, readStream } from "@patchbay/bus";
import {
  type Actor,
  command,
  defineApp,
  eventsOf,
  type Id,
  newId,
  PatchbayError,
  type Plan,
  type PlanRecord,
  query,
  type RunEvent,
  RunLogEntry,
  SERVICES,
  type Step,
  subjects,
} from "@patchbay/contracts";
import { type AppDouble, startAppDouble, startTestNats, type TestNats } from "@patchbay/testing";
import { z } from "zod";
import { type ConductorOptions, startConductor } from "../mod.ts";

const VERBS = SERVICES["conductor"];
type Verb = keyof typeof VERBS;

export function ask<V extends Verb>(
  bus: Bus,
  verb: V,
  payload: z.input<(typeof VERBS)[V]["request"]>,
  options?: { timeoutMs?: number },
): Promise<z.output<(typeof VERBS)[V]["result"]>>;
export function ask(bus: Bus, verb: Verb, payload: unknown, options: { timeoutMs?: number } = {}): Promise<unknown> {
  return callService(bus, "conductor", verb, payload, { result: VERBS[verb].result, source: "test", ...options });
}

const empty = z.object({});
const desk = defineApp({
  app: "desk",
  title: "Desk",
  version: "1.0.0",
  state: empty,
  commands: {
    look: query({ summary: "Looks.", args: empty, result: empty }),
    tidy: command({ summary: "Tidies.", args: empty, result: empty }),
    burn: command({ summary: "Burns.", args: empty, result: empty, effect: "destructive" }),
  },
});

export const kim: Actor = { key: "k1", name: "Kim" };
export const lee: Actor = { key: "k2", name: "Lee" };

export function planOf(
  commands: readonly string[],
  more: (i: number) => Partial<Step> = () => ({}),
  id = newId(),
): Plan {
  const steps = commands.map((command, i): Step => ({
    id: `s${i + 1}`,
    app: "desk",
    command,
    args: {},
    dependsOn: i === 0 ? [] : [`s${i}`],
    onError: "stop",
    ...more(i),
  }));
  return { id, steps, provenance: { provider: "hand", createdAt: 0 } };
}

export interface Desk extends AsyncDisposable {
  nats: TestNats;
  bus: Bus;
  app: AppDouble;
  /** What the conductors take for the time. */
  clock: { now: number };
  /** Starts another conductor. */
  conduct(bus?: Bus): Promise<AsyncDisposable>;
}

/** @param conductors how many there are from the beginning */
export async function startDesk(
  { conductors = 1, ...options }: Partial<ConductorOptions> & { conductors?: number } = {},
): Promise<Desk> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const none = () => ({});
  const app = stack.use(await startAppDouble(bus, desk, { handlers: { look: none, tidy: none, burn: none } }));
  const clock = { now: Date.now() };
  const conduct = async (own?: Bus) =>
    await startConductor({ bus: own ?? bus, leaseTtlMs: 1_000, now: () => clock.now, ...options });
  for (let i = 0; i < conductors; i++) stack.use(await conduct());
  const parts = stack.move();
  return { nats, bus, app, clock, conduct, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Keeps a plan; its digest is what is approved. */
export async function save(bus: Bus, plan: Plan): Promise<{ planId: Id; digest: string }> {
  const { digest } = await ask(bus, "save_plan", { plan });
  return { planId: plan.id, digest: digest! };
}

/** The run's log once it has ended. */
export async function ended(bus: Bus, runId: Id): Promise<RunEvent[]> {
  const found: RunEvent[] = [];
  const options = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: true } as const;
  for await (const { message } of readStream(bus, "RUNS", { ...options, signal: AbortSignal.timeout(20_000) })) {
    found.push(...eventsOf(message.payload));
    if (found.at(-1)?.type === "RUN_FINISHED") return found;
  }
  throw new Error(`Run ${runId} did not end: ${JSON.stringify(found)}`);
}

/** The plan's record once it is as it should be. */
export async function untilPlan(bus: Bus, id: Id, accept: (record: PlanRecord) => boolean): Promise<PlanRecord> {
  for (const signal = AbortSignal.timeout(20_000);; signal.throwIfAborted()) {
    const record = await ask(bus, "plan", { id });
    if (accept(record)) return record;
  }
}

export const refused = (code: string) => (error: unknown) => {
  if (error instanceof PatchbayError && error.code === code) return true;
  throw error;
};

export const codeOf = (outcome: PromiseSettledResult<unknown>): string =>
  outcome.status === "fulfilled"
    ? "ok"
    : outcome.reason instanceof PatchbayError
    ? outcome.reason.code
    : String(outcome.reason);
