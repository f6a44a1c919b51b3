import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { startConductor } from "../mod.ts";
import {
  begin,
  ended,
  logged,
  planOf,
  QUICK,
  startBus,
  startCounter,
  startStudio,
  statuses,
  step,
} from "../testing/counter_studio.ts";

const commands = (app: { double: { executions: readonly { command: string }[] } }) =>
  app.double.executions.map(({ command }) => command);

Deno.test("what a step did is read back where its manifest says how, and told as verified", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using app = await startCounter(bus);
  const run = await ended(
    bus,
    await begin(
      bus,
      planOf(
        step("s1", "set", { args: { to: 7 } }),
        step("s2", "set", { args: { to: 8 }, verify: false, dependsOn: ["s1"] }),
        step("s3", "add", { dependsOn: ["s2"] }),
        step("s4", "set", { args: { to: { $item: "" } }, forEach: [1, 2], dependsOn: ["s3"] }),
      ),
    ),
  );
  assert.equal(run.status, "succeeded");
  assert.deepEqual(["s1", "s2", "s3", "s4"].map((id) => run.steps[id]?.verified), [true, undefined, undefined, true]);
  assert.deepEqual(commands(app), ["set", "get", "set", "add", "set", "get", "set", "get"]);
});

Deno.test("a step that was not done, whatever its application says, fails with what was expected and what was found", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _app = await startCounter(bus, "ws-01", { set: ({ args: { to } }) => ({ count: to }) });
  const run = await ended(
    bus,
    await begin(bus, planOf(step("s1", "set", { args: { to: 7 } }), step("s2", "get", { dependsOn: ["s1"] }))),
  );
  assert.deepEqual(statuses(run), { s1: "failed", s2: "skipped" });
  const problem = run.steps["s1"]?.problem;
  assert.equal(problem?.code, "VERIFICATION_FAILED");
  assert.deepEqual(problem?.context?.["expected"], { "/count": 7 });
  assert.deepEqual(problem?.context?.["found"], { "/count": 0 });
  assert.match(problem?.detail ?? "", /'set' was done, but 'get' finds something else at \/count/);
});

Deno.test("a step whose effect cannot be read back has not failed, and is not verified", async () => {
  await using studio = await startStudio();
  const { bus } = studio;
  await using _app = await startCounter(bus, "ws-01", {
    get: () => {
      throw new PatchbayError("COMMAND_FAILED", "I do not look");
    },
  });
  const run = await ended(bus, await begin(bus, planOf(step("s1", "set", { args: { to: 7 } }))));
  assert.equal(run.status, "succeeded");
  assert.equal(run.steps["s1"]?.verified, undefined);
});

Deno.test("a conductor that takes a run over between a step and its reading back reads it back, and does not do it again", async () => {
  await using studio = await startBus();
  const { bus, nats } = studio;
  const reading = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let count = 0;
  let reads = 0;
  await using app = await startCounter(bus, "ws-01", {
    add: ({ args: { by } }) => ({ count: count += by }),
    set: ({ args: { to } }) => ({ count: count = to }),
    get: async () => {
      if (reads++ === 0) {
        reading.resolve();
        await release.promise;
      }
      return { count };
    },
  });
  const doomed = await nats.connect("doomed");
  const first = await startConductor({ bus: doomed, ...QUICK });
  const runId = await begin(bus, planOf(step("s1", "set", { args: { to: 7 } })));
  await reading.promise;
  await doomed.nc.close();
  await first[Symbol.asyncDispose]();
  release.resolve();
  await using _second = await startConductor({ bus, ...QUICK });
  await logged(bus, runId, ({ type }) => type === "STEP_FINISHED");
  const run = await ended(bus, runId);
  assert.equal(run.steps["s1"]?.verified, true);
  assert.equal(commands(app).filter((command) => command === "set").length, 1);
});
