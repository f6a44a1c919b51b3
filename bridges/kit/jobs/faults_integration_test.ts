/** What becomes of jobs and commands when something dies at the wrong moment. */
import assert from "node:assert/strict";
import { Alert, envelope, newId, type Result, subjects } from "@patchbay/contracts";
import {
  commandFingerprint,
  enqueueJob,
  findJob,
  type Job,
  openLedger,
  ownJobs,
  readStream,
  removeJob,
  send,
  store,
} from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { type CallOptions, callResult, counter, holding, testStudio, until } from "../test_counter.ts";
import { doomedBridge, history, job, jobMessage, queueIsEmpty, resultsOf, settable } from "./test_jobs.ts";

const ACK_WAIT_MS = 400;
const OWN = { app: "counter", bridge: "ws-01" };
const outcomes = (results: readonly Result[]) => results.map((result) => result.ok ? "ok" : result.problem.code);

Deno.test("jobs of a bridge that vanished: what it had not begun runs, what it had begun is not known", async () => {
  await using studio = await testStudio();
  const first = holding();
  const doomed = await doomedBridge(studio, { handlers: { hold: first.hold }, ackWaitMs: ACK_WAIT_MS });
  const begun = await job(studio.bus, "hold", { name: "begun" });
  await until(() => first.began.length === 1);
  const held = await job(studio.bus, "hold", { name: "held" });
  await until(() => doomed.double.bridge.presence.queued === 1);
  await doomed.vanish();
  await using heir = await startAppDouble(studio.bus, counter, {
    handlers: { hold: () => ({}) },
    ackWaitMs: ACK_WAIT_MS,
  });
  assert.deepEqual(outcomes(await resultsOf(studio.bus, [begun, held])), ["OUTCOME_UNKNOWN", "ok"]);
  await until(() => queueIsEmpty(studio.bus));
  assert.deepEqual(heir.executions.map(({ args }) => args["name"]), ["held"]);
  assert.equal((await history(studio.bus)).length, 2);
});

Deno.test("a job that may be done twice is begun again after its bridge vanished", async () => {
  await using studio = await testStudio();
  const never = new Promise<{ count: number }>(() => {});
  const doomed = await doomedBridge(studio, { handlers: { set: () => never }, ackWaitMs: ACK_WAIT_MS });
  const id = await job(studio.bus, "set", { to: 3 });
  await until(() => doomed.double.executions.length === 1);
  await doomed.vanish();
  await using _heir = await startAppDouble(studio.bus, settable, {
    handlers: { set: ({ args }) => ({ count: args.to }) },
    ackWaitMs: ACK_WAIT_MS,
  });
  const [result] = await resultsOf(studio.bus, [id]);
  assert.deepEqual(result?.ok && result.value, { count: 3 });
});

Deno.test("a job that breaks its bridge each time is given up with an alert, and the queue goes on", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const message = jobMessage("set", { to: 3 });
  const ledger = openLedger(bus);
  const facts = { commandId: message.id, command: "set", fingerprint: commandFingerprint(message.payload) };
  let entry = await ledger.begin(OWN, message.id, { ...facts, bridge: "ws-01", instance: newId(), fencing: 1 });
  for (let attempts = 1; attempts < 5; attempts++) {
    assert.ok(entry.begun);
    entry = await ledger.beginAgain(entry, { bridge: "ws-01", instance: newId(), fencing: 1 + attempts });
  }
  const ids = [await job(bus, "set", { to: 3 }, { id: message.id }), await job(bus, "set", { to: 4 })];
  await using double = await startAppDouble(bus, settable, { handlers: { set: ({ args }) => ({ count: args.to }) } });
  assert.deepEqual(outcomes(await resultsOf(bus, ids)), ["OUTCOME_UNKNOWN", "ok"]);
  await until(() => queueIsEmpty(bus));
  assert.deepEqual(double.executions.map(({ args }) => args["to"]), [4]);
  const alerts = readStream(bus, "ALERTS", {
    subject: subjects.alert("error"),
    payload: Alert,
    from: "start",
    follow: true,
  });
  for await (const { message: { payload } } of alerts) {
    assert.deepEqual([payload.commandId, payload.code, payload.bridge], [message.id, "OUTCOME_UNKNOWN", "ws-01"]);
    break;
  }
});

