/** A bridge is asked to end while it has much to do. */
import assert from "node:assert/strict";
import type { Id } from "@patchbay/contracts";
import { checkHistory } from "@patchbay/testing";
import { callLater, callNow } from "./weather/calls.ts";
import { finish, queueIsEmpty, startWorld, storedOf, until } from "./weather/world.ts";

Deno.test("SIGTERM under load: what was accepted ends, here or in the next process, and no caller waits in vain", async () => {
  await using world = await startWorld({ bridges: ["ws-01", "ws-02"] });
  const { history, bus, here, bridges: [first] } = world;
  assert.ok(first !== undefined);
  const from = { name: "a test", bus, here };
  const jobs: Promise<Id>[] = [];
  const asked: Promise<unknown>[] = [];
  for (let n = 0; n < 40; n++) {
    const to = n % 2 === 0 ? "ws-01" : "any";
    jobs.push(callLater(history, from, { to, command: "add", args: { takesMs: 20 } }));
    asked.push(callNow(history, from, { to, command: "add", args: { takesMs: 20 } }));
  }
  await first.printed("done", 3);
  assert.equal(await first.terminate(), 0);
  // who was not accepted is told so, and nobody is told that nobody knows
  await Promise.all(asked);
  await first.start();
  const ids = await Promise.all(jobs);
  await until("the queue is empty", () => queueIsEmpty(bus));
  await until("all jobs have ended", () => ids.every((id) => storedOf(world, id).length > 0));
  const { unknown } = checkHistory(await finish(world), { minSuccesses: 60 });
  assert.equal(unknown, 0);
  const late = history.entries.filter((entry) => entry.what === "unanswered" && entry.code === "DEADLINE_EXCEEDED");
  assert.deepEqual(late, []);
});
