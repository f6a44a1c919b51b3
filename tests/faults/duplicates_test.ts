/** Messages that come more often than once: in time for the stream to notice, and later; on one lane, and on both. */
import assert from "node:assert/strict";
import { enqueueJob } from "@patchbay/bus";
import { envelope, newId } from "@patchbay/contracts";
import { checkHistory, seededRandom } from "@patchbay/testing";
import { callLater, callNow } from "./weather/calls.ts";
import { effectsOf, finish, queueIsEmpty, startWorld, storedOf, until, type World } from "./weather/world.ts";

const WINDOW_MS = 200;
const ADDRESS = { app: "tally", bridge: "ws-01", priority: "normal" } as const;

/** The stream of jobs recognizes what comes again for a moment only. */
async function shortenWindow({ bus }: World): Promise<void> {
  const { config } = (await bus.nc.request("$JS.API.STREAM.INFO.JOBS", "")).json<{ config: object }>();
  const shorter = JSON.stringify({ ...config, duplicate_window: WINDOW_MS * 1_000_000 });
  const { error } = (await bus.nc.request("$JS.API.STREAM.UPDATE.JOBS", shorter)).json<{ error?: object }>();
  assert.equal(error, undefined);
}

Deno.test("a job that is published again happens once, whether or not the stream recognizes it", async () => {
  await using world = await startWorld();
  const { history, bus } = world;
  await shortenWindow(world);
  const payload = { command: "add", args: {}, priority: "normal" as const };
  const message = envelope({ type: "command", id: newId(), payload, source: "a test", target: "tally.ws-01" });
  history.invoked({ commandId: message.id, command: "add", job: true });
  const first = await enqueueJob(bus, ADDRESS, message);
  const second = await enqueueJob(bus, ADDRESS, message);
  assert.equal(second.seq, first.seq);
  await until("it has ended", () => storedOf(world, message.id).length > 0);
  await until(
    "the stream takes it for a new one",
    async () => (await enqueueJob(bus, ADDRESS, message)).seq > first.seq,
  );
  await until("the queue is empty", () => queueIsEmpty(bus));
  const { successes, effects } = checkHistory(await finish(world), { minSuccesses: 1 });
  assert.deepEqual({ successes, effects }, { successes: 1, effects: 1 });
});

Deno.test("one key on both lanes, many times and at once: one effect, and everybody is told the same", async () => {
  const seed = 11;
  await using world = await startWorld({ bridges: ["ws-01", "ws-02"] });
  const { history, bus, here } = world;
  const from = { name: "a test", bus, here };
  const random = seededRandom(seed);
  const ids = await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      const call = { to: "any", command: "add", key: `key-${n % 6}`, args: { takesMs: (n % 6) * 10 } } as const;
      if (random.chance(0.5)) return await callLater(history, from, call);
      await callNow(history, from, call);
      return undefined;
    }),
  );
  const jobs = ids.filter((id) => id !== undefined);
  await until("the queue is empty", () => queueIsEmpty(bus));
  await until("all jobs have ended", () => jobs.every((id) => storedOf(world, id).length > 0));
  const { effects, unknown } = checkHistory(await finish(world), { minSuccesses: 60 });
  assert.deepEqual({ effects, unknown }, { effects: 6, unknown: 0 });
  assert.equal(new Set((await effectsOf(world)).map(({ id }) => id)).size, 6);
});