Deno.test("a job that was done but not acknowledged is answered with its result, once, and does nothing", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const done: Job[] = [];
  const id = newId();
  {
    // as the bridge before did it: delivered, done, in the ledger and in the history; then it died
    await using jobs = ownJobs(bus, { ...OWN, ackWaitMs: ACK_WAIT_MS, onJob: (job) => done.push(job) });
    jobs.open();
    await using double = await startAppDouble(bus, counter, { handlers: { add: () => ({ count: 7 }) } });
    await callResult(bus, "add", {}, { id });
    await job(bus, "add", {}, { id });
    await until(() => done.length === 1 || double.executions.length === 2);
  }
  await using double = await startAppDouble(bus, counter, {
    handlers: { add: () => ({ count: 8 }) },
    ackWaitMs: ACK_WAIT_MS,
  });
  await until(() => queueIsEmpty(bus));
  assert.deepEqual(double.executions, []);
  const results = (await history(bus)).filter(({ commandId }) => commandId === id);
  assert.ok(
    results.length > 0 && results.every((result) => result.ok && Reflect.get(result.value ?? {}, "count") === 7),
  );
});

Deno.test("a job that was done, and whose broker died with its bridge and forgot that it was delivered, has its result all the same", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const message = jobMessage("add", { by: 1 });
  const { id: commandId, payload: { command } } = message;
  const facts = { commandId, command, fingerprint: commandFingerprint(message.payload) };
  const begun = await openLedger(bus).begin(OWN, commandId, {
    ...facts,
    bridge: "ws-01",
    instance: newId(),
    fencing: 1,
  });
  assert.ok(begun.begun);
  const value = { count: 7 };
  await store(bus, begun.complete({ commandId, ...OWN, command, startedAt: 1, durationMs: 1, ok: true, value }));
  await enqueueJob(bus, { ...OWN, priority: "normal" }, message);
  await using double = await startAppDouble(bus, counter, { handlers: { add: () => ({ count: 8 }) } });
  await until(() => queueIsEmpty(bus));
  const [result] = await history(bus);
  assert.deepEqual(result?.ok && result.value, value);
  assert.deepEqual(double.executions, []);
});

Deno.test("a job that is cancelled while its bridge is off never runs, also where its message is still there", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const ledger = openLedger(bus);
  const cancel = async (id: string) => {
    const found = await findJob(bus, id);
    assert.ok(found?.content.ok);
    const { payload } = found.content.message;
    const facts = { commandId: id, command: payload.command, fingerprint: commandFingerprint(payload) };
    const { problem } = cancelled;
    const result: Result = { ...facts, ...OWN, startedAt: 0, durationMs: 0, ok: false, problem };
    return { seq: found.seq, ...await ledger.cancel(found, id, { ...facts, result }) };
  };
  const [removed, left, last] = [await job(bus, "add"), await job(bus, "add"), await job(bus, "add")];
  const first = await cancel(removed);
  assert.equal(first.cancelled, true);
  assert.equal(await removeJob(bus, first.seq), true);
  assert.equal((await cancel(left)).cancelled, true);
  await using double = await startAppDouble(bus, counter, { handlers: { add: () => ({ count: 1 }) } });
  await resultsOf(bus, [last]);
  await until(() => queueIsEmpty(bus));
  assert.deepEqual(double.executions.map(({ id }) => id), [last]);
});

const cancelled = {
  problem: {
    type: "urn:patchbay:error:CANCELLED",
    title: "Cancelled",
    status: 409,
    detail: "enough",
    code: "CANCELLED",
    severity: "info",
    retryable: false,
    remedy: "",
  },
} as const;

Deno.test("cancelling races beginning and ending: each job has one result, and what ran says so", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  await using double = await startAppDouble(bus, counter, { handlers: { add: () => ({ count: 1 }) } });
  const ids = [];
  for (let i = 0; i < 40; i++) {
    const id = await job(bus, "add", { note: i });
    if (i % 2 === 0) {
      const payload = { commandId: id };
      send(bus, subjects.cancel(id), envelope({ type: "command", payload, source: "a test" }));
    }
    ids.push(id);
  }
  const results = await resultsOf(bus, ids);
  await until(() => queueIsEmpty(bus));
  assert.equal((await history(bus)).length, ids.length);
  const ran = new Set(double.executions.map(({ id }) => id));
  assert.ok(ran.size >= 20);
  for (const result of results) {
    if (result.ok) assert.ok(ran.has(result.commandId));
    else assert.equal(result.problem.code, "CANCELLED");
  }
  assert.equal(double.executions.length, ran.size);
});

