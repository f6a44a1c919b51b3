/** For the tests of this folder: a small application, a server with its streams, and a caller. */
import { z } from "zod";
import {
  command,
  defineApp,
  envelope,
  fromProblem,
  type Id,
  newId,
  type PatchbayError,
  type Priority,
  query,
  Result,
  subjects,
} from "@patchbay/contracts";
import { type Bus, migrate, request } from "@patchbay/bus";
import { startTestNats, type TestNats } from "@patchbay/testing";

export const counter = defineApp({
  app: "counter",
  title: "Counter",
  version: "1.0.0",
  state: z.object({ count: z.number(), names: z.array(z.string()).default([]) }),
  commands: {
    add: command({
      summary: "Adds to the count.",
      args: z.object({ by: z.number().default(1), note: z.unknown().optional() }),
      result: z.object({ count: z.number() }),
    }),
    read: query({ summary: "Reads the count.", args: z.object({}), result: z.object({ count: z.number() }) }),
    hold: command({
      summary: "Holds until it is let go.",
      args: z.object({ name: z.string().default("") }),
      result: z.object({}),
    }),
    big: query({
      summary: "Answers much.",
      args: z.object({ characters: z.number() }),
      result: z.object({ text: z.string() }),
    }),
    run_code: command({ summary: "Runs code.", effect: "open", args: z.object({}), result: z.unknown() }),
  },
  events: { clicked: { summary: "Somebody clicked.", schema: z.object({ x: z.number() }) } },
  channels: { level: { summary: "The level.", schema: z.number(), rateHz: 20 } },
});

export interface TestStudio extends AsyncDisposable {
  nats: TestNats;
  bus: Bus;
}

export async function testStudio({ storage = "memory" }: { storage?: "memory" | "file" } = {}): Promise<TestStudio> {
  const nats = await startTestNats();
  const bus = await nats.connect("a test");
  await migrate(bus, { storage });
  return { nats, bus, [Symbol.asyncDispose]: () => nats[Symbol.asyncDispose]() };
}

export interface CallOptions {
  id?: Id;
  idempotencyKey?: string;
  priority?: Priority;
  /** How long the caller waits. @default 5_000 */
  waitMs?: number;
  /** What the command asks for. */
  timeoutMs?: number;
  correlationId?: Id;
  /** The session of the application that it is meant for. */
  session?: Id;
  bridge?: string;
  /** Where the caller says that it is sent, as one does who has picked a bridge for `any`. @default the bridge */
  target?: string;
}

/** Sends a command and returns its whole result. */
export async function callResult(
  bus: Bus,
  name: string,
  args: unknown = {},
  options: CallOptions = {},
): Promise<Result> {
  const { id = newId(), waitMs = 5_000, correlationId = newId(), bridge = "ws-01", target: to = bridge, ...rest } =
    options;
  const { idempotencyKey, priority, timeoutMs, session } = rest;
  const payload = {
    command: name,
    args,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(priority === undefined ? {} : { priority }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(session === undefined ? {} : { session }),
  };
  const target = `counter.${to}`;
  const message = envelope({ type: "command", payload, source: "a test", target, id, correlationId });
  const reply = await request(bus, subjects.command("counter", bridge, name), message, {
    payload: Result,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: waitMs,
  });
  return reply.payload;
}

/** Sends a command and returns its value. @throws {PatchbayError} the problem */
export async function call(bus: Bus, name: string, args: unknown = {}, options: CallOptions = {}): Promise<unknown> {
  const result = await callResult(bus, name, args, options);
  if (result.ok) return result.value;
  throw fromProblem(result.problem);
}

export const code = (expected: string) => (error: unknown) => (error as PatchbayError).code === expected;

/** Waits until a condition holds. */
export async function until(condition: () => unknown): Promise<void> {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Commands that hold until they are let go, in the order in which they began. */
export function holding() {
  const began: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<Record<string, never>>>();
  return {
    began,
    hold({ args: { name }, signal }: { args: { name: string }; signal: AbortSignal }) {
      began.push(name);
      const gate = Promise.withResolvers<Record<string, never>>();
      gates.set(name, gate);
      signal.addEventListener("abort", () => gate.reject(signal.reason), { once: true });
      return gate.promise;
    },
    release: (name: string) => gates.get(name)?.resolve({}),
  };
}
