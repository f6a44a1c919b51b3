/** What becomes of a key whose first command came to nothing, or whose first bridge is gone. */
import assert from "node:assert/strict";
import { envelope, newId, PatchbayError, type Result, subjects, toProblem } from "@patchbay/contracts";
import { commandFingerprint, openLedger, send } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { callResult, counter, holding, testStudio, until } from "../test_counter.ts";
import { doomedBridge, history, job, jobMessage, queueIsEmpty, resultsOf, settable } from "./test_jobs.ts";

const OWN = { app: "counter", bridge: "ws-01" };
const outcome = (result: Result | undefined) => result?.ok ? result.value : result?.problem.code;

Deno.test("a job runs under the key of a command that its bridge never began, and has a result", async () => {
  await using studio = await testStudio();
  const first = jobMessage("add", { by: 1 });
  const error = PatchbayError.of("BRIDGE_OFFLINE", "It is gone", { context: { started: false } });
  const result: Result = {
    commandId: first.id,
    ...OWN,
    command: "add",
    startedAt: 1,
    durationMs: 0,
    ok: false,
    problem: toProblem(error),
  };
  const facts = { commandId: first.id, command: "add", fingerprint: commandFingerprint(first.payload), result };
  await openLedger(studio.bus).cancel(OWN, "k", facts);
  let count = 0;
  await using double = await startAppDouble(studio.bus, counter, { handlers: { add: () => ({ count: ++count }) } });
  const second = await job(studio.bus, "add", { by: 1 }, { idempotencyKey: "k" });
  assert.deepEqual(outcome((await resultsOf(studio.bus, [second]))[0]), { count: 1 });
  await until(() => queueIsEmpty(studio.bus));
  assert.deepEqual(outcome(await callResult(studio.bus, "add", { by: 1 }, { idempotencyKey: "k" })), { count: 1 });
  assert.equal(double.executions.length, 1);
  // the first one comes late, after its caller was told that it was not begun
  const late = await callResult(studio.bus, "add", { by: 1 }, { id: first.id, idempotencyKey: "k" });
  assert.deepEqual([outcome(late), count], [{ count: 1 }, 1]);
});

Deno.test("a cancelled job whose canceller died before it could say so has a result all the same", async () => {
  await using studio = await testStudio();
  const message = jobMessage("add", { by: 1 });
  const error = new PatchbayError("CANCELLED", "It was cancelled", { context: { started: false } });
  const end = { commandId: message.id, ...OWN, command: "add", startedAt: 1, durationMs: 0 } as const;
  const facts = { commandId: message.id, command: "add", fingerprint: commandFingerprint(message.payload) };
  const result = { ...end, ok: false, problem: toProblem(error) } as const;
  await openLedger(studio.bus).cancel(OWN, message.id, { ...facts, result });
  await job(studio.bus, "add", { by: 1 }, { id: message.id });
  await using double = await startAppDouble(studio.bus, counter, { handlers: { add: () => ({ count: 1 }) } });
  assert.equal(outcome((await resultsOf(studio.bus, [message.id]))[0]), "CANCELLED");
  await until(() => queueIsEmpty(studio.bus));
  assert.deepEqual([double.executions.length, (await history(studio.bus)).length], [0, 1]);
});

Deno.test("a job that was begun by who is gone, and is cancelled before anybody else begins it, is not known", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const message = jobMessage("add", { by: 1 });
  const facts = { commandId: message.id, command: "add", fingerprint: commandFingerprint(message.payload) };
  await openLedger(bus).begin(OWN, message.id, { ...facts, bridge: "ws-01", instance: newId(), fencing: 1 });
  const { hold, began, release } = holding();
  await using double = await startAppDouble(bus, counter, { handlers: { hold, add: () => ({ count: 1 }) } });
  const before = await job(bus, "hold", { name: "before" });
  await until(() => began.length === 1);
  await job(bus, "add", { by: 1 }, { id: message.id });
  await until(() => double.bridge.presence.queued === 1);
  send(
    bus,
    subjects.cancel(message.id),
    envelope({ type: "command", payload: { commandId: message.id }, source: "a test" }),
  );
  assert.equal(outcome((await resultsOf(bus, [message.id]))[0]), "OUTCOME_UNKNOWN");
  release("before");
  assert.deepEqual(outcome((await resultsOf(bus, [before]))[0]), {});
});

Deno.test("while the bridge that began a command lives, a second caller with its key waits; once it is gone, it is told", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const never = new Promise<{ count: number }>(() => {});
  const doomed = await doomedBridge(studio, { bridge: "ws-02", handlers: { add: () => never, set: () => never } });
  const asked = { bridge: "any", idempotencyKey: "added", timeoutMs: 60_000, waitMs: 60_000 };
  callResult(bus, "add", {}, asked).catch(() => {});
  await until(() => doomed.double.executions.length === 1);
  await using heir = await startAppDouble(bus, settable, { handlers: { set: ({ args }) => ({ count: args.to }) } });
  let answered = false;
  const again = callResult(bus, "add", {}, { ...asked, target: "any", bridge: "ws-01" }).finally(() => answered = true);
  await until(() => heir.bridge.status === "executing" || heir.bridge.status === "idle");
  assert.equal(answered, false);
  await doomed.vanish();
  assert.equal(outcome(await again), "OUTCOME_UNKNOWN");
  assert.deepEqual(heir.executions, []);
});

Deno.test("what may be done twice is done again for a second caller once the bridge that began it is gone", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const never = new Promise<{ count: number }>(() => {});
  const doomed = await doomedBridge(studio, { bridge: "ws-02", handlers: { set: () => never } });
  const asked = { bridge: "any", idempotencyKey: "set", timeoutMs: 60_000, waitMs: 60_000 };
  callResult(bus, "set", { to: 3 }, asked).catch(() => {});
  await until(() => doomed.double.executions.length === 1);
  await using _heir = await startAppDouble(bus, settable, { handlers: { set: ({ args }) => ({ count: args.to }) } });
  const again = callResult(bus, "set", { to: 3 }, { ...asked, target: "any", bridge: "ws-01" });
  await doomed.vanish();
  assert.deepEqual(outcome(await again), { count: 3 });
});
