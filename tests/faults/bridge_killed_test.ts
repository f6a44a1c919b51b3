/** A bridge process is killed outright at each point of a job's life, and another one takes its place. */
import assert from "node:assert/strict";
import { cancelJob, findJob, isReadableJob, readStream } from "@patchbay/bus";
import { AppEvent, type Id, newId, subjects, WILDCARD } from "@patchbay/contracts";
import { checkHistory } from "@patchbay/testing";
import { callLater, callNow } from "./weather/calls.ts";
import { effectsOf, finish, queueIsEmpty, startWorld, storedOf, until, type World } from "./weather/world.ts";

const ACK_WAIT_MS = 2_000;
const ONE = "ws-01";

async function world() {
  const made = await startWorld({ ackWaitMs: ACK_WAIT_MS });
  const [bridge] = made.bridges;
  assert.ok(bridge !== undefined);
  const from = { name: "a test", bus: made.bus, here: made.here };
  return { made, bridge, from };
}

/** Whether nothing runs in the application. */
const isIdle = ({ here }: World) => here.get("tally", ONE)?.status === "idle";

async function killed({ history }: World, bridge: World["bridges"][number]): Promise<void> {
  history.disturbed("the bridge is killed");
  await bridge.kill();
  await bridge.start();
}

Deno.test("killed before a job starts: the job runs in the next process, once", async () => {
  const { made, bridge, from } = await world();
  await using studio = made;
  const { history, bus } = studio;
  const held = await callLater(history, from, { to: ONE, command: "add", args: { hangs: "before" } });
  const waiting = await callLater(history, from, { to: ONE, command: "add" });
  await bridge.printed(`begun ${held}`);
  await killed(studio, bridge);
  await until("the queue is empty", () => queueIsEmpty(bus));
  await until("both have ended", () => storedOf(studio, waiting).length > 0 && storedOf(studio, held).length > 0);
  const { effects, unknown, successes } = checkHistory(await finish(studio), { minSuccesses: 1 });
  assert.deepEqual({ effects, unknown, successes }, { effects: 1, unknown: 1, successes: 1 });
  assert.deepEqual((await effectsOf(studio)).map(({ id }) => id), [waiting]);
});

Deno.test("killed after the side effect and before the acknowledgement: nobody guesses, and it does not happen again", async () => {
  const { made, bridge, from } = await world();
  await using studio = made;
  const { history, bus } = studio;
  const id = await callLater(history, from, { to: ONE, command: "add", args: { hangs: "after" } });
  const twice = await callLater(history, from, { to: ONE, command: "set", args: { to: 5 }, priority: "low" });
  await bridge.printed(`done ${id}`);
  await killed(studio, bridge);
  await until("the queue is empty", () => queueIsEmpty(bus));
  await until("both have ended", () => [id, twice].every((each) => storedOf(studio, each).length > 0));
  // whoever asks again with its key is told the same
  const again = await callLater(history, from, { to: ONE, command: "add", args: { hangs: "after" }, key: id });
  const now = await callNow(history, from, { to: ONE, command: "add", args: { hangs: "after" }, key: id });
  assert.ok(now?.ok === false && now.problem.code === "OUTCOME_UNKNOWN", JSON.stringify(now));
  await until("the repeated job has ended", () => storedOf(studio, again).length > 0);
  const { unknown, successes } = checkHistory(await finish(studio), { minSuccesses: 1 });
  assert.deepEqual({ unknown, successes }, { unknown: 3, successes: 1 });
  assert.equal((await effectsOf(studio)).filter((effect) => effect.id === id).length, 1);
});

Deno.test("killed after the side effect of what may be done twice: it is done again, and its success is told", async () => {
  const { made, bridge, from } = await world();
  await using studio = made;
  const { history } = studio;
  const id = await callLater(history, from, { to: ONE, command: "set", args: { to: 5, takesMs: 300 } });
  await bridge.printed(`begun ${id}`);
  await killed(studio, bridge);
  await until("it has ended", () => storedOf(studio, id).length > 0);
  const { unknown, successes } = checkHistory(await finish(studio), { minSuccesses: 1 });
  assert.deepEqual({ unknown, successes }, { unknown: 0, successes: 1 });
});

