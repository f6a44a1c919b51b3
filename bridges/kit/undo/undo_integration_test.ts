import assert from "node:assert/strict";
import { Batch, BatchResult, envelope, newId, PatchbayError, subjects } from "@patchbay/contracts";
import { enqueueJob, request } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { testStudio, until } from "../test_counter.ts";
import { easel, easelOnStand, perform, send, silentEasel, take } from "./test_easel.ts";

Deno.test("a run is walked back by the application's own undo, one step a command, and forth again", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const on = easelOnStand();
  await using _double = await startAppDouble(bus, easel, { handlers: on.handlers });
  const done = [];
  for (const stroke of ["a", "b", "c"]) done.push(await perform(bus, "paint", { stroke }));
  await perform(bus, "look");
  for (const [step, left] of [[2, "ab"], [1, "a"], [0, ""]] as const) {
    const taken = await take(bus, "_undo", done[step]!);
    assert.deepEqual([taken.done, taken.by], [true, "app"], taken.reason);
    assert.equal(on.strokes.join(""), left);
  }
  for (const [step, left] of [[0, "a"], [1, "ab"], [2, "abc"]] as const) {
    const taken = await take(bus, "_redo", done[step]!);
    assert.deepEqual([taken.done, taken.by, taken.value], [true, "app", done[step]!["value"]], taken.reason);
    assert.equal(on.strokes.join(""), left);
  }
  assert.deepEqual((await take(bus, "_undo", done[2]!)).by, "app");
});

Deno.test("where a person's stroke lies on top, the inverse takes the command back and the stroke stays", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const on = easelOnStand();
  await using double = await startAppDouble(bus, easel, { handlers: on.handlers });
  const painted = await perform(bus, "paint", { stroke: "ours" });
  const smeared = await perform(bus, "smear");
  on.byHand("theirs");
  double.event("human_edit", {});
  const refused = await take(bus, "_undo", smeared);
  assert.equal(refused.done, false);
  assert.match(refused.reason, /^no command takes smear back, since a person changed something$/);
  assert.deepEqual(on.strokes, ["~ours", "theirs"]);
  const missed = await take(bus, "_undo", painted);
  assert.deepEqual([missed.done, missed.by], [true, "inverse"], missed.reason);
  assert.match(missed.reason, /^by erase, since a person changed something$/);
  assert.ok(on.strokes.includes("theirs"));
});

Deno.test("a state that a person changed counts, and so does a command that moves in the history, or is not in it", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const on = easelOnStand();
  await using double = await startAppDouble(bus, easel, {
    handlers: on.handlers,
    snapshot: () => ({ strokes: on.strokes }),
  });
  const first = await perform(bus, "paint", { stroke: "a" });
  double.changed("human");
  assert.equal((await take(bus, "_undo", first)).by, "inverse");
  const second = await perform(bus, "paint", { stroke: "b" });
  await perform(bus, "undo");
  await perform(bus, "redo");
  assert.match((await take(bus, "_undo", second)).reason, /since redo has moved in the undo history/);
  const third = await perform(bus, "paint", { stroke: "c" });
  await perform(bus, "varnish");
  assert.equal((await take(bus, "_undo", third)).by, "inverse");
  assert.deepEqual(on.strokes, []);
});

Deno.test("an application that says nothing of people is not trusted to undo by itself", async () => {
  await using studio = await testStudio();
  const on = easelOnStand();
  await using _double = await startAppDouble(studio.bus, silentEasel, { handlers: on.handlers });
  const painted = await perform(studio.bus, "paint", { stroke: "a" });
  const taken = await take(studio.bus, "_undo", painted);
  assert.deepEqual([taken.by, on.strokes], ["inverse", []], taken.reason);
});

Deno.test("a stroke between looking and stepping is never taken back: both are one thing inside", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const on = easelOnStand();
  await using _double = await startAppDouble(bus, easel, {
    handlers: on.handlers,
    stepBack(step) {
      // the person is just faster: the bridge has decided, the application has not been reached
      on.byHand("theirs");
      return on.stepBack(step);
    },
  });
  const smeared = await perform(bus, "smear");
  const refused = await take(bus, "_undo", smeared);
  assert.deepEqual([refused.done, on.strokes], [false, ["theirs"]]);
  assert.match(refused.reason, /since a person painted meanwhile/);
  const painted = await perform(bus, "paint", { stroke: "ours" });
  const taken = await take(bus, "_undo", painted);
  assert.deepEqual([taken.by, on.strokes], ["inverse", ["theirs", "theirs"]]);
});

Deno.test("an undo racing a person who paints all the time leaves every stroke of theirs", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const on = easelOnStand();
  await using _double = await startAppDouble(bus, easel, { handlers: on.handlers, stepBack: on.stepBack });
  let painted = 0;
  const hand = setInterval(() => on.byHand(`theirs ${painted++}`), 1);
  const ways = new Set<string | undefined>();
  try {
    for (let i = 0; i < 60; i++) {
      const done = await perform(bus, "paint", { stroke: `ours ${i}` });
      ways.add((await take(bus, "_undo", done)).by);
    }
  } finally {
    clearInterval(hand);
  }
  assert.deepEqual(on.strokes, Array.from({ length: painted }, (_, i) => `theirs ${i}`));
  assert.ok(ways.has("inverse"));
});

