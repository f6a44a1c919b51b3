/** For the tests of this folder: a drum machine that tells what is struck, a lamp that flashes, conductors that can die. */
import { type Bus, callService, migrate, readStream } from "@patchbay/bus";
import {
  command,
  defineApp,
  eventsOf,
  type Id,
  PatchbayError,
  RunLogEntry,
  SERVICES,
  subjects,
  type Trigger,
  TriggerFiring,
  type TriggerRecord,
  WILDCARD,
} from "@patchbay/contracts";
import { type AppDouble, startAppDouble, startTestNats, type TestNats } from "@patchbay/testing";
import { z } from "zod";
import { type ConductorOptions, startConductor } from "../mod.ts";

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

export const refused = (code: string) => (error: unknown) => error instanceof PatchbayError && error.code === code;

const empty = z.object({});
export const drums = defineApp({
  app: "drums",
  title: "Drums",
  version: "1.0.0",
  state: empty,
  commands: {
    strike: command({ summary: "Strikes.", args: z.object({ drum: z.string() }), result: empty }),
  },
  events: {
    struck: {
      summary: "A drum was struck.",
      schema: z.object({ drum: z.string(), force: z.number(), hand: z.string().optional() }),
    },
  },
});
export const lamp = defineApp({
  app: "lamp",
  title: "Lamp",
  version: "1.0.0",
  state: empty,
  commands: {
    flash: command({
      summary: "Flashes.",
      args: z.object({ color: z.string(), at: z.number().optional() }),
      result: empty,
    }),
    burn: command({ summary: "Burns.", effect: "destructive", args: z.object({ color: z.string() }), result: empty }),
  },
  events: { flashed: { summary: "It flashed.", schema: z.object({ color: z.string() }) } },
});

export interface TestStudio extends AsyncDisposable {
  nats: TestNats;
  bus: Bus;
  drums: AppDouble;
  lamp: AppDouble;
  /** A conductor with a connection of its own. */
  conductor(options?: Partial<ConductorOptions>): Promise<TestConductor>;
  strike(drum: string, force?: number): void;
  /** What the lamp was told, in order. */
  colors(): unknown[];
}

export interface TestConductor extends AsyncDisposable {
  /** From now on nothing that it sends to a subject that begins so gets through; resolves once it has tried. */
  mute(prefix: string): Promise<void>;
  /** Its connection breaks and does not come back, as when its process is killed. */
  kill(): Promise<void>;
}

/** @param echo whether the lamp's flash strikes a drum, and a drum that is struck flashes: what loops are made of */
export async function startTestStudio(
  { echo = false, storage = "memory" }: { echo?: boolean; storage?: "memory" | "file" } = {},
): Promise<TestStudio> {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage });
  const drumMachine: AppDouble = stack.use(
    await startAppDouble(nats.url, drums, {
      handlers: {
        strike: ({ args: { drum } }) => {
          drumMachine.event("struck", { drum, force: 1 });
          return {};
        },
      },
    }),
  );
  const light: AppDouble = stack.use(
    await startAppDouble(nats.url, lamp, {
      handlers: {
        flash: ({ args: { color } }) => {
          if (echo) light.event("flashed", { color });
          return {};
        },
        burn: () => ({}),
      },
    }),
  );
  const parts = stack.move();
  return {
    nats,
    bus,
    drums: drumMachine,
    lamp: light,
    async conductor(options = {}) {
      const own = await nats.connect("conductor");
      const conductor = await startConductor({ bus: own, leaseTtlMs: 1_000, ...options });
      const publish = own.nc.publish.bind(own.nc);
      return {
        mute: (prefix) =>
          new Promise((resolve) => {
            own.nc.publish = (subject, ...rest) => subject.startsWith(prefix) ? resolve() : publish(subject, ...rest);
          }),
        kill: async () => {
          await own.nc.close();
          await conductor[Symbol.asyncDispose]();
        },
        [Symbol.asyncDispose]: () => conductor[Symbol.asyncDispose](),
      };
    },
    strike: (drum, force = 1) => drumMachine.event("struck", { drum, force }),
    colors: () => light.executions.filter(({ command }) => command === "flash").map(({ args }) => args["color"]),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

export const flashAtDrum: z.input<typeof Trigger> = {
  id: "flash",
  when: { app: "drums", event: "struck" },
  then: { app: "lamp", command: "flash", args: { color: { $event: "/data/drum" } } },
};

export const put = (bus: Bus, trigger: z.input<typeof Trigger>, revision?: number): Promise<TriggerRecord> =>
  ask(bus, "put_trigger", { trigger, ...(revision === undefined ? {} : { revision }) });

/** The first one first. */
export const firings = async (bus: Bus, id: string): Promise<TriggerFiring[]> =>
  (await ask(bus, "firings", { id })).firings.reverse();

/** Waits until a condition holds. */
export async function until(condition: () => unknown, what = String(condition)): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  // a conductor that is killed may take a question with it
  const holds = async () => {
    try {
      return await condition();
    } catch (error) {
      if (refused("DEADLINE_EXCEEDED")(error)) return false;
      throw error;
    }
  };
  while (!await holds()) {
    if (signal.aborted) throw new Error(`It did not come to this: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits for a firing of a trigger with an outcome. */
export async function fired(
  bus: Bus,
  triggerId: string,
  accept: (firing: TriggerFiring) => boolean,
): Promise<TriggerFiring> {
  const log = { subject: subjects.trigger(triggerId), payload: TriggerFiring, from: "start", follow: true } as const;
  for await (const { message } of readStream(bus, "TRIGGERS", { ...log, signal: AbortSignal.timeout(30_000) })) {
    if (accept(message.payload)) return message.payload;
  }
  throw new Error(`Trigger '${triggerId}' did not fire so`);
}

/** The ids of all runs that were begun. */
export async function runIds(bus: Bus): Promise<Id[]> {
  const found: Id[] = [];
  const log = { subject: subjects.run(WILDCARD), payload: RunLogEntry, from: "start", follow: false } as const;
  for await (const { message } of readStream(bus, "RUNS", log)) {
    for (const event of eventsOf(message.payload)) if (event.type === "RUN_STARTED") found.push(event.runId);
  }
  return found;
}
