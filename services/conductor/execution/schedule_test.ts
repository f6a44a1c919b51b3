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

const referring = (id: string, to: string, dependsOn: string[] = []): Step => ({
  ...step(id, dependsOn),
  args: { by: { $ref: `${to}.result.count` } },
});

Deno.test("what refers to a step that was left out is left out, what only waits for it runs", () => {
  const schedule = fresh(
    step("a"),
    referring("b", "a"),
    step("c", ["a"]),
    referring("d", "b"),
    step("e", ["b", "c"]),
    { ...step("f"), when: { $ref: "a.result.count", exists: true } },
    { ...step("g"), forEach: { $ref: "a.result.list" } },
  );
  schedule.begin();
  const next = schedule.settle("a", "skipped", "condition");
  assert.deepEqual(ids(next), { ready: ["c"], skipped: ["b", "f", "g", "d"] });
  assert.ok(next.skipped.every(({ cause }) => cause === "condition"));
  assert.deepEqual(ids(schedule.settle("c", "succeeded")).ready, ["e"]);
});

Deno.test("a run that is taken over remembers what was left out on purpose", () => {
  const status: Record<string, StepStatus> = { a: "skipped", z: "failed" };
  const steps = [step("a"), step("b", ["a"]), referring("c", "a"), step("z", [], "continue")];
  const ended = [{ id: "a", status: "skipped", cause: "condition" }, { id: "z", status: "failed" }] as const;
  assert.deepEqual(ids(new Schedule(steps, (id) => status[id] ?? "pending").begin(ended)), {
    ready: ["b"],
    skipped: ["c"],
  });
  const stopped = [...steps.slice(0, 3), step("z")];
  const next = new Schedule(stopped, (id) => status[id] ?? "pending").begin(ended);
  assert.deepEqual({ ...ids(next), skipped: ids(next).skipped.sort() }, { ready: [], skipped: ["b", "c"] });
});

Deno.test("a step that fails and asks for another way holds all others until there is one, or is known to be none", () => {
  const steps = [step("a", [], "replan"), step("b"), step("c", ["b"]), step("d", ["a"])];
  const held = fresh(...steps);
  held.begin();
  assert.deepEqual(ids(held.settle("a", "failed")), { ready: [], skipped: [] });
  assert.equal(held.held, "a");
  assert.deepEqual(ids(held.settle("b", "succeeded")), { ready: [], skipped: [] });
  assert.deepEqual(held.abandon().map(({ id }) => id), ["c", "d"]);
  assert.equal(held.held, undefined);

  const status = (id: string): StepStatus => id === "a" ? "failed" : id === "b" ? "succeeded" : "pending";
  const none = new Schedule(steps, status, { noOtherWay: "nobody knows one" }).begin([{ id: "a", status: "failed" }]);
  assert.deepEqual(ids(none), { ready: [], skipped: ["c", "d"] });
  assert.match(none.skipped[0]!.reason, /step 'a' failed, and there is no other way: nobody knows one/);

  const other = new Schedule([...steps.slice(0, 2), step("n", ["b"])], status, { replaced: new Set(["a"]) });
  assert.deepEqual(ids(other.begin([{ id: "a", status: "failed" }])), { ready: ["n"], skipped: [] });
});

Deno.test("what is abandoned never starts", () => {
  const schedule = fresh(step("a"), step("b", ["a"]), step("c"));
  schedule.begin();
  assert.deepEqual(schedule.abandon().map(({ id }) => id), ["b"]);
  assert.deepEqual(ids(schedule.settle("a", "succeeded")), { ready: [], skipped: [] });
});

Deno.test("every step of any plan starts or is skipped, once, and none before what it waits for", () => {
  const graph = fc.array(
    fc.record({
      before: fc.array(fc.nat(), { maxLength: 3 }),
      refers: fc.boolean(),
      ends: fc.constantFrom("succeeded", "succeeded", "failed", "left out"),
      stops: fc.boolean(),
    }),
    { maxLength: 25 },
  );
  fc.assert(fc.property(graph, (nodes) => {
    const steps = nodes.map(({ before, stops, refers }, i): Step => {
      const on = i === 0 ? [] : [...new Set(before.map((n) => `s${n % i}`))];
      const [first, ...rest] = on;
      const one = step(`s${i}`, refers ? rest : on, stops ? "stop" : "continue");
      return refers && first !== undefined ? { ...one, when: { $ref: `${first}.result`, exists: true } } : one;
    });
    const endOf = new Map(nodes.map(({ ends }, i) => [`s${i}`, ends]));
    const schedule = fresh(...steps);
    const fine = new Set<string>();
    const succeeded = new Set<string>();
    const ended: string[] = [];
    const waiting: Next[] = [schedule.begin()];
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      for (const { step, cause } of next.skipped) {
        ended.push(step.id);
        if (cause === "condition") fine.add(step.id);
      }
      for (const { id, dependsOn, when } of next.ready) {
        assert.ok(dependsOn.every((on) => fine.has(on)), `${id} waits for what ended well`);
        const [referred] = when !== undefined && "$ref" in when ? when.$ref.split(".") : [];
        assert.ok(referred === undefined || succeeded.has(referred), `${id} refers to what has a result`);
        ended.push(id);
        const end = endOf.get(id);
        if (end !== "failed") fine.add(id);
        if (end === "succeeded") succeeded.add(id);
        waiting.push(end === "left out" ? schedule.settle(id, "skipped", "condition") : schedule.settle(id, end!));
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
