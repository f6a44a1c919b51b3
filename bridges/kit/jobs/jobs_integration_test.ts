import assert from "node:assert/strict";
import { Alert, envelope, newId, Progress, subjects } from "@patchbay/contracts";
import { readStream, send, subscribe } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { counter, holding, testStudio, until } from "../test_counter.ts";
import { history, job, queueIsEmpty, resultsOf, settable } from "./test_jobs.ts";

Deno.test("a job waits for a bridge that is switched off; its result is stored before it leaves the queue", async () => {
  await using studio = await testStudio();
  const id = await job(studio.bus, "add", { by: 2 });
  await using double = await startAppDouble(studio.bus, counter, {
    handlers: { add: ({ args }) => ({ count: args.by }) },
  });
  const [result] = await resultsOf(studio.bus, [id]);
  assert.deepEqual(result?.ok && result.value, { count: 2 });
  await until(() => queueIsEmpty(studio.bus));
  assert.equal(double.executions.length, 1);
  assert.equal((await history(studio.bus)).length, 1);
});

Deno.test("a high job overtakes twenty low ones, and commands do not wait for the queue of jobs", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  await using double = await startAppDouble(studio.bus, counter, {
    handlers: { hold, add: ({ args }) => (began.push(String(args.note)), { count: 0 }) },
  });
  const ids = [await job(studio.bus, "hold", { name: "first" }, { priority: "low" })];
  await until(() => began.length === 1);
  for (let i = 0; i < 20; i++) ids.push(await job(studio.bus, "add", { note: `low ${i}` }, { priority: "low" }));
  await until(() => double.bridge.presence.queued === 20);
  ids.push(await job(studio.bus, "add", { note: "high" }, { priority: "high" }));
  await until(() => double.bridge.presence.queued === 21);
  release("first");
  await resultsOf(studio.bus, ids);
  assert.deepEqual(began, ["first", "high", ...Array.from({ length: 20 }, (_, i) => `low ${i}`)]);
});

Deno.test("a job that takes longer than its holder's time is kept alive, and runs once", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  await using _double = await startAppDouble(studio.bus, counter, { handlers: { hold }, ackWaitMs: 300 });
  await using _other = await startAppDouble(studio.bus, counter, {
    bridge: "ws-02",
    handlers: { hold },
    ackWaitMs: 300,
  });
  const ids = [
    await job(studio.bus, "hold", { name: "one" }),
    await job(studio.bus, "hold", { name: "any" }, { bridge: "any" }),
  ];
  await until(() => began.length === 2);
  // the server takes a job for lost after 300 ms: four times that
  const over = Promise.withResolvers<void>();
  setTimeout(over.resolve, 1_200);
  await over.promise;
  assert.equal(began.length, 2);
  for (const name of ["one", "any"]) release(name);
  await resultsOf(studio.bus, ids);
  await until(() => queueIsEmpty(studio.bus));
  assert.deepEqual((await history(studio.bus)).length, 2);
});

Deno.test("the time of a job begins when its turn comes; a deadline that its sender set is kept while it waits", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  await using double = await startAppDouble(studio.bus, counter, { handlers: { hold, add: () => ({ count: 1 }) } });
  const first = await job(studio.bus, "hold", { name: "first" });
  await until(() => began.length === 1);
  const patient = await job(studio.bus, "add", {}, { timeoutMs: 1_000 });
  const hasty = await job(studio.bus, "add", {}, { deadline: Date.now() - 1 });
  await until(() => double.bridge.presence.queued === 2);
  const over = Promise.withResolvers<void>();
  setTimeout(over.resolve, 1_100);
  await over.promise;
  release("first");
  const slow = await job(studio.bus, "hold", { name: "slow" }, { timeoutMs: 50 });
  const results = await resultsOf(studio.bus, [first, patient, hasty, slow]);
  assert.deepEqual(results.map((result) => result.ok || result.problem.code), [
    true,
    true,
    "DEADLINE_EXCEEDED",
    "DEADLINE_EXCEEDED",
  ]);
  assert.deepEqual(double.executions.map(({ command }) => command), ["hold", "add", "hold"]);
});

Deno.test("a job is cancelled while it is held, and while it runs; one that is done stays done", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const { hold, began } = holding();
  await using double = await startAppDouble(bus, counter, { handlers: { hold, add: () => ({ count: 1 }) } });
  const running = await job(bus, "hold", { name: "runs" });
  await until(() => began.length === 1);
  const held = await job(bus, "add", { note: "held" });
  const last = await job(bus, "add", { note: "last" });
  await until(() => double.bridge.presence.queued === 2);
  const cancel = (commandId: string) =>
    send(bus, subjects.cancel(commandId), envelope({ type: "command", payload: { commandId }, source: "a test" }));
  cancel(held);
  const [cancelledHeld] = await resultsOf(bus, [held]);
  assert.equal(!cancelledHeld?.ok && cancelledHeld?.problem.code, "CANCELLED");
  cancel(running);
  const [cancelledRunning, done] = await resultsOf(bus, [running, last]);
  assert.equal(!cancelledRunning?.ok && cancelledRunning?.problem.code, "CANCELLED");
  assert.equal(done?.ok, true);
  cancel(last);
  await until(() => queueIsEmpty(bus));
  assert.equal((await history(bus)).length, 3);
  assert.deepEqual(double.executions.map(({ args }) => args["note"] ?? args["name"]), ["runs", "last"]);
});

