import assert from "node:assert/strict";
import {
  AssetRef,
  envelope,
  newId,
  PatchbayError,
  Progress,
  Result,
  StateUpdate,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { commandFingerprint, getAsset, openLedger, readStream, send, subscribe } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { holding, testStudio, until } from "../test_counter.ts";
import { desk as manifest, deskHandlers, refusal, sendBatch, statuses } from "./test_batches.ts";

const failed = (text = "no") => PatchbayError.of("COMMAND_FAILED", text);

Deno.test("a batch runs in order and answers each result; each is in the history, caused by the batch", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  await using _double = await startAppDouble(studio.bus, manifest, { handlers });
  const id = newId();
  const commands = [["add", { by: 2 }], ["add"], ["read"]] as const;
  const result = await sendBatch(studio.bus, { commands }, { id });
  assert.deepEqual([result.ok, result.undone, result.batchId], [true, false, id]);
  assert.deepEqual(result.items.map(({ result }) => result?.ok && result.value), [
    { count: 2, name: null },
    { count: 3, name: null },
    { count: 3 },
  ]);
  assert.deepEqual(desk.log, ["add 2", "add 1"]);
  const subject = subjects.result("desk", "ws-01", WILDCARD);
  const history = readStream(studio.bus, "RESULTS", { subject, payload: Result, from: "start", follow: true });
  const seen = [];
  for await (const { message } of history) {
    assert.equal(message.metadata.causationId, id);
    seen.push(message.payload.commandId);
    if (seen.length === 3) break;
  }
  assert.deepEqual(seen, result.items.map(({ result }) => result?.commandId));
});

Deno.test("a batch on `any` goes to one bridge, and to nobody where there is none", async () => {
  await using studio = await testStudio();
  await assert.rejects(sendBatch(studio.bus, { commands: [["read"]] }, { bridge: "any" }), refusal("BRIDGE_OFFLINE"));
  await using _double = await startAppDouble(studio.bus, manifest, deskHandlers());
  const result = await sendBatch(studio.bus, { commands: [["add"], ["add"]] }, { bridge: "any" });
  assert.deepEqual([result.bridge, result.ok], ["ws-01", true]);
});

Deno.test("nothing of others comes in between the commands of a batch, and its state is told once", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  const { handlers } = deskHandlers();
  let count = 0;
  await using double = await startAppDouble(studio.bus, manifest, {
    handlers: { ...handlers, hold, add: ({ args }) => (began.push(args.name ?? "?"), { count: ++count, name: null }) },
    snapshot: () => ({ count }),
  });
  const commands = [["add", { name: "one" }], ["hold", { name: "held" }], ["add", { name: "two" }]] as const;
  const batch = sendBatch(studio.bus, { commands });
  await until(() => began.includes("held"));
  const other = sendBatch(studio.bus, { commands: [["add", { name: "other" }]], priority: "high" });
  double.changed("application");
  await until(() => double.bridge.presence.queued === 1);
  release("held");
  await Promise.all([batch, other]);
  assert.deepEqual(began, ["one", "held", "two", "other"]);
  const counts = [];
  for await (
    const { message } of readStream(studio.bus, "STATE", {
      subject: subjects.state("desk", "ws-01"),
      payload: StateUpdate,
      from: "start",
      follow: true,
    })
  ) {
    counts.push(JSON.stringify(message.payload));
    if (counts.at(-1)?.includes("3")) break;
  }
  assert.ok(!counts.some((text) => text.includes('"value":1')), counts.join("\n"));
});

Deno.test("`stop` leaves the rest out, `continue` goes on", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  await using _double = await startAppDouble(studio.bus, manifest, {
    handlers: { ...handlers, fail: () => Promise.reject(failed()) },
  });
  const commands = [["add"], ["fail"], ["add"]] as const;
  const stopped = await sendBatch(studio.bus, { commands });
  assert.deepEqual(statuses(stopped), ["succeeded", "failed", "skipped"]);
  assert.deepEqual([stopped.ok, stopped.problem, stopped.items[2]?.result], [false, undefined, undefined]);
  const failure = stopped.items[1]?.result;
  assert.ok(failure?.ok === false && failure.problem.code === "COMMAND_FAILED");
  const went = await sendBatch(studio.bus, { commands, onError: "continue" });
  assert.deepEqual(statuses(went), ["succeeded", "failed", "succeeded"]);
  assert.equal(went.ok, false);
  assert.equal(desk.count, 3);
});

