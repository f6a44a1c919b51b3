/** A workstation whose clock is five minutes from everybody else's. */
import assert from "node:assert/strict";
import type { Id } from "@patchbay/contracts";
import { checkHistory } from "@patchbay/testing";
import { callLater, callNow } from "./weather/calls.ts";
import { finish, queueIsEmpty, startWorld, storedOf, until, type World } from "./weather/world.ts";

const SKEW_MS = 5 * 60_000;

async function jobsAreDone(world: World): Promise<void> {
  const { history, bus, here } = world;
  const from = { name: "a test", bus, here };
  const ids: Id[] = [];
  for (const to of ["ws-01", "any", "ws-01"]) ids.push(await callLater(history, from, { to, command: "add" }));
  await until("the queue is empty", () => queueIsEmpty(bus));
  await until("all have ended", () => ids.every((id) => storedOf(world, id).length > 0));
  // its lease and its presence last, by a clock of their own
  await until("the bridge is idle", () => here.get("tally", "ws-01")?.status === "idle");
}

Deno.test("a clock that is behind: jobs and commands are done as ever", async () => {
  await using world = await startWorld({ clockMs: -SKEW_MS });
  const { history, bus, here } = world;
  await jobsAreDone(world);
  const result = await callNow(history, { name: "a test", bus, here }, { to: "ws-01", command: "add" });
  assert.ok(result?.ok, JSON.stringify(result));
  checkHistory(await finish(world), { minSuccesses: 4 });
});

Deno.test("a clock that is ahead: jobs are done; a command that seems late is not begun, and its caller is not kept for longer than it asked", async () => {
  await using world = await startWorld({ clockMs: SKEW_MS });
  const { history, bus, here } = world;
  await jobsAreDone(world);
  assert.equal(await callNow(history, { name: "a test", bus, here }, { to: "ws-01", command: "add" }), undefined);
  assert.deepEqual(history.entries.flatMap((entry) => entry.what === "unanswered" ? [entry.code] : []), [
    "DEADLINE_EXCEEDED",
  ]);
  const { effects } = checkHistory(await finish(world), { minSuccesses: 3 });
  assert.equal(effects, 3);
});
