import assert from "node:assert/strict";
import { jetstreamManager } from "@nats-io/jetstream";
import { begin, ended, logged, planOf, startCounter, startStudio, step } from "../testing/counter_studio.ts";

const LARGE = 5_000_000;

Deno.test("a step that gives five megabytes can be referred to in part; all of it in a message is refused with words that help", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _app = await startCounter(bus);
  const run = await ended(
    bus,
    await begin(
      bus,
      planOf(
        step("s1", "book", { args: { characters: LARGE } }),
        step("s2", "title", { args: { text: { $ref: "s1.result.title" } } }),
        step("s3", "title", { args: { text: { $ref: "s1.result.pages.0" } }, onError: "continue" }),
      ),
    ),
  );
  assert.deepEqual(run.steps["s2"]?.value, { text: "A long one" });
  assert.deepEqual(run.steps["s2"]?.args, { text: "A long one" });
  assert.equal(run.steps["s1"]?.valueIn, "asset");
  assert.equal(run.steps["s3"]?.problem?.code, "PAYLOAD_TOO_LARGE");
  assert.match(run.steps["s3"]?.problem?.remedy ?? "", /asset/);
});

Deno.test("a reference into a value whose asset is gone says so", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using first = await startCounter(bus, "ws-01");
  await ended(bus, await begin(bus, planOf(step("s1", "get"))));
  await first[Symbol.asyncDispose]();
  await using _second = await startCounter(bus, "ws-02");
  const runId = await begin(
    bus,
    planOf(
      step("s1", "book", { args: { characters: LARGE } }),
      step("gate", "get", { bridge: "ws-01", dependsOn: ["s1"] }),
      step("s2", "title", { args: { text: { $ref: "s1.result.title" } }, dependsOn: ["gate"] }),
    ),
  );
  await logged(bus, runId, ({ type }) => type === "STEP_WAITING");
  const manager = await jetstreamManager(bus.nc, { checkAPI: false });
  const { state } = await manager.streams.info("OBJ_assets");
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) await manager.streams.deleteMessage("OBJ_assets", seq);
  await using _gate = await startCounter(bus, "ws-01");
  const { problem } = (await ended(bus, runId)).steps["s2"]!;
  assert.equal(problem?.code, "PLAN_INVALID");
  assert.match(problem?.detail ?? "", /too large for a message, and the asset that held it is gone/);
});
