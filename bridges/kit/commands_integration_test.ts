import assert from "node:assert/strict";
import { AssetRef, envelope, newId, PatchbayError, Progress, Result, subjects } from "@patchbay/contracts";
import { getAsset, readStream, send, subscribe } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { call, callResult, code, counter, holding, testStudio, until } from "./test_counter.ts";

Deno.test("a command is parsed, run and answered, and its result is in the history", async () => {
  await using studio = await testStudio();
  let count = 0;
  await using double = await startAppDouble(studio.bus, counter, {
    handlers: { add: ({ args }) => ({ count: count += args.by }) },
    snapshot: () => ({ count }),
  });
  const id = newId();
  const result = await callResult(studio.bus, "add", {}, { id });
  assert.ok(result.ok);
  assert.deepEqual(result.value, { count: 1 });
  assert.equal(result.commandId, id);
  assert.deepEqual(double.executions, [{ command: "add", args: { by: 1 }, id }]);
  const subject = subjects.result("counter", "ws-01", "add");
  for await (
    const { message } of readStream(studio.bus, "RESULTS", { subject, payload: Result, from: "start", follow: true })
  ) {
    assert.deepEqual(message.payload, result);
    assert.equal(message.metadata.causationId, id);
    break;
  }
});

Deno.test("a command to an absent bridge fails at once with BRIDGE_OFFLINE", async () => {
  await using studio = await testStudio();
  await assert.rejects(call(studio.bus, "add", {}, { waitMs: 60_000 }), code("BRIDGE_OFFLINE"));
});

Deno.test("arguments that do not fit are refused with their paths, and the application sees nothing", async () => {
  await using studio = await testStudio();
  await using double = await startAppDouble(studio.bus, counter);
  await assert.rejects(call(studio.bus, "add", { by: "two" }), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "INVALID_ARGUMENTS");
    assert.deepEqual(error.issues.map(({ path }) => path), [["by"]]);
    return true;
  });
  assert.deepEqual(double.executions, []);
});

Deno.test("infinity, which JSON can carry as 1e999, is refused wherever it is", async () => {
  await using studio = await testStudio();
  await using double = await startAppDouble(studio.bus, counter);
  const message = envelope({
    type: "command",
    payload: { command: "add", args: { by: 1, note: ["X"] } },
    source: "a test",
  });
  const text = JSON.stringify(message).replace('"X"', "1e999");
  const reply = await studio.bus.nc.request(subjects.command("counter", "ws-01", "add"), text, { timeout: 5_000 });
  const { type, payload } = reply.json<{ type: string; payload: { code: string } }>();
  assert.deepEqual([type, payload.code], ["error", "INVALID_MESSAGE"]);
  assert.equal(reply.headers?.get("Nats-Service-Error-Code"), "400");
  assert.deepEqual(double.executions, []);
});

Deno.test("a result that the manifest does not allow is INVALID_RESULT", async () => {
  await using studio = await testStudio();
  await using _double = await startAppDouble(studio.bus, counter, { handlers: { add: () => ({ count: NaN }) } });
  await assert.rejects(call(studio.bus, "add"), code("INVALID_RESULT"));
});

Deno.test("code is off until the bridge allows it", async () => {
  await using studio = await testStudio();
  await using _careful = await startAppDouble(studio.bus, counter, { handlers: { run_code: () => 1 } });
  await using _open = await startAppDouble(studio.bus, counter, {
    bridge: "ws-02",
    allowCode: true,
    handlers: { run_code: () => 2 },
  });
  await assert.rejects(call(studio.bus, "run_code"), code("CODE_DISABLED"));
  assert.equal(await call(studio.bus, "run_code", {}, { bridge: "ws-02" }), 2);
});

Deno.test("a problem of the application arrives whole; any other throw says nothing about its inside", async () => {
  await using studio = await testStudio();
  const problem = PatchbayError.of("NOT_FOUND", "There is no 'Cube'", { context: { available: ["Hero"] } });
  await using _double = await startAppDouble(studio.bus, counter, {
    handlers: { add: () => Promise.reject(problem), read: () => Promise.reject(new Error("password=hunter2")) },
  });
  await assert.rejects(call(studio.bus, "add"), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.deepEqual(error.context, { available: ["Hero"] });
    return error.code === "NOT_FOUND";
  });
  const result = await callResult(studio.bus, "read");
  assert.ok(!result.ok && result.problem.code === "INTERNAL");
  assert.ok(!JSON.stringify(result).includes("hunter2"));
});

