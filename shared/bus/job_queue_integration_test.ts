import assert from "node:assert/strict";
import {
  ANY_BRIDGE,
  type Command,
  envelope,
  type EnvelopeOf,
  type Id,
  newId,
  type Priority,
} from "@patchbay/contracts";
import { startTestNats, type TestNats } from "@patchbay/testing";
import type { Bus } from "./bus.ts";
import { until } from "./bus_fixture.ts";
import type { Job } from "./job.ts";
import { anyJobs, ownConsumer, ownJobs } from "./job_consumer.ts";
import { findJob, listJobs } from "./job_lookup.ts";
import { enqueueJob, removeJob } from "./job_queue.ts";
import { migrate } from "./migrate.ts";

interface Queue extends AsyncDisposable {
  nats: TestNats;
  bus: Bus;
}

async function withQueue(storage: "memory" | "file" = "memory"): Promise<Queue> {
  const nats = await startTestNats();
  const bus = await nats.connect("a test");
  await migrate(bus, { storage });
  return { nats, bus, [Symbol.asyncDispose]: () => nats[Symbol.asyncDispose]() };
}

const add = (note: string): EnvelopeOf<Command> =>
  envelope({ type: "command", payload: { command: "add", args: { note }, priority: "normal" }, source: "a test" });
const enqueue = async (bus: Bus, note: string, priority: Priority = "normal", bridge = "ws-01"): Promise<Id> => {
  const message = add(note);
  await enqueueJob(bus, { app: "counter", bridge, priority }, message);
  return message.id;
};
const noteOf = ({ content }: Pick<Job, "content">) => content.ok ? content.message.payload.args["note"] : content.error;
const OWN = { app: "counter", bridge: "ws-01" };

Deno.test("a job is accepted once, waits, is found, and can be taken out", async () => {
  await using queue = await withQueue();
  const { bus } = queue;
  const message = add("one");
  const first = await enqueueJob(bus, { ...OWN, priority: "high" }, message, { deadline: 1_900_000_000_000 });
  const again = await enqueueJob(bus, { ...OWN, priority: "high" }, message);
  assert.deepEqual([first.duplicate, again.duplicate, again.seq], [false, true, first.seq]);
  for (let i = 0; i < 300; i++) await enqueue(bus, `n${i}`, "low", i % 2 === 0 ? "ws-02" : ANY_BRIDGE);
  const found = await findJob(bus, message.id);
  assert.deepEqual(
    [found?.seq, found?.priority, found?.bridge, found?.deadline],
    [first.seq, "high", "ws-01", 1_900_000_000_000],
  );
  assert.equal((await Array.fromAsync(listJobs(bus))).length, 301);
  assert.equal((await Array.fromAsync(listJobs(bus, { app: "counter", bridge: ANY_BRIDGE }))).length, 150);
  assert.equal(await findJob(bus, newId(), { app: "counter" }), undefined);
  assert.equal(await removeJob(bus, first.seq), true);
  assert.equal(await removeJob(bus, first.seq), false);
  assert.equal(await findJob(bus, message.id), undefined);
});

Deno.test("own jobs are held up to the window, and room is made by each that is done", async () => {
  await using queue = await withQueue();
  const held: Job[] = [];
  for (let i = 0; i < 10; i++) await enqueue(queue.bus, `n${i}`);
  await using jobs = ownJobs(queue.bus, { ...OWN, window: 4, onJob: (job) => held.push(job) });
  jobs.open();
  await until(() => held.length === 4);
  for (let done = 0; done < 10; done++) {
    await until(() => held.length > done);
    await held[done]?.ack();
  }
  assert.deepEqual(held.map(noteOf), Array.from({ length: 10 }, (_, i) => `n${i}`));
  assert.deepEqual(await Array.fromAsync(listJobs(queue.bus)), []);
});

