/** A script that the bridge starts: what it offers, says and does, and what becomes of the bridge when it misbehaves. */
import assert from "node:assert/strict";
import { newId } from "@patchbay/contracts";
import { code, fileOf, hasPython, startScriptStudio, until } from "./testing/script_studio.ts";

const argument = fileOf("testing/troubled.py");
const test = (name: string, fn: (t: Deno.TestContext) => Promise<void>) => Deno.test({ name, ignore: !hasPython, fn });

test("functions are commands, with schemas of their types; what is printed breaks nothing", async (t) => {
  await using studio = await startScriptStudio({ argument });
  const { commands, title, version, events, channels } = await studio.manifest();
  assert.deepEqual([title, version], ["Troubled", "2.1.0"]);

  await t.step("the manifest says what the functions say", () => {
    assert.deepEqual(commands["count"]?.args, {
      type: "object",
      properties: { by: { type: "integer", description: "how much", minimum: 1, maximum: 100, default: 1 } },
      required: [],
      additionalProperties: false,
    });
    assert.deepEqual([commands["say"]?.kind, commands["say"]?.effect, commands["say"]?.idempotent], [
      "query",
      "read",
      true,
    ]);
    assert.equal(commands["slow"]?.timeoutMs, 60_000);
    assert.equal(commands["count"]?.summary, "Counts.");
    assert.deepEqual(Object.keys(events), ["counted"]);
    assert.equal(channels["level"]?.rateHz, 50);
  });
  await t.step("a command runs; its event and its channel are heard", async () => {
    await using events = studio.events("counted");
    await using levels = studio.channel("level");
    await studio.bus.nc.flush();
    assert.deepEqual(await studio.call("count", { by: 3 }), { count: 3 });
    for await (const { message } of events) {
      assert.deepEqual(message.payload.data, { count: 3 });
      break;
    }
    for await (const { message } of levels) {
      assert.equal(message.payload.value, 3);
      break;
    }
  });
  await t.step("arguments come as their types", async () => {
    assert.deepEqual(await studio.call("types", { number: 1, colour: "red", at: { x: 1 } }), [
      "float",
      "red",
      { x: 1, y: 0 },
      "a",
      "Point",
    ]);
  });
  await t.step("what does not fit is refused before it reaches the script", async () => {
    await assert.rejects(studio.call("count", { by: 1000 }), code("INVALID_ARGUMENTS", /by/));
    await assert.rejects(studio.call("types", { number: 1, colour: "green", at: { x: 1 } }), code("INVALID_ARGUMENTS"));
  });
  await t.step("text of every language goes there and back", async () => {
    const text = "Größe 世界 🎛️ \u0000 \u2028 end";
    assert.equal(await studio.call("say", { text }), text);
  });
  await t.step("a problem has its code, an exception its words", async () => {
    await assert.rejects(studio.call("fail", { how: "problem" }), code("CONFLICT", /Geht nicht: ä/));
    await assert.rejects(studio.call("fail", { how: "plainly" }), code("COMMAND_FAILED", /ValueError: plain ä/));
    await assert.rejects(studio.call("not_json"), code("COMMAND_FAILED", /JSON/));
  });
  await t.step("a large answer becomes an asset", async () => {
    assert.equal(Object(await studio.call("huge", { megabytes: 8 })).mediaType, "application/json");
  });
  await t.step("progress is told, and a cancelled command ends", async () => {
    const id = newId();
    await using reports = studio.progress();
    await studio.bus.nc.flush();
    const slow = studio.call("slow", { steps: 10_000 }, { id, timeoutMs: 60_000 });
    for await (const { message } of reports) {
      assert.match(message.payload.message ?? "", /Schritt/);
      break;
    }
    studio.cancel(id);
    await assert.rejects(slow, code("CANCELLED"));
    assert.equal(await studio.call("slow", { steps: 2 }), 2);
  });
  await t.step("garbage on its output goes to the log", async () => {
    await studio.call("harm", { how: "garbage" });
    assert.deepEqual(await studio.call("count"), { count: 4 });
  });
});

test("the state is what the script says it is", async () => {
  await using studio = await startScriptStudio({ argument });
  const state = Object(await studio.state());
  assert.equal(state.count, 0);
});

test("a script that ends under a command is started again, and is as new", async () => {
  await using studio = await startScriptStudio({ argument });
  await studio.call("count", { by: 5 });
  await assert.rejects(studio.call("harm", { how: "exit" }), code("APP_CRASHED", /status 3/));
  await studio.bridge.ready(AbortSignal.timeout(20_000));
  assert.deepEqual(await studio.call("count"), { count: 1 });
});

test("a script that hangs past its time is ended and started again", async () => {
  await using studio = await startScriptStudio({ argument, silenceMs: 500 });
  await assert.rejects(studio.call("harm", { how: "hang" }, { timeoutMs: 300 }), code("DEADLINE_EXCEEDED"));
  await until(() => studio.bridge.status !== "executing" && studio.bridge.status !== "idle");
  await studio.bridge.ready(AbortSignal.timeout(20_000));
  assert.deepEqual(await studio.call("count"), { count: 1 });
});

for (const [how, limits] of [["memory", { memoryMiB: 200 }], ["fork", { processes: 20 }]] as const) {
  test(`a script that takes too much (${how}) is ended with why, and started again`, async () => {
    await using studio = await startScriptStudio({
      argument,
      change: (script) => ({ ...script, program: { ...script.program!, limits } }),
    });
    await assert.rejects(studio.call("harm", { how }), code("APP_CRASHED", /may (use|have)/));
    await studio.bridge.ready(AbortSignal.timeout(20_000));
    assert.deepEqual(await studio.call("count"), { count: 1 });
  });
}

test("in a rehearsal nothing of a script runs that does not know of rehearsals", async () => {
  await using studio = await startScriptStudio({ argument, mode: "simulator" });
  assert.equal(studio.bridge.presence.simulated, true);
  assert.equal(await studio.call("harm", { how: "exit" }), null);
  assert.equal(typeof Object(await studio.call("count", { by: 2 })), "object");
});

Deno.test("a script that ends at once, or speaks something else, is said to, with its last words", async () => {
  for (const [body, said] of [["raise SystemExit('no licence')", /no licence/], ["print('hello')", /ended/]] as const) {
    const path = await Deno.makeTempFile({ suffix: ".py", prefix: "broken-" });
    await Deno.writeTextFile(path, body);
    try {
      await using studio = await startScriptStudio({ argument: path, ready: false });
      await until(() => studio.bridge.status === "disconnected");
      assert.match(studio.bridge.reason, said);
    } finally {
      await Deno.remove(path);
    }
  }
});