Deno.test("an invalid batch is refused whole, with the path of everything that is wrong", async () => {
  await using studio = await testStudio();
  await using double = await startAppDouble(studio.bus, manifest, deskHandlers());
  const ask = (commands: Parameters<typeof sendBatch>[1]["commands"], onError: "stop" | "undo" = "stop") =>
    sendBatch(studio.bus, { commands, onError });
  const fine = Array.from({ length: 7 }, () => ["add"] as const);
  await assert.rejects(ask([...fine, ["explode"]]), refusal("UNKNOWN_COMMAND", "commands.7.command"));
  await assert.rejects(
    ask([...fine, ["add", { by: "two" }], ["hold"]]),
    refusal("INVALID_ARGUMENTS", "commands.7.args.by", "commands.8.args.name"),
  );
  await assert.rejects(ask([["add"], ["run_code"]]), refusal("CODE_DISABLED", "commands.1.command"));
  await assert.rejects(ask([["add"], ["power_off"]]), refusal("INVALID_ARGUMENTS", "commands.1.command"));
  await assert.rejects(ask([["add"], ["print"]], "undo"), refusal("INVALID_ARGUMENTS", "commands.1.command"));
  await assert.rejects(ask([["add"], ["undo"]], "undo"), refusal("INVALID_ARGUMENTS", "commands.1.command"));
  const many = Array.from({ length: 1_001 }, () => ["add"] as const);
  await assert.rejects(ask(many), refusal("INVALID_MESSAGE", "payload.commands"));
  await assert.rejects(ask([]), refusal("INVALID_MESSAGE", "payload.commands"));
  await assert.rejects(ask([["add", { name: "x".repeat(1024 * 1024) }]]), refusal("PAYLOAD_TOO_LARGE"));
  assert.deepEqual(double.executions, []);
});

Deno.test("an argument may be what an earlier command gave", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  await using double = await startAppDouble(studio.bus, manifest, {
    handlers: { ...handlers, sample: () => Promise.reject(failed()) },
  });
  const $ref = (text: string) => ({ $ref: text });
  const commands = [["add", { by: 5 }], ["add", { by: $ref("0.result.count") }], ["read"], [
    "set_gain",
    { gain: $ref("2#/result/count") },
  ]] as const;
  assert.equal((await sendBatch(studio.bus, { commands })).ok, true);
  assert.deepEqual([desk.count, desk.gain], [10, 10]);
  const executed = double.executions.length;
  const refused = [
    ["0.result.size", "names nothing"],
    ["1.result.count", "no earlier command"],
    ["2.result", "no earlier command"],
    ["c0.result.count", "no earlier command"],
    ["0.count", "no earlier command"],
    ["0.result.name", "what fits here is number"],
  ] as const;
  for (const [text, why] of refused) {
    await assert.rejects(
      sendBatch(studio.bus, { commands: [["add"], ["add", { by: $ref(text) }]] }),
      (error) => refusal("INVALID_ARGUMENTS", "commands.1.args.by")(error) && (error as Error).message.includes(why),
      text,
    );
  }
  assert.equal(double.executions.length, executed);
  // what a command that failed would have given cannot be bound
  const unbound = await sendBatch(studio.bus, {
    commands: [["sample"], ["add", { by: $ref("0.result.value") }], ["add", { name: "a" }], ["mute", {
      channel: $ref("2.result.name"),
    }]],
    onError: "continue",
  });
  assert.deepEqual(statuses(unbound), ["failed", "failed", "succeeded", "succeeded"]);
  const second = unbound.items[1]?.result;
  assert.ok(second?.ok === false && second.problem.code === "INVALID_ARGUMENTS");
  assert.deepEqual([...desk.muted], ["a"]);
});

