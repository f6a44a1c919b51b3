/** Two processes with one id, under load: the lease decides who acts, and the other one ends. */
import assert from "node:assert/strict";
import type { Id } from "@patchbay/contracts";
import { checkHistory } from "@patchbay/testing";
import { callLater, callNow } from "./weather/calls.ts";
import { effectsOf, finish, queueIsEmpty, startWorld, storedOf, until, type World } from "./weather/world.ts";

/** What the process says as it ends because another one has its id. */
const FENCED = 2;

async function jobs({ history, bus, here }: World, count: number): Promise<Id[]> {
  const from = { name: "a test", bus, here };
  const call = { to: "ws-01", command: "add", args: { takesMs: 5 } } as const;
  return await Promise.all(Array.from({ length: count }, () => callLater(history, from, call)));
}

Deno.test("a second process with the id of one that works is refused, and disturbs nothing", async () => {
  await using world = await startWorld();
  const { history, bus, here } = world;
  const ids = await jobs(world, 40);
  const twin = world.twin();
  await assert.rejects(twin.start(), /ended with/);
  assert.equal(await twin.ended(), FENCED);
  const from = { name: "a test", bus, here };
  assert.ok((await callNow(history, from, { to: "ws-01", command: "add" }))?.ok);
  await until("the queue is empty", () => queueIsEmpty(bus));
  await until("all have ended", () => ids.every((id) => storedOf(world, id).length > 0));
  const { effects, unknown } = checkHistory(await finish(world), { minSuccesses: 41 });
  assert.deepEqual({ effects, unknown }, { effects: 41, unknown: 0 });
});

Deno.test("one that stood still for longer than its lease finds another one there: it begins nothing, and ends", async () => {
  await using world = await startWorld({ ackWaitMs: 2_000 });
  const { history, bus, bridges: [first] } = world;
  assert.ok(first !== undefined);
  const ids = await jobs(world, 60);
  await first.printed("done", 5);
  history.disturbed("the first process stands still");
  first.signal("SIGSTOP");
  const before = (await effectsOf(world)).length;
  const twin = world.twin();
  await twin.start();
  await twin.printed("done", 5);
  first.signal("SIGCONT");
  history.disturbed("the first process goes on");
  assert.equal(await first.ended(), FENCED);
  await until("the queue is empty", () => queueIsEmpty(bus));
  await until("all have ended", () => ids.every((id) => storedOf(world, id).length > 0));
  const done = first.lines.filter((line) => line.startsWith("begun")).length;
  assert.ok(done <= before + 1, `${done} begun, ${before} done before it stood still`);
  const { unknown } = checkHistory(await finish(world), { minSuccesses: 59 });
  assert.ok(unknown <= 1);
});
