import assert from "node:assert/strict";
import type { Step, StepStatus } from "@patchbay/contracts";
import fc from "fast-check";
import { type Next, Schedule } from "./schedule.ts";

const step = (id: string, dependsOn: string[] = [], onError: Step["onError"] = "stop"): Step => ({
  id,
  app: "counter",
  command: "increment",
  args: {},
  dependsOn,
  onError,
});
const fresh = (...steps: Step[]) => new Schedule(steps, () => "pending");
const ids = (next: Next) => ({
  ready: next.ready.map(({ id }) => id),
  skipped: next.skipped.map(({ step }) => step.id),
});

Deno.test("a step is ready when all that it waits for has succeeded", () => {
  const schedule = fresh(step("a"), step("b"), step("c", ["a", "b"]), step("d", ["c"]));
  assert.deepEqual(ids(schedule.begin()), { ready: ["a", "b"], skipped: [] });
  assert.deepEqual(ids(schedule.settle("a", "succeeded")), { ready: [], skipped: [] });
  assert.deepEqual(ids(schedule.settle("b", "succeeded")), { ready: ["c"], skipped: [] });
  assert.deepEqual(ids(schedule.settle("c", "succeeded")), { ready: ["d"], skipped: [] });
});

Deno.test("a reference is waited for like a dependency", () => {
  const schedule = fresh(step("a"), { ...step("b"), args: { by: { $ref: "a.result.count" } } });
  assert.deepEqual(ids(schedule.begin()).ready, ["a"]);
  assert.deepEqual(ids(schedule.settle("a", "succeeded")).ready, ["b"]);
});

Deno.test("what a bridge's own command takes is data, and no reference", () => {
  const undo = { ...step("b", ["a"]), command: "_undo", args: { value: { $ref: "gone.result" } } };
  const schedule = fresh(step("a"), undo);
  assert.deepEqual(ids(schedule.begin()).ready, ["a"]);
  assert.deepEqual(ids(schedule.settle("a", "succeeded")).ready, ["b"]);
});

Deno.test("a failed step stops the plan, or only what depends on it", () => {
  const stops = fresh(step("a"), step("b"), step("c", ["b"]));
  stops.begin();
  assert.deepEqual(ids(stops.settle("a", "failed")), { ready: [], skipped: ["c"] });
  assert.deepEqual(ids(stops.settle("b", "succeeded")), { ready: [], skipped: [] });

  const goesOn = fresh(step("a", [], "continue"), step("b"), step("c", ["a"]), step("d", ["c"]), step("e", ["b"]));
  goesOn.begin();
  assert.deepEqual(ids(goesOn.settle("a", "failed")), { ready: [], skipped: ["c", "d"] });
  assert.deepEqual(ids(goesOn.settle("b", "succeeded")), { ready: ["e"], skipped: [] });
});

Deno.test("a run that is taken over goes on from where its steps are", () => {
  const status: Record<string, StepStatus> = { a: "succeeded", b: "running", c: "failed", f: "skipped" };
  const steps = [
    step("a"),
    step("b"),
    step("c", [], "continue"),
    step("d", ["a"]),
    step("e", ["c"]),
    step("f", ["c"]),
    step("g", ["b"]),
  ];
  const schedule = new Schedule(steps, (id) => status[id] ?? "pending");
  const next = schedule.begin([{ id: "c", status: "failed" }, { id: "f", status: "skipped" }]);
  assert.deepEqual(ids(next), { ready: ["d"], skipped: ["e"] });
  assert.deepEqual(ids(schedule.settle("b", "succeeded")).ready, ["g"]);
});

Deno.test("what is abandoned never starts", () => {
  const schedule = fresh(step("a"), step("b", ["a"]), step("c"));
  schedule.begin();
  assert.deepEqual(schedule.abandon().map(({ id }) => id), ["b"]);
  assert.deepEqual(ids(schedule.settle("a", "succeeded")), { ready: [], skipped: [] });
});

Deno.test("every step of any plan starts or is skipped, once, and none before what it waits for", () => {
  const graph = fc.array(
    fc.record({ before: fc.array(fc.nat(), { maxLength: 3 }), fails: fc.boolean(), stops: fc.boolean() }),
    { maxLength: 25 },
  );
  fc.assert(fc.property(graph, (nodes) => {
    const steps = nodes.map(({ before, stops }, i) =>
      step(`s${i}`, i === 0 ? [] : [...new Set(before.map((n) => `s${n % i}`))], stops ? "stop" : "continue")
    );
    const fails = new Set(nodes.flatMap(({ fails }, i) => fails ? [`s${i}`] : []));
    const schedule = fresh(...steps);
    const succeeded = new Set<string>();
    const ended: string[] = [];
    const waiting: Next[] = [schedule.begin()];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      ended.push(...next.skipped.map(({ step }) => step.id));
      for (const { id, dependsOn } of next.ready) {
        assert.ok(dependsOn.every((on) => succeeded.has(on)));
        ended.push(id);
        if (!fails.has(id)) succeeded.add(id);
        waiting.push(schedule.settle(id, fails.has(id) ? "failed" : "succeeded"));
      }
    }
    assert.deepEqual(ended.sort(), steps.map(({ id }) => id).sort());
  }));
});

Deno.test("ten thousand steps are scheduled, in a chain and in a fan", () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `s${i}`);
  const chain = fresh(...names.map((id, i) => step(id, i === 0 ? [] : [names[i - 1]!])));
  chain.begin();
  for (const id of names) chain.settle(id, "succeeded");
  const fan = fresh(...names.map((id, i) => step(id, i === 0 ? [] : ["s0"], "continue")));
  fan.begin();
  assert.equal(fan.settle("s0", "succeeded").ready.length, 9_999);
});
