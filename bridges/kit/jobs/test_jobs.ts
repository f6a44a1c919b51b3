/** For the tests of this folder: jobs of the counter, their results, and bridges that vanish without a word. */
import {
  type Command,
  command,
  defineApp,
  envelope,
  type EnvelopeOf,
  type Id,
  newId,
  type Priority,
  Result,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { type Bus, connectBus, enqueueJob, listJobs, readStream } from "@patchbay/bus";
import { type AppDoubleOptions, startAppDouble } from "@patchbay/testing";
import { headers } from "@nats-io/nats-core";
import { z } from "zod";
import { counter, type TestStudio } from "../test_counter.ts";

export interface JobOptions {
  id?: Id;
  bridge?: string;
  priority?: Priority;
  idempotencyKey?: string;
  timeoutMs?: number;
  session?: Id;
  deadline?: number;
}

export function jobMessage(name: string, args: object, options: JobOptions = {}): EnvelopeOf<Command> {
  const { id = newId(), bridge = "ws-01", priority = "normal", idempotencyKey, timeoutMs, session } = options;
  const payload = {
    command: name,
    args: { ...args },
    priority,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(session === undefined ? {} : { session }),
  };
  return envelope({ type: "command", id, payload, source: "a test", target: `counter.${bridge}` });
}

/** Enqueues a job and returns its command's id. */
export async function job(bus: Bus, name: string, args: object = {}, options: JobOptions = {}): Promise<Id> {
  const { bridge = "ws-01", priority = "normal", deadline } = options;
  const message = jobMessage(name, args, options);
  await enqueueJob(bus, { app: "counter", bridge, priority }, message, deadline === undefined ? {} : { deadline });
  return message.id;
}

/** The first result of each of these commands, in the order in which they were asked for. */
export async function resultsOf(bus: Bus, ids: readonly Id[]): Promise<Result[]> {
  const found = new Map<Id, Result>();
  const subject = subjects.result("counter", WILDCARD, WILDCARD);
  for await (
    const { message: { payload } } of readStream(bus, "RESULTS", {
      subject,
      payload: Result,
      from: "start",
      follow: true,
    })
  ) {
    if (!found.has(payload.commandId)) found.set(payload.commandId, payload);
    if (ids.every((id) => found.has(id))) break;
  }
  return ids.map((id) => found.get(id)!);
}

/** Every result that is in the history now. */
export async function history(bus: Bus): Promise<Result[]> {
  const subject = subjects.result("counter", WILDCARD, WILDCARD);
  const options = { subject, payload: Result, from: "start", follow: false } as const;
  return (await Array.fromAsync(readStream(bus, "RESULTS", options))).map(({ message }) => message.payload);
}

/** Whether nothing waits or runs any more. */
export const queueIsEmpty = async (bus: Bus): Promise<boolean> => (await Array.fromAsync(listJobs(bus))).length === 0;

/** The counter, with a command that may be done twice. */
export const settable = defineApp({
  ...counter,
  commands: {
    ...counter.commands,
    set: command({
      summary: "Sets the count.",
      args: z.object({ to: z.number() }),
      result: z.object({ count: z.number() }),
      idempotent: true,
    }),
  },
});

/**
 * A bridge whose process vanishes: nothing is handed back or said, and its lease has run out. It works on until
 * `drainTimeoutMs` is over, as a process does that is only cut off.
 */
export async function doomedBridge(studio: TestStudio, options: AppDoubleOptions<typeof settable.commands> = {}) {
  const { bridge = "ws-01" } = options;
  const bus = await connectBus({ servers: studio.nats.url, name: "a doomed bridge" });
  const double = await startAppDouble(bus, settable, { drainTimeoutMs: 20, stuckMs: 20, ...options });
  return {
    double,
    async vanish() {
      await bus.nc.close();
      const gone = headers();
      gone.set("KV-Operation", "DEL");
      studio.bus.nc.publish(`$KV.leases.bridge.counter.${bridge}`, "", { headers: gone });
      await double[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
    },
  };
}
