/** For the tests of this folder: a bus with a conductor, counters behind real bridges, and plans that count. */
import { type Bus, callService, migrate, openBucket, readStream } from "@patchbay/bus";
import {
  command,
  defineApp,
  eventsOf,
  type Id,
  newId,
  PatchbayError,
  type Plan,
  PlanRecord,
  query,
  type Run,
  type RunEvent,
  RunLogEntry,
  SERVICES,
  type Step,
  subjects,
} from "@patchbay/contracts";
import { type AppDouble, type AppDoubleOptions, startAppDouble, startTestNats, type TestNats } from "@patchbay/testing";
import { z } from "zod";
import { type Conductor, type ConductorOptions, startConductor } from "../mod.ts";

const VERBS = SERVICES["conductor"];
type Verb = keyof typeof VERBS;

export function ask<V extends Verb>(
  bus: Bus,
  verb: V,
  payload: unknown,
): Promise<z.output<(typeof VERBS)[V]["result"]>>;
export function ask(bus: Bus, verb: Verb, payload: unknown): Promise<unknown> {
  return callService(bus, "conductor", verb, payload, { result: VERBS[verb].result, source: "test" });
}

const count = z.object({ count: z.number() });
export const counter = defineApp({
  app: "counter",
  title: "Counter",
  version: "1.0.0",
  state: count,
  commands: {
    add: command({ summary: "Adds.", args: z.object({ by: z.number().default(1) }), result: count }),
    fail: command({ summary: "Fails.", args: z.object({}), result: count }),
    get: query({ summary: "Reads.", args: z.object({}), result: count }),
    book: query({
      summary: "Writes a long text down.",
      args: z.object({ characters: z.number() }),
      result: z.object({ title: z.string(), pages: z.array(z.string()) }),
    }),
    title: query({
      summary: "Says a text again.",
      args: z.object({ text: z.string() }),
      result: z.object({ text: z.string() }),
    }),
    set: command({
      summary: "Sets the count.",
      args: z.object({ to: z.number() }),
      result: count,
      idempotent: true,
      verify: { command: "get", expect: { "/count": { $ref: "args.to" } } },
    }),
    numbers: query({
      summary: "Says some numbers again.",
      args: z.object({ list: z.array(z.number()) }),
      result: z.object({ list: z.array(z.number()) }),
    }),
    render: command({ summary: "Adds one, as a job.", args: z.object({}), result: count, lane: "job" }),
  },
});

type Handlers = NonNullable<AppDoubleOptions<typeof counter.commands>["handlers"]>;

/** A counter behind a real bridge. While it is held, what it is told to do does not end. */
export interface Counter extends AsyncDisposable {
  readonly double: AppDouble;
  readonly count: number;
  hold(): () => void;
  /** Resolves once so many commands have reached the application. */
  executed(times: number): Promise<void>;
}

/** @param handlers what this counter does otherwise */
export async function startCounter(bus: Bus | string, bridge = "ws-01", handlers: Handlers = {}): Promise<Counter> {
  let value = 0;
  let held = Promise.resolve();
  const arrivals = new Set<() => void>();
  const work = async <T>(signal: AbortSignal, then: () => T): Promise<T> => {
    for (const arrived of arrivals) arrived();
    const aborted = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => aborted.reject(signal.reason), { once: true });
    await Promise.race([held, aborted.promise]);
    return then();
  };
  const double = await startAppDouble(bus, counter, {
    bridge,
    drainTimeoutMs: 100,
    handlers: {
      add: ({ args, signal }) => work(signal, () => ({ count: value += args.by })),
      get: ({ signal }) => work(signal, () => ({ count: value })),
      render: ({ signal }) => work(signal, () => ({ count: ++value })),
      book: ({ args: { characters } }) => ({ title: "A long one", pages: ["x".repeat(characters)] }),
      title: ({ args: { text } }) => ({ text }),
      set: ({ args: { to }, signal }) => work(signal, () => ({ count: value = to })),
      numbers: ({ args: { list } }) => ({ list }),
      ...handlers,
    },
    snapshot: () => ({ count: value }),
  });
  return {
    double,
    get count() {
      return value;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    executed: (times) =>
      new Promise((resolve) => {
        const arrived = () => {
          if (double.executions.length < times) return;
          arrivals.delete(arrived);
          resolve();
        };
        arrivals.add(arrived);
        arrived();
      }),
    [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
  };
}

export const step = (id: string, command: string, more: Partial<Step> = {}): Step => ({
  id,
  app: "counter",
  command,
  args: {},
  dependsOn: [],
  onError: "stop",
  ...more,
});
export const planOf = (...steps: Step[]): Plan => ({
  id: newId(),
  steps,
  provenance: { provider: "hand", createdAt: 0 },
});
export const refused = (code: string) => (error: unknown) => error instanceof PatchbayError && error.code === code;

export interface Studio extends AsyncDisposable {
  nats: TestNats;
  bus: Bus;
  conductor: Conductor;
}

export const QUICK: Partial<ConductorOptions> = {
  leaseTtlMs: 1_000,
  retry: { retries: 3, initialDelayMs: 20, maxDelayMs: 100 },
};

export async function startStudio(options: Partial<ConductorOptions> = {}): Promise<Studio> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  const conductor = stack.use(await startConductor({ bus, ...QUICK, ...options }));
  const parts = stack.move();
  return { nats, bus, conductor, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** A bus without a conductor. */
export async function startBus(): Promise<{ nats: TestNats; bus: Bus } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  const parts = stack.move();
  return { nats, bus, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** Saves a plan and begins a run of it. */
export async function begin(bus: Bus, plan: Plan): Promise<Id> {
  await ask(bus, "save_plan", { plan });
  return (await ask(bus, "run_plan", { planId: plan.id })).runId;
}

/** The run once it has ended, as its log leaves it. */
export async function ended(bus: Bus, runId: Id): Promise<Run> {
  await logged(bus, runId, ({ type }) => type === "RUN_FINISHED");
  return await ask(bus, "run", { runId });
}

/** Waits for an event in the log of a run. */
export async function logged(bus: Bus, runId: Id, accept: (event: RunEvent) => boolean): Promise<RunEvent> {
  const options = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: true } as const;
  for await (const { message } of readStream(bus, "RUNS", { ...options, signal: AbortSignal.timeout(20_000) })) {
    const found = eventsOf(message.payload).find(accept);
    if (found !== undefined) return found;
  }
  throw new Error(`Run ${runId} did not come so far: ${JSON.stringify(await ask(bus, "run", { runId }))}`);
}

/** The messages of a run's log, each with the events that were stored together. */
export async function messages(bus: Bus, runId: Id): Promise<(readonly RunEvent[])[]> {
  const found: (readonly RunEvent[])[] = [];
  const options = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: false } as const;
  for await (const { message } of readStream(bus, "RUNS", options)) found.push(eventsOf(message.payload));
  return found;
}

export const events = async (bus: Bus, runId: Id): Promise<RunEvent[]> => (await messages(bus, runId)).flat();
export const statuses = (run: Run) =>
  Object.fromEntries(Object.entries(run.steps).map(([id, { status }]) => [id, status]));

/** Waits until a plan is in a state. */
export async function settled(bus: Bus, id: Id, status: PlanRecord["status"]): Promise<void> {
  const plans = await openBucket(bus, "plans", PlanRecord);
  for await (const change of plans.watch({ filter: id, signal: AbortSignal.timeout(10_000) })) {
    if (change.kind === "put" && change.value.status === status) return;
  }
  throw new Error(`Plan ${id} did not become '${status}'`);
}
