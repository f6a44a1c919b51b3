import assert from "node:assert/strict";
import { ConflictError, newId } from "@patchbay/contracts";
import { type Outcome, RememberedResults } from "./remembered_results.ts";

function outcome(started: boolean): Outcome {
  const facts = { commandId: newId(), app: "counter", bridge: "ws-01", command: "add", startedAt: 0, durationMs: 0 };
  return { started, result: { ...facts, ok: true, value: 1 } };
}

const add = (by: number) => ({ command: "add", args: { by }, reads: false });
const read = { command: "read", args: {}, reads: true };

Deno.test("the same key runs once, also while the first still runs", async () => {
  const results = new RememberedResults();
  const gate = Promise.withResolvers<Outcome>();
  let runs = 0;
  const run = () => (runs++, gate.promise);
  const first = results.once("k", add(1), run);
  const second = results.once("k", add(1), run);
  gate.resolve(outcome(true));
  assert.equal(await first.outcome, await second.outcome);
  assert.deepEqual([runs, first.repeated, second.repeated], [1, false, true]);
});

Deno.test("a key for something else is a conflict", () => {
  const results = new RememberedResults();
  results.once("k", add(1), () => Promise.resolve(outcome(true)));
  assert.throws(() => results.once("k", add(2), () => Promise.resolve(outcome(true))), ConflictError);
});

Deno.test("what never began may be sent again", async () => {
  const results = new RememberedResults();
  await results.once("k", add(0), () => Promise.resolve(outcome(false))).outcome;
  assert.equal(results.once("k", add(0), () => Promise.resolve(outcome(true))).repeated, false);
});

Deno.test("a command that changed something is remembered, however many have only read since", async () => {
  const results = new RememberedResults();
  const first = results.once("k", add(1), () => Promise.resolve(outcome(true)));
  for (let i = 0; i < 2_000; i++) await results.once(`r${i}`, read, () => Promise.resolve(outcome(true))).outcome;
  const again = results.once("k", add(1), () => Promise.resolve(outcome(true)));
  assert.equal(await again.outcome, await first.outcome);
});

Deno.test("one that only reads is answered together while it runs, and read anew when it is done", async () => {
  const results = new RememberedResults();
  const gate = Promise.withResolvers<Outcome>();
  const first = results.once("k", read, () => gate.promise);
  assert.equal(results.once("k", read, () => gate.promise).repeated, true);
  gate.resolve(outcome(true));
  await first.outcome;
  assert.equal(results.once("k", read, () => Promise.resolve(outcome(true))).repeated, false);
});
