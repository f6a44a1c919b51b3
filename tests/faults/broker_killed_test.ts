/** The broker is killed outright, as by a power failure, while this or that is on its way; it comes back with its store. */
import assert from "node:assert/strict";
import type { Id } from "@patchbay/contracts";
import { checkHistory } from "@patchbay/testing";
import { callLater, callNow, type From } from "./weather/calls.ts";
import { finish, queueIsEmpty, startWorld, storedOf, until, type World } from "./weather/world.ts";

const ONE = "ws-01";
const from = ({ bus, here }: World): From => ({ name: "a test", bus, here });

async function blackout({ nats, history }: World): Promise<void> {
  history.disturbed("the broker is killed");
  await nats.kill();
  await nats.restart();
}

/** Whether a command comes through: its bridge is there again. */
async function comesThrough(world: World): Promise<void> {
  const read = async () => (await callNow(world.history, from(world), { to: ONE, command: "read" }))?.ok;
  await until("the bridge answers again", read);
}

Deno.test("while nothing happens: afterwards commands and jobs come through as before", async () => {
  await using world = await startWorld();
  const { history, bus } = world;
  await callNow(history, from(world), { to: ONE, command: "add" });
  for (let n = 0; n < 3; n++) await blackout(world);
  await comesThrough(world);
  await callNow(history, from(world), { to: ONE, command: "add" });
  const id = await callLater(history, from(world), { to: ONE, command: "add" });
  await until("the job has ended", () => storedOf(world, id).length > 0);
  await until("the queue is empty", () => queueIsEmpty(bus));
  const { effects, unknown } = checkHistory(await finish(world), { minSuccesses: 4 });
  assert.deepEqual({ effects, unknown }, { effects: 3, unknown: 0 });
});

Deno.test("in the middle of a request: it ends once, is in the history, and its key gives the same", async () => {
  await using world = await startWorld();
  const { history, bridges: [bridge] } = world;
  const call = { to: ONE, command: "add", args: { takesMs: 500 }, key: "the-key" } as const;
  const asked = callNow(history, from(world), call);
  await bridge?.printed("begun");
  await blackout(world);
  await asked;
  await bridge?.printed("done");
  await comesThrough(world);
  const again = await callNow(history, from(world), call);
  assert.ok(again?.ok, JSON.stringify(again));
  const { effects } = checkHistory(await finish(world), { minSuccesses: 2 });
  assert.equal(effects, 1);
});

Deno.test("while jobs are published, run and acknowledged: each that was accepted ends, once", async () => {
  await using world = await startWorld({ ackWaitMs: 2_000 });
  const { history, bus, bridges: [bridge] } = world;
  const ids: Id[] = [];
  const publishing = (async () => {
    for (let n = 0; n < 60; n++) ids.push(await callLater(history, from(world), { to: ONE, command: "add" }));
  })();
  for (const count of [5, 20, 40]) {
    await bridge?.printed("done", count);
    await blackout(world);
  }
  await publishing;
  await until("the queue is empty", () => queueIsEmpty(bus).catch(() => false));
  await until("all have ended", () => ids.every((id) => storedOf(world, id).length > 0));
  const { successes, effects } = checkHistory(await finish(world), { minSuccesses: 55 });
  assert.ok(successes <= effects);
});