Deno.test("a broker that is killed under a job: one effect, one result", async () => {
  await using studio = await testStudio({ storage: "file" });
  const { bus, nats } = studio;
  const { hold, began, release } = holding();
  await using _double = await startAppDouble(bus, counter, {
    handlers: { hold, add: () => ({ count: 1 }) },
    ackWaitMs: ACK_WAIT_MS,
  });
  const [running, held] = [await job(bus, "hold", { name: "runs" }), await job(bus, "add")];
  await until(() => began.length === 1);
  await nats.kill();
  release("runs");
  await nats.restart();
  assert.deepEqual(outcomes(await resultsOf(bus, [running, held])), ["ok", "ok"]);
  await until(() => queueIsEmpty(bus));
  assert.deepEqual(began, ["runs"]);
  assert.equal((await history(bus)).length, 2);
});

Deno.test("one idempotency key on two bridges by way of `any` runs once, and both answer the same", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  await using one = await startAppDouble(studio.bus, counter, { bridge: "ws-01", handlers: { hold } });
  await using two = await startAppDouble(studio.bus, counter, { bridge: "ws-02", handlers: { hold } });
  const ask = (bridge: string) => {
    const message = jobMessage("hold", { name: "one" }, { bridge: "any", idempotencyKey: "the-key" });
    return studio.bus.nc.request(subjects.command("counter", bridge, "hold"), JSON.stringify(message), {
      timeout: 5_000,
    });
  };
  const first = ask("ws-01");
  await until(() => began.length === 1);
  const second = ask("ws-02");
  release("one");
  const [answer, repeated] = await Promise.all([first, second]);
  const { payload } = answer.json<{ payload: Result }>();
  assert.deepEqual(repeated.json<{ payload: Result }>().payload, payload);
  assert.equal(payload.ok && payload.bridge, "ws-01");
  assert.deepEqual([one.executions.length, two.executions.length], [1, 0]);
});

Deno.test("after a restart of the bridge a repeated command gets the stored result", async () => {
  await using studio = await testStudio();
  const key: CallOptions = { idempotencyKey: "k" };
  let count = 0;
  const add = () => ({ count: ++count });
  {
    await using _first = await startAppDouble(studio.bus, counter, { handlers: { add } });
    await callResult(studio.bus, "add", {}, key);
  }
  await using second = await startAppDouble(studio.bus, counter, { handlers: { add } });
  const again = await callResult(studio.bus, "add", {}, key);
  assert.deepEqual(again.ok && again.value, { count: 1 });
  assert.deepEqual(second.executions, []);
  const other = await callResult(studio.bus, "add", { by: 2 }, key);
  assert.equal(!other.ok && other.problem.code, "CONFLICT");
});

Deno.test("a command that its bridge died under is said to be unknown by the next process, at once", async () => {
  await using studio = await testStudio();
  const workDir = await Deno.makeTempDir();
  const { hold, began } = holding();
  const id = newId();
  const doomed = await doomedBridge(studio, { handlers: { hold }, workDir });
  const lost = callResult(studio.bus, "hold", { name: "lost" }, { id, waitMs: 500 }).catch(() => {});
  await until(() => began.length === 1);
  const journal = await Deno.readTextFile(`${workDir}/executing.jsonl`);
  await doomed.vanish();
  // a process that is killed does not tidy up
  await Deno.writeTextFile(`${workDir}/executing.jsonl`, journal);
  await Deno.remove(`${workDir}/spool`, { recursive: true }).catch(() => {});
  {
    await using heir = await startAppDouble(studio.bus, counter, { handlers: { hold: () => ({}) }, workDir });
    assert.deepEqual(outcomes(await resultsOf(studio.bus, [id])), ["OUTCOME_UNKNOWN"]);
    const again = await callResult(studio.bus, "hold", { name: "lost" }, { id });
    assert.deepEqual(outcomes([again]), ["OUTCOME_UNKNOWN"]);
    assert.deepEqual(heir.executions, []);
  }
  await lost;
  await Deno.remove(workDir, { recursive: true });
});