Deno.test("a cancellation reaches the command that runs, and the rest is left out", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  await using double = await startAppDouble(studio.bus, manifest, { handlers: { ...deskHandlers().handlers, hold } });
  const cancel = async (commandId: string) => {
    send(
      studio.bus,
      subjects.cancel(commandId),
      envelope({ type: "command", payload: { commandId }, source: "a test" }),
    );
    await studio.bus.nc.flush();
  };
  const commands = [["add"], ["hold", { name: "first" }], ["add"]] as const;
  const [running, waiting] = [newId(), newId()];
  const first = sendBatch(studio.bus, { commands, onError: "continue" }, { id: running });
  await until(() => began.length === 1);
  const second = sendBatch(studio.bus, { commands }, { id: waiting });
  const refused = assert.rejects(second, refusal("CANCELLED"));
  await until(() => double.bridge.presence.queued === 1);
  await cancel(waiting);
  await refused;
  await cancel(running);
  const result = await first;
  assert.deepEqual(statuses(result), ["succeeded", "failed", "skipped"]);
  const held = result.items[1]?.result;
  assert.ok(held?.ok === false && held.problem.code === "CANCELLED");
  assert.equal(result.problem?.code, "CANCELLED");
  const undoing = newId();
  const third = sendBatch(studio.bus, { commands, onError: "undo" }, { id: undoing });
  await until(() => began.length === 2);
  await cancel(undoing);
  assert.deepEqual(statuses(await third), ["undone", "failed", "skipped"]);
  release("first");
});

Deno.test("a deadline in the middle is answered at once, and nothing more is begun", async () => {
  await using studio = await testStudio();
  const { hold, began, release } = holding();
  const { desk, handlers } = deskHandlers();
  const told = new Map<string, PromiseWithResolvers<void>>();
  const stubborn = async ({ args, signal }: Parameters<typeof hold>[0]) => {
    const late = Promise.withResolvers<void>();
    told.set(args.name, late);
    signal.addEventListener("abort", () => late.resolve(), { once: true });
    await hold({ args, signal: new AbortController().signal });
    desk.log.push(`let go of ${args.name}`);
    return {};
  };
  await using _double = await startAppDouble(studio.bus, manifest, { handlers: { ...handlers, hold: stubborn } });
  const commands = [["add"], ["hold", { name: "whole" }], ["add"]] as const;
  const whole = await sendBatch(studio.bus, { commands, timeoutMs: 100, onError: "continue" });
  assert.deepEqual(statuses(whole), ["succeeded", "failed", "skipped"]);
  assert.equal(whole.problem?.code, "DEADLINE_EXCEEDED");
  // the application is busy with it still: nobody else has a turn
  await assert.rejects(sendBatch(studio.bus, { commands, timeoutMs: 50 }), refusal("DEADLINE_EXCEEDED"));
  release("whole");
  const own = sendBatch(studio.bus, { commands: [["hold", { name: "own" }, 50], ["add"]], onError: "continue" });
  await until(() => began.includes("own"));
  await told.get("own")?.promise;
  release("own");
  assert.deepEqual(statuses(await own), ["failed", "succeeded"]);
  assert.deepEqual(desk.log, ["add 1", "let go of whole", "let go of own", "add 1"]);
});

Deno.test("a batch that comes again is answered with the first result, and a key is for one batch", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  await using _double = await startAppDouble(studio.bus, manifest, {
    handlers: { ...handlers, fail: () => Promise.reject(failed()) },
  });
  const commands = [["add"], ["fail"]] as const;
  const send = () => sendBatch(studio.bus, { commands, idempotencyKey: "b1" });
  const answers = await Promise.all([send(), send(), send()]);
  assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  assert.equal(desk.count, 1);
  await assert.rejects(sendBatch(studio.bus, { commands: [["add"]], idempotencyKey: "b1" }), refusal("CONFLICT"));
});

Deno.test("a batch that comes again after its bridge was started anew is answered from the ledger", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  const batch = { commands: [["add"], ["fail"]], idempotencyKey: "b1" } as const;
  const start = () =>
    startAppDouble(studio.bus, manifest, { handlers: { ...handlers, fail: () => Promise.reject(failed()) } });
  const first = await (async () => {
    await using _double = await start();
    return await sendBatch(studio.bus, batch);
  })();
  await using _double = await start();
  assert.deepEqual(await sendBatch(studio.bus, batch), first);
  assert.equal(desk.count, 1);
  await assert.rejects(sendBatch(studio.bus, { commands: [["add"]], idempotencyKey: "b1" }), refusal("CONFLICT"));
});