Deno.test("for any bridge: each takes one when it is idle, never two", async () => {
  await using studio = await testStudio();
  const busy = { "ws-01": 0, "ws-02": 0 };
  let most = 0;
  let together = 0;
  const gate = Promise.withResolvers<void>();
  const handlers = (bridge: keyof typeof busy) => ({
    hold: async () => {
      most = Math.max(most, ++busy[bridge]);
      if (busy["ws-01"] > 0 && busy["ws-02"] > 0) {
        together++;
        gate.resolve();
      }
      await gate.promise;
      busy[bridge]--;
      return {};
    },
  });
  await using one = await startAppDouble(studio.bus, counter, { bridge: "ws-01", handlers: handlers("ws-01") });
  await using two = await startAppDouble(studio.bus, counter, { bridge: "ws-02", handlers: handlers("ws-02") });
  const ids = [];
  for (let i = 0; i < 10; i++) ids.push(await job(studio.bus, "hold", {}, { bridge: "any" }));
  const results = await resultsOf(studio.bus, ids);
  assert.ok(results.every(({ ok }) => ok));
  assert.equal(most, 1);
  assert.ok(together > 0);
  assert.equal(one.executions.length + two.executions.length, 10);
  await until(() => queueIsEmpty(studio.bus));
});

Deno.test("while the application is away its jobs wait, and run when it is back", async () => {
  await using studio = await testStudio();
  let there = true;
  const { hold, began, release } = holding();
  await using double = await startAppDouble(studio.bus, counter, {
    handlers: { hold, add: () => ({ count: 1 }) },
    open: () => {
      if (!there) throw new Error("not yet");
    },
  });
  await double.bridge.ready();
  const lost = await job(studio.bus, "hold", { name: "lost" });
  await until(() => began.length === 1);
  const held = await job(studio.bus, "add");
  await until(() => double.bridge.presence.queued === 1);
  there = false;
  double.crash();
  const [result] = await resultsOf(studio.bus, [lost]);
  assert.equal(!result?.ok && result?.problem.code, "APP_CRASHED");
  const later = await job(studio.bus, "add");
  assert.equal(double.executions.length, 1);
  there = true;
  const results = await resultsOf(studio.bus, [held, later]);
  assert.deepEqual(results.map(({ ok }) => ok), [true, true]);
  release("lost");
});

Deno.test("what cannot be read is taken out with an alert, and the queue goes on", async () => {
  await using studio = await testStudio();
  await using _double = await startAppDouble(studio.bus, counter, { handlers: { add: () => ({ count: 1 }) } });
  studio.bus.nc.publish(subjects.job("counter", "ws-01", "normal"), `{"type":"command"`);
  const id = await job(studio.bus, "add");
  const [result] = await resultsOf(studio.bus, [id]);
  assert.equal(result?.ok, true);
  await until(() => queueIsEmpty(studio.bus));
  const alerts = { subject: subjects.alert("error"), payload: Alert, from: "start", follow: true } as const;
  for await (const { message: { payload } } of readStream(studio.bus, "ALERTS", alerts)) {
    assert.deepEqual([payload.code, payload.bridge], ["INVALID_MESSAGE", "ws-01"]);
    break;
  }
});

Deno.test("a job that may be done twice is done again when the application was lost under it", async () => {
  await using studio = await testStudio();
  const never = new Promise<{ count: number }>(() => {});
  let begun = 0;
  await using double = await startAppDouble(studio.bus, settable, {
    handlers: { set: ({ args }) => ++begun === 1 ? never : { count: args.to } },
  });
  const id = await job(studio.bus, "set", { to: 3 });
  await until(() => begun === 1);
  double.crash();
  const [result] = await resultsOf(studio.bus, [id]);
  assert.deepEqual(result?.ok && result.value, { count: 3 });
  assert.equal(begun, 2);
});

Deno.test("a job says how far it is, and its result names its command and its bridge", async () => {
  await using studio = await testStudio();
  await using _double = await startAppDouble(studio.bus, counter, {
    handlers: { hold: ({ progress }) => (progress({ fraction: 1, message: "done" }), {}) },
  });
  await using heard = subscribe(studio.bus, "patchbay.v1.progress.*", { payload: Progress });
  await heard.ready;
  const id = newId();
  await job(studio.bus, "hold", {}, { id, bridge: "any" });
  for await (const { message: { payload } } of heard) {
    assert.deepEqual([payload.commandId, payload.fraction], [id, 1]);
    break;
  }
  const [result] = await resultsOf(studio.bus, [id]);
  assert.deepEqual([result?.commandId, result?.bridge, result?.command], [id, "ws-01", "hold"]);
});

Deno.test("a bridge that ends hands back what it has not begun, and finishes what it has", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  const first = await startAppDouble(studio.bus, counter, { handlers: { hold } });
  const ids = [await job(studio.bus, "hold", { name: "begun" })];
  await until(() => began.length === 1);
  for (const name of ["two", "three"]) ids.push(await job(studio.bus, "hold", { name }));
  await until(() => first.bridge.presence.queued === 2);
  const ended = first[Symbol.asyncDispose]();
  await until(() => first.bridge.presence.queued === 0);
  release("begun");
  await ended;
  assert.deepEqual(began, ["begun"]);
  await using _second = await startAppDouble(studio.bus, counter, { handlers: { hold: () => ({}) } });
  const results = await resultsOf(studio.bus, ids);
  assert.ok(results.every(({ ok }) => ok));
});