Deno.test("killed after the acknowledgement, in the middle of its events: the result stands, and no event comes twice", async () => {
  const { made, bridge, from } = await world();
  await using studio = made;
  const { history, bus } = studio;
  const ids: Id[] = [];
  for (let i = 0; i < 10; i++) ids.push(await callLater(history, from, { to: ONE, command: "add" }));
  await until("the queue is empty", () => queueIsEmpty(bus));
  await killed(studio, bridge);
  const last = await callLater(history, from, { to: ONE, command: "add" });
  await until("all have ended", () => [...ids, last].every((id) => storedOf(studio, id).length > 0));
  await finish(studio);
  const events = {
    subject: subjects.event("tally", ONE, WILDCARD),
    payload: AppEvent,
    from: "start",
    follow: false,
  } as const;
  for await (const { message: { id }, subject } of readStream(bus, "EVENTS", events)) history.event(id, subject);
  const { successes, effects } = checkHistory(history, { minSuccesses: 11 });
  assert.deepEqual({ successes, effects }, { successes: 11, effects: 11 });
});

Deno.test("killed while a caller waits for what may be done twice: it is told that it began, and may send it again", async () => {
  const { made, bridge, from } = await world();
  await using studio = made;
  const { history } = studio;
  const call = { to: ONE, command: "set", args: { to: 5, takesMs: 200 }, key: "the-key", id: newId() } as const;
  const asked = callNow(history, from, call);
  await bridge.printed(`begun ${call.id}`);
  await killed(studio, bridge);
  await until("the next process has said it", () => storedOf(studio, call.id).length > 0);
  const [told] = storedOf(studio, call.id);
  assert.ok(told?.ok === false && told.problem.retryable && told.problem.context?.["started"] === true);
  await asked;
  const again = await callNow(history, from, { ...call, id: newId() });
  assert.ok(again?.ok, JSON.stringify(again));
  checkHistory(await finish(studio), { minSuccesses: 1 });
});

Deno.test("a job with the key of one that was cancelled has an end of its own: it is cancelled too", async () => {
  const { made, bridge, from } = await world();
  await using studio = made;
  const { history, bus } = studio;
  await bridge.kill();
  const call = { to: ONE, command: "add", key: "the-key" } as const;
  const first = await callLater(history, from, call);
  const job = await findJob(bus, first);
  assert.ok(job !== undefined && isReadableJob(job));
  await cancelJob(bus, job, { reason: "enough", source: "a test" });
  const second = await callLater(history, from, call);
  await bridge.start();
  await until("both have ended", () => [first, second].every((id) => storedOf(studio, id).length > 0));
  await until("the queue is empty", () => queueIsEmpty(bus));
  const { effects } = checkHistory(await finish(studio), { minSuccesses: 0 });
  assert.equal(effects, 0);
});

Deno.test("killed while the large value of a command is on its way: the next process says that nobody knows", async () => {
  const { made, bridge, from } = await world();
  await using studio = made;
  const { history } = studio;
  const id = newId();
  const slow = bridge.proxy.faults.add({ fault: "throttle", bytesPerSecond: 100_000, direction: "up" });
  const asked = callNow(history, from, { to: ONE, command: "add", args: { tag: "x".repeat(400_000) }, id });
  await bridge.printed(`done ${id}`);
  // the store has it in four seconds
  await until("the application has answered", () => isIdle(studio));
  history.disturbed("the bridge is killed");
  await bridge.kill();
  slow[Symbol.dispose]();
  await bridge.start();
  await until("the next process has said it", () => storedOf(studio, id).length > 0);
  await asked;
  const { unknown, effects } = checkHistory(await finish(studio), { minSuccesses: 0 });
  assert.deepEqual({ unknown, effects }, { unknown: 1, effects: 1 });
});