Deno.test("of a batch that a bridge was killed under nobody says that it did or did not happen", async () => {
  await using studio = await testStudio();
  await using double = await startAppDouble(studio.bus, manifest, deskHandlers());
  const args = { commands: [{ command: "add", args: {} }], onError: "stop" };
  await openLedger(studio.bus).begin({ app: "desk", bridge: "ws-01" }, "b1", {
    commandId: newId(),
    command: "batch",
    fingerprint: commandFingerprint({ command: "batch", args }),
    bridge: "ws-01",
    instance: newId(),
    fencing: 1,
  });
  const again = () => sendBatch(studio.bus, { commands: [["add"]], idempotencyKey: "b1" });
  await assert.rejects(again(), refusal("OUTCOME_UNKNOWN"));
  await assert.rejects(again(), refusal("OUTCOME_UNKNOWN"));
  assert.deepEqual(double.executions, []);
});

Deno.test("a batch that could not begin may come again", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  let busy = true;
  await using _double = await startAppDouble(studio.bus, manifest, {
    handlers,
    group: () =>
      busy
        ? Promise.reject(PatchbayError.of("APP_BUSY", "a dialog is open"))
        : Promise.resolve({ close: () => Promise.resolve(false) }),
  });
  const batch = { commands: [["add"], ["add"]], idempotencyKey: "b1" } as const;
  await assert.rejects(
    sendBatch(studio.bus, batch),
    (error) => refusal("APP_BUSY")(error) && (error as PatchbayError).context["started"] === false,
  );
  busy = false;
  assert.equal((await sendBatch(studio.bus, batch)).ok, true);
  assert.equal(desk.count, 2);
});

Deno.test("each finished command is progress of the batch, and so is what a command says itself", async () => {
  await using studio = await testStudio();
  const { handlers } = deskHandlers();
  await using _double = await startAppDouble(studio.bus, manifest, {
    handlers: { ...handlers, hold: ({ progress }) => (progress({ fraction: 0.5, message: "half" }), {}) },
  });
  const [id, correlationId] = [newId(), newId()];
  await using heard = subscribe(studio.bus, subjects.progress(correlationId), { payload: Progress });
  await heard.ready;
  await sendBatch(studio.bus, { commands: [["hold", { name: "a" }], ["add"]] }, { id, correlationId });
  const seen = [];
  for await (const { message: { payload } } of heard) {
    assert.equal(payload.commandId, id);
    seen.push([payload.fraction, payload.message]);
    if (payload.fraction === 1) break;
  }
  // more than twenty a second are left out, but never the first or the last
  assert.deepEqual([seen[0], seen.at(-1)], [[0.25, "1 of 2: half"], [1, "2 of 2: add"]]);
});

Deno.test("a thousand commands are one answer, whatever they give", async () => {
  await using studio = await testStudio();
  const { desk, handlers } = deskHandlers();
  await using _double = await startAppDouble(studio.bus, manifest, {
    handlers: { ...handlers, fail: ({ args }) => Promise.reject(failed(args.text.repeat(50))) },
  });
  const thousand = <T>(make: (i: number) => T) => Array.from({ length: 1_000 }, (_, i) => make(i));
  const added = await sendBatch(studio.bus, { commands: thousand(() => ["add"] as const) });
  assert.deepEqual([added.ok, desk.count, added.items.length], [true, 1_000, 1_000]);
  const much = await sendBatch(studio.bus, { commands: thousand(() => ["big", { characters: 2_000 }] as const) });
  assert.equal(much.ok, true);
  const last = much.items.at(-1)?.result;
  assert.ok(last?.ok && last["valueIn"] === "asset");
  const stored = await getAsset(studio.bus, AssetRef.parse(last.value).id);
  assert.equal((await new Response(stored?.content).json()).text.length, 2_000);
  const commands = thousand(() => ["fail", { text: "really not" }] as const);
  const wrong = await sendBatch(studio.bus, { commands, onError: "continue" });
  assert.ok(wrong.items.every(({ result }) => result?.ok === false && result.problem.code === "COMMAND_FAILED"));
});
