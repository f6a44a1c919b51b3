import assert from "node:assert/strict";
import { type ErrorCode, PatchbayError, type StepRetry } from "@patchbay/contracts";
import { begin, ended, events, planOf, startCounter, startStudio, step } from "../testing/counter_studio.ts";

/** Handlers that fail so often before they work. */
function failing(times: number, code: ErrorCode) {
  const made = { attempts: 0 };
  const handler = () => {
    if (made.attempts++ < times) throw PatchbayError.of(code, "It fails");
    return { count: 7 };
  };
  return { made, handlers: { get: handler, add: handler } };
}

const retry: StepRetry = { retries: 3, initialDelayMs: 1, maxDelayMs: 5 };
const QUICKLY = { retry: { retries: 3, initialDelayMs: 1, maxDelayMs: 5 }, breaker: { failures: 100, pauseMs: 1 } };

Deno.test("a step that says how often is tried again, and each wait is told", async () => {
  await using studio = await startStudio(QUICKLY);
  const { bus } = studio;
  const { made, handlers } = failing(2, "APP_UNRESPONSIVE");
  await using _app = await startCounter(bus, "ws-01", handlers);
  const runId = await begin(bus, planOf(step("s1", "get", { retry })));
  const run = await ended(bus, runId);
  assert.deepEqual(run.steps["s1"]?.value, { count: 7 });
  assert.equal(made.attempts, 3);
  const waits = (await events(bus, runId)).filter(({ type }) => type === "STEP_WAITING");
  assert.equal(waits.length, 2);
  assert.match(String(waits[0]?.["reason"]), /is sent again in \d+ ms/);
});

Deno.test("a step is tried no more often than it says, and not at all where it does not say so", async () => {
  await using studio = await startStudio(QUICKLY);
  const { bus } = studio;
  for (const [more, attempts] of [[{ retry }, 4], [{}, 1]] as const) {
    const { made, handlers } = failing(100, "APP_UNRESPONSIVE");
    await using _app = await startCounter(bus, "ws-01", handlers);
    const run = await ended(bus, await begin(bus, planOf(step("s1", "get", more))));
    assert.equal(run.steps["s1"]?.problem?.code, "APP_UNRESPONSIVE");
    assert.equal(made.attempts, attempts);
  }
});

Deno.test("a change that its application was too busy for, or that may be made twice, is made at a later attempt", async () => {
  await using studio = await startStudio(QUICKLY);
  const { bus } = studio;
  for (const [command, code, args] of [["add", "APP_BUSY", {}], ["set", "APP_UNRESPONSIVE", { to: 7 }]] as const) {
    const { made, handlers } = failing(2, code);
    await using _app = await startCounter(bus, "ws-01", { ...handlers, get: () => ({ count: 7 }), set: handlers.add });
    const run = await ended(bus, await begin(bus, planOf(step("s1", command, { args, retry }))));
    assert.deepEqual(run.steps["s1"]?.value, { count: 7 });
    assert.equal(made.attempts, 3);
  }
});

Deno.test("what may have had an effect, and what would fail again, is tried once", async () => {
  await using studio = await startStudio(QUICKLY);
  const { bus } = studio;
  for (const [command, code] of [["add", "APP_UNRESPONSIVE"], ["get", "COMMAND_FAILED"]] as const) {
    const { made, handlers } = failing(1, code);
    await using _app = await startCounter(bus, "ws-01", handlers);
    const run = await ended(bus, await begin(bus, planOf(step("s1", command, { retry }))));
    assert.equal(run.steps["s1"]?.problem?.code, code);
    assert.equal(made.attempts, 1);
  }
});

Deno.test("nothing is sent to a bridge that keeps failing, until one command has tried whether it works again", async () => {
  await using studio = await startStudio({ breaker: { failures: 2, pauseMs: 3_000 } });
  const { bus } = studio;
  const { made, handlers } = failing(2, "APP_UNRESPONSIVE");
  await using _app = await startCounter(bus, "ws-01", handlers);
  const get = (id: string, more = {}) => step(id, "get", { onError: "continue", ...more });
  await ended(bus, await begin(bus, planOf(get("s1"), get("s2"))));
  assert.equal(made.attempts, 2);
  // it belongs to the bridge, and not to the run
  const impatient = await ended(bus, await begin(bus, planOf(get("s1", { waitForBridgeMs: 1 }))));
  assert.equal(impatient.steps["s1"]?.problem?.code, "BRIDGE_FAILING");
  assert.equal(made.attempts, 2);
  const runId = await begin(bus, planOf(get("s1"), get("s2"), get("s3")));
  assert.equal((await ended(bus, runId)).status, "succeeded");
  assert.equal(made.attempts, 5);
  const waits = (await events(bus, runId)).flatMap((event) =>
    event.type === "STEP_WAITING" ? [event.problem?.code] : []
  );
  assert.ok(waits.length >= 1 && waits.every((code) => code === "BRIDGE_FAILING"));
});