Deno.test("a deadline is answered at once, and tells the application", async () => {
  await using studio = await testStudio();
  const { hold, began } = holding();
  await using _double = await startAppDouble(studio.bus, counter, { handlers: { hold } });
  const running = call(studio.bus, "hold", { name: "runs" }, { timeoutMs: 50 });
  const waiting = call(studio.bus, "hold", { name: "waits" }, { timeoutMs: 20 });
  const late = (started: boolean) => (error: unknown) => {
    assert.ok(error instanceof PatchbayError);
    // what was begun, and must not be done twice, is not to be sent again
    assert.deepEqual([error.code, error.context["started"], error.retryable], ["DEADLINE_EXCEEDED", started, !started]);
    return true;
  };
  await assert.rejects(waiting, late(false));
  await assert.rejects(running, late(true));
  assert.deepEqual(began, ["runs"]);
});

Deno.test("a command that ignores its deadline and its cancellation is given up, and the application opened again", async () => {
  await using studio = await testStudio();
  const forever = Promise.withResolvers<Record<string, never>>();
  let opened = 0;
  await using double = await startAppDouble(studio.bus, counter, {
    handlers: { hold: () => forever.promise, read: () => ({ count: 0 }) },
    open: () => void opened++,
    stuckMs: 20,
  });
  await double.bridge.ready();
  await assert.rejects(call(studio.bus, "hold", {}, { timeoutMs: 20 }), code("DEADLINE_EXCEEDED"));
  await until(() => opened === 2);
  await double.bridge.ready();
  assert.deepEqual(await call(studio.bus, "read"), { count: 0 });
});

Deno.test("cancelling takes a waiting command out at once, and tells a running one", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  await using _double = await startAppDouble(studio.bus, counter, { handlers: { hold } });
  const [first, second, third] = [newId(), newId(), newId()];
  const running = call(studio.bus, "hold", { name: "first" }, { id: first });
  await until(() => began.length === 1);
  const waiting = call(studio.bus, "hold", { name: "second" }, { id: second });
  const last = call(studio.bus, "hold", { name: "third" }, { id: third });
  await until(() => _double.bridge.presence.queued === 2);
  const cancel = (commandId: string) =>
    send(
      studio.bus,
      subjects.cancel(commandId),
      envelope({ type: "command", payload: { commandId, reason: "enough" }, source: "a test" }),
    );
  cancel(second);
  await assert.rejects(waiting, (error) => code("CANCELLED")(error) && /enough/.test((error as Error).message));
  cancel(first);
  await assert.rejects(running, code("CANCELLED"));
  await until(() => began.length === 2);
  release("third");
  await last;
  assert.deepEqual(began, ["first", "third"]);
});

Deno.test("a cancelled command of which the application says nothing is not called cancelled, unless it only reads", async () => {
  await using studio = await testStudio();
  const gone = ({ signal }: { signal: AbortSignal }) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(new PatchbayError("OUTCOME_UNKNOWN", "It does not say")));
    });
  await using double = await startAppDouble(studio.bus, counter, { handlers: { add: gone, read: gone } });
  for (const [name, expected] of [["add", "OUTCOME_UNKNOWN"], ["read", "CANCELLED"]] as const) {
    const id = newId();
    const running = call(studio.bus, name, {}, { id });
    await until(() => double.executions.at(-1)?.command === name);
    send(studio.bus, subjects.cancel(id), envelope({ type: "command", payload: { commandId: id }, source: "a test" }));
    await assert.rejects(running, code(expected));
  }
});

Deno.test("what was begun and must not be done twice is not to be sent again because something went away", async () => {
  await using studio = await testStudio();
  const away = () => Promise.reject(PatchbayError.of("BUS_UNAVAILABLE", "The value cannot be stored"));
  const busy = () => Promise.reject(PatchbayError.of("APP_BUSY", "It renders"));
  await using _double = await startAppDouble(studio.bus, counter, { handlers: { add: away, read: away, hold: busy } });
  const retryable = async (name: string) => {
    const result = await callResult(studio.bus, name);
    return !result.ok && result.problem.retryable;
  };
  assert.deepEqual(await Promise.all(["add", "read", "hold"].map(retryable)), [false, true, true]);
});

Deno.test("a cancellation that comes too late does not change the result", async () => {
  await using studio = await testStudio();
  const finish = Promise.withResolvers<{ count: number }>();
  await using double = await startAppDouble(studio.bus, counter, { handlers: { add: () => finish.promise } });
  const id = newId();
  const running = call(studio.bus, "add", {}, { id });
  await until(() => double.executions.length === 1);
  send(studio.bus, subjects.cancel(id), envelope({ type: "command", payload: { commandId: id }, source: "a test" }));
  await studio.bus.nc.flush();
  finish.resolve({ count: 7 });
  assert.deepEqual(await running, { count: 7 });
});