Deno.test("a job that is handed back comes again; one that is given up does not; what cannot be read is handed over", async () => {
  await using queue = await withQueue();
  const { bus } = queue;
  const held: Job[] = [];
  await using jobs = ownJobs(bus, { ...OWN, onJob: (job) => held.push(job) });
  jobs.open();
  await enqueue(bus, "back");
  await until(() => held.length === 1);
  held[0]?.nak();
  await until(() => held.length === 2);
  assert.deepEqual([held[1]?.seq, held[1]?.deliveries], [held[0]?.seq, 2]);
  held[1]?.term("enough");
  bus.nc.publish("patchbay.v1.job.counter.ws-01.normal", "{");
  await until(() => held.length === 3);
  assert.equal(held[2]?.content.ok, false);
  held[2]?.term("unreadable");
  await until(async () => (await Array.fromAsync(listJobs(bus))).length === 0);
});

Deno.test("a job that is held and not worked on goes to the next, one that is worked on does not", async () => {
  await using queue = await withQueue();
  const { bus } = queue;
  const held: Job[] = [];
  await using jobs = ownJobs(bus, { ...OWN, ackWaitMs: 300, onJob: (job) => held.push(job) });
  jobs.open();
  await enqueue(bus, "kept");
  await enqueue(bus, "forgotten");
  await until(() => held.length === 2);
  const working = setInterval(() => held[0]?.working(), 50);
  await until(() => held.filter((job) => noteOf(job) === "forgotten").length === 3);
  clearInterval(working);
  assert.equal(held.filter((job) => noteOf(job) === "kept").length, 1);
});

Deno.test("for any bridge: one at a time, high first, and a pull that is withdrawn loses nothing", async () => {
  await using queue = await withQueue();
  const { bus } = queue;
  for (const priority of ["low", "normal", "high"] as const) await enqueue(bus, priority, priority, ANY_BRIDGE);
  const jobs = anyJobs(bus, { app: "counter", bridge: "ws-01" });
  const never = new AbortController().signal;
  const order: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    const job = await jobs.take(never);
    order.push(job && noteOf(job));
    await job?.ack();
  }
  assert.deepEqual(order, ["high", "normal", "low"]);
  const waiting = jobs.take(never);
  await enqueue(bus, "late", "low", ANY_BRIDGE);
  const late = await waiting;
  assert.equal(late && noteOf(late), "late");
  await late?.ack();
  const others = [anyJobs(bus, { app: "counter", bridge: "ws-02" }), anyJobs(bus, { app: "counter", bridge: "ws-03" })];
  const seen = new Set<unknown>();
  for (let round = 0; round < 10; round++) {
    const given = new AbortController();
    const takes = others.map((other) => other.take(given.signal));
    const sent = enqueue(bus, `r${round}`, "normal", ANY_BRIDGE);
    given.abort();
    for (const job of await Promise.all(takes)) {
      if (job === undefined) continue;
      seen.add(noteOf(job));
      await job.ack();
    }
    await sent;
  }
  while (seen.size < 10) {
    const job = await jobs.take(never);
    if (job !== undefined) seen.add(noteOf(job));
    await job?.ack();
  }
});

Deno.test("jobs come again after the server was killed, and after the consumer was deleted", async () => {
  await using queue = await withQueue("file");
  const { bus, nats } = queue;
  const held: Job[] = [];
  await using jobs = ownJobs(bus, { ...OWN, onJob: (job) => held.push(job) });
  const anyone = anyJobs(bus, { app: "counter", bridge: "ws-01" });
  jobs.open();
  await enqueue(bus, "before");
  await until(() => held.length === 1);
  const waiting = anyone.take(new AbortController().signal);
  await nats.kill();
  await nats.restart();
  await enqueue(bus, "after");
  await until(() => held.some((job) => noteOf(job) === "after"));
  await enqueue(bus, "any", "low", ANY_BRIDGE);
  const job = await waiting;
  assert.equal(job && noteOf(job), "any");
  await bus.nc.request(`$JS.API.CONSUMER.DELETE.JOBS.${ownConsumer("counter", "ws-01")}`);
  await enqueue(bus, "made again");
  await until(() => held.some((job) => noteOf(job) === "made again"));
});