Deno.test("what was done before the application was started anew, reads, or cannot be undone is refused in words", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const on = easelOnStand();
  await using double = await startAppDouble(bus, easel, { handlers: on.handlers });
  const painted = await perform(bus, "paint", { stroke: "a" });
  const refused = async (done: object, why: RegExp) => {
    for (const way of ["_undo", "_redo"] as const) {
      const taken = await take(bus, way, { ...done });
      assert.equal(taken.done, false);
      assert.match(taken.reason, why);
    }
  };
  await refused(await perform(bus, "look"), /look only reads/);
  await refused(await perform(bus, "varnish"), /nothing takes varnish back/);
  await refused({ ...painted, command: "sing" }, /Easel has no command 'sing'/);
  double.crash();
  await until(() =>
    double.bridge.presence.session !== undefined && double.bridge.presence.session !== painted["session"]
  );
  await refused(painted, /Easel was started anew since paint/);
  assert.deepEqual(on.strokes, ["a"]);
});

Deno.test("a redo runs the command again where something happened since, under the id that it had", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const on = easelOnStand();
  await using double = await startAppDouble(bus, easel, { handlers: on.handlers });
  const painted = await perform(bus, "paint", { stroke: "ours" });
  assert.equal((await take(bus, "_undo", painted)).by, "app");
  on.byHand("theirs");
  double.event("human_edit", {});
  const again = await take(bus, "_redo", painted);
  assert.deepEqual([again.done, again.by, again.value], [true, "again", { stroke: "ours", count: 2 }], again.reason);
  assert.equal((await take(bus, "_undo", { ...painted, value: again.value })).by, "app");
  assert.deepEqual(on.strokes, ["theirs"]);
  const lit = await perform(bus, "light", { level: 3 });
  assert.deepEqual([(await take(bus, "_undo", lit)).by, on.level], ["inverse", 0]);
  assert.deepEqual([(await take(bus, "_redo", lit)).by, on.level], ["again", 3]);
});

Deno.test("an inverse that the application refuses is said, and one that may have happened is a problem", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const on = easelOnStand();
  let refusal = PatchbayError.of("NOT_FOUND", "There is no stroke 'ours'");
  await using double = await startAppDouble(bus, easel, {
    handlers: { ...on.handlers, erase: () => Promise.reject(refusal) },
  });
  const painted = await perform(bus, "paint", { stroke: "ours" });
  double.event("human_edit", {});
  const taken = await take(bus, "_undo", painted);
  assert.equal(taken.done, false);
  assert.match(
    taken.reason,
    /^erase cannot take it back: There is no stroke 'ours', since a person changed something$/,
  );
  refusal = PatchbayError.of("OUTCOME_UNKNOWN", "It blinked");
  const result = await send(bus, "_undo", painted);
  assert.equal(!result.ok && result.problem.code, "OUTCOME_UNKNOWN");
});

Deno.test("a batch is one step", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const on = easelOnStand();
  await using _double = await startAppDouble(bus, easel, { handlers: on.handlers, group: on.group });
  const before = await perform(bus, "paint", { stroke: "a" });
  const commands = ["b", "c"].map((stroke) => ({ command: "paint", args: { stroke } }));
  const message = envelope({ type: "command", source: "a test", payload: Batch.parse({ commands }) });
  const options = { payload: BatchResult, absent: "BRIDGE_OFFLINE", timeoutMs: 10_000 } as const;
  const { payload } = await request(bus, subjects.batch("easel", "ws-01"), message, options);
  assert.ok(payload.ok);
  // the batch lies on top, so what came before it is taken back by its inverse
  const taken = await take(bus, "_undo", before);
  assert.deepEqual([taken.by, on.strokes], ["inverse", ["b", "c"]]);
  assert.match(taken.reason, /since another command lies on top/);
});

Deno.test("an undo that comes again is done once, and one goes through the queue of jobs too", async () => {
  await using studio = await testStudio();
  const { bus } = studio;
  const on = easelOnStand();
  await using double = await startAppDouble(bus, easel, { handlers: on.handlers });
  const [first, second] = [await perform(bus, "paint", { stroke: "a" }), await perform(bus, "paint", { stroke: "b" })];
  const id = newId();
  const results = await Promise.all([1, 2, 3].map(() => send(bus, "_undo", second, { id })));
  assert.ok(results.every(({ ok }) => ok));
  assert.deepEqual(on.strokes, ["a"]);
  const payload = { command: "_undo", args: first, priority: "normal" as const };
  const message = envelope({ type: "command", payload, source: "a test", target: "easel.ws-01" });
  await enqueueJob(bus, { app: "easel", bridge: "ws-01", priority: "normal" }, message);
  await until(() => on.strokes.length === 0);
  assert.deepEqual(double.executions.map(({ command }) => command), ["paint", "paint", "undo", "undo"]);
});

Deno.test("the bridge's own commands are not for any bridge, and in no manifest", async () => {
  await using studio = await testStudio();
  const on = easelOnStand();
  await using _double = await startAppDouble(studio.bus, easel, { handlers: on.handlers });
  const painted = await perform(studio.bus, "paint", { stroke: "a" });
  const result = await send(studio.bus, "_undo", painted, { to: "any" });
  assert.equal(!result.ok && result.problem.code, "UNKNOWN_COMMAND");
  assert.deepEqual(on.strokes, ["a"]);
});