Deno.test("high goes first, and queries wait their turn like everything else", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  await using double = await startAppDouble(studio.bus, counter, {
    handlers: {
      hold,
      read: () => (began.push("read"), { count: 0 }),
      add: ({ args }) => (began.push(String(args.note)), { count: 0 }),
    },
  });
  const first = call(studio.bus, "hold", { name: "first" });
  await until(() => began.length === 1);
  const rest: Promise<unknown>[] = [];
  for (const [i, priority] of (["low", "normal", "high", "normal"] as const).entries()) {
    rest.push(call(studio.bus, "add", { note: `${priority} ${i}` }, { priority }));
    await until(() => double.bridge.presence.queued === i + 1);
  }
  rest.push(call(studio.bus, "read"));
  await until(() => double.bridge.presence.queued === 5);
  release("first");
  await Promise.all([first, ...rest]);
  assert.deepEqual(began, ["first", "high 2", "normal 1", "normal 3", "read", "low 0"]);
});

Deno.test("a full queue answers APP_BUSY, and the same key may try again", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  await using double = await startAppDouble(studio.bus, counter, {
    queueLimit: 1,
    handlers: { hold, add: () => ({ count: 1 }) },
  });
  const first = call(studio.bus, "hold", { name: "first" });
  await until(() => began.length === 1);
  const second = call(studio.bus, "hold", { name: "second" });
  await until(() => double.bridge.presence.queued === 1);
  await assert.rejects(call(studio.bus, "add", {}, { idempotencyKey: "k" }), code("APP_BUSY"));
  release("first");
  await until(() => began.length === 2);
  release("second");
  await Promise.all([first, second]);
  assert.deepEqual(await call(studio.bus, "add", {}, { idempotencyKey: "k" }), { count: 1 });
});

Deno.test("a repeated command runs once and is answered with the first result", async () => {
  await using studio = await testStudio();
  let count = 0;
  await using double = await startAppDouble(studio.bus, counter, { handlers: { add: () => ({ count: ++count }) } });
  const id = newId();
  const answers = await Promise.all([1, 2, 3].map(() => call(studio.bus, "add", {}, { id })));
  assert.deepEqual(answers, [{ count: 1 }, { count: 1 }, { count: 1 }]);
  const keyed = await Promise.all([1, 2].map(() => call(studio.bus, "add", {}, { idempotencyKey: "k1" })));
  assert.deepEqual(keyed, [{ count: 2 }, { count: 2 }]);
  assert.equal(double.executions.length, 2);
  await assert.rejects(call(studio.bus, "add", { by: 5 }, { idempotencyKey: "k1" }), code("CONFLICT"));
});

Deno.test("`any` goes to one bridge of the application", async () => {
  await using studio = await testStudio();
  await using one = await startAppDouble(studio.bus, counter, {
    bridge: "ws-01",
    handlers: { add: () => ({ count: 1 }) },
  });
  await using two = await startAppDouble(studio.bus, counter, {
    bridge: "ws-02",
    handlers: { add: () => ({ count: 2 }) },
  });
  const results = await Promise.all(
    Array.from({ length: 40 }, () => callResult(studio.bus, "add", {}, { bridge: "any" })),
  );
  assert.equal(one.executions.length + two.executions.length, 40);
  assert.ok(one.executions.length > 0 && two.executions.length > 0);
  for (const result of results) {
    assert.deepEqual(result.ok && result.value, { count: result.bridge === "ws-01" ? 1 : 2 });
  }
});

Deno.test("progress is heard under the command's correlation id", async () => {
  await using studio = await testStudio();
  await using _double = await startAppDouble(studio.bus, counter, {
    handlers: {
      hold: ({ progress }) => {
        progress({ fraction: 0.5, message: "half" });
        progress({ fraction: 7 });
        progress({ fraction: 1, data: { frame: 2 } });
        return {};
      },
    },
  });
  const [id, correlationId] = [newId(), newId()];
  await using heard = subscribe(studio.bus, subjects.progress(correlationId), { payload: Progress });
  await heard.ready;
  await call(studio.bus, "hold", {}, { id, correlationId });
  const seen: unknown[] = [];
  for await (const { message } of heard) {
    seen.push(message.payload);
    if (message.payload.fraction === 1) break;
  }
  assert.deepEqual(seen, [
    { commandId: id, fraction: 0.5, message: "half" },
    { commandId: id, fraction: 1, data: { frame: 2 } },
  ]);
});

Deno.test("a value that is too large becomes an asset, and the result refers to it", async () => {
  await using studio = await testStudio();
  await using _double = await startAppDouble(studio.bus, counter, {
    handlers: { big: ({ args }) => ({ text: "x".repeat(args.characters) }) },
  });
  const result = await callResult(studio.bus, "big", { characters: 3_000_000 });
  assert.ok(result.ok);
  assert.equal(result["valueIn"], "asset");
  const { id } = AssetRef.parse(result.value);
  const stored = await getAsset(studio.bus, id);
  const { text } = await new Response(stored?.content).json();
  assert.equal(text.length, 3_000_000);
});
