import assert from "node:assert/strict";
import { Command, decodeEnvelope, subjects, WILDCARD } from "@patchbay/contracts";
import { begin, ended, planOf, startCounter, startStudio, step } from "../testing/counter_studio.ts";

Deno.test("commands and jobs have the priority of their plan, unless their step has one of its own", async () => {
  await using studio = await startStudio();
  const { bus, nats } = studio;
  const spy = await nats.connect("spy");
  const seen = new Map<string, string[]>();
  for (const subject of [subjects.command("counter", "ws-01", WILDCARD), subjects.job("counter", WILDCARD, WILDCARD)]) {
    spy.nc.subscribe(subject, {
      callback: (_, { subject, data }) => {
        const { payload } = decodeEnvelope(data, Command);
        seen.set(payload.stepId ?? "", [payload.priority, subject.split(".").at(-1) ?? ""]);
      },
    });
  }
  await spy.nc.flush();
  await using _app = await startCounter(bus);
  const plan = planOf(
    step("s1", "get"),
    step("s2", "get", { priority: "high" }),
    step("s3", "render"),
    step("s4", "render", { priority: "normal", dependsOn: ["s3"] }),
  );
  const run = await ended(bus, await begin(bus, { ...plan, priority: "low" }));
  assert.equal(run.status, "succeeded");
  await spy.nc.flush();
  assert.deepEqual(Object.fromEntries(seen), {
    s1: ["low", "get"],
    s2: ["high", "get"],
    s3: ["low", "low"],
    s4: ["normal", "normal"],
  });
});
