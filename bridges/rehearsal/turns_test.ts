import assert from "node:assert/strict";
import { Turns } from "./turns.ts";

const never = new AbortController().signal;

Deno.test("so many work at once, so many wait in their order, and who comes then is sent away", async () => {
  const turns = new Turns(2, 2);
  const done: number[] = [];
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const works = gates.map(({ promise }, i) =>
    turns.take(async () => {
      await promise;
      done.push(i);
    }, never)
  );
  await assert.rejects(turns.take(() => Promise.resolve(), never), { code: "RATE_LIMITED" });
  gates[3]!.resolve();
  gates[1]!.resolve();
  await works[1];
  gates[2]!.resolve();
  await works[2];
  await works[3];
  gates[0]!.resolve();
  await works[0];
  assert.deepEqual(done, [1, 2, 3, 0]);
  assert.equal(await turns.take(() => Promise.resolve("free again"), never), "free again");
});

Deno.test("who waits no longer leaves the line, and one that fails gives its turn on", async () => {
  const turns = new Turns(1, 5);
  const gate = Promise.withResolvers<void>();
  const first = turns.take(() => gate.promise, never);
  const leaves = new AbortController();
  const gone = assert.rejects(turns.take(() => Promise.resolve(), leaves.signal), /enough/);
  const last = turns.take(() => Promise.resolve("last"), never);
  leaves.abort(new Error("enough"));
  await gone;
  gate.reject(new Error("failed"));
  await assert.rejects(first, /failed/);
  assert.equal(await last, "last");
});
