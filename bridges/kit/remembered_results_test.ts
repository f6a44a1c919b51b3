import assert from "node:assert/strict";
import { ConflictError, newId } from "@patchbay/contracts";
import { type Outcome, RememberedResults } from "./remembered_results.ts";

function outcome(started: boolean): Outcome {
  const facts = { commandId: newId(), app: "counter", bridge: "ws-01", command: "add", startedAt: 0, durationMs: 0 };
  return { started, result: { ...facts, ok: true, value: 1 } };
}

Deno.test("the same key runs once, also while the first still runs", async () => {
  const results = new RememberedResults();
  const gate = Promise.withResolvers<Outcome>();
  let runs = 0;
  const run = () => (runs++, gate.promise);
  const first = results.once("k", "add", { by: 1 }, run);
  const second = results.once("k", "add", { by: 1 }, run);
  gate.resolve(outcome(true));
  assert.equal(await first.outcome, await second.outcome);
  assert.deepEqual([runs, first.repeated, second.repeated], [1, false, true]);
});

Deno.test("a key for something else is a conflict", () => {
  const results = new RememberedResults();
  results.once("k", "add", { by: 1 }, () => Promise.resolve(outcome(true)));
  assert.throws(() => results.once("k", "add", { by: 2 }, () => Promise.resolve(outcome(true))), ConflictError);
});

Deno.test("what never began may be sent again", async () => {
  const results = new RememberedResults();
  await results.once("k", "add", {}, () => Promise.resolve(outcome(false))).outcome;
  assert.equal(results.once("k", "add", {}, () => Promise.resolve(outcome(true))).repeated, false);
});
