import assert from "node:assert/strict";
import fc from "fast-check";
import { planGraph } from "./plan_graph.ts";
import { orderWrites, validatePlan } from "./plan_validation.ts";
import { unorderedWrites } from "./unordered_writes.ts";
import { cube, issuesOf, manifests, planOf, step, world } from "./test_stage.ts";

Deno.test("a plan that holds is given back", () => {
  const plan = planOf(
    cube("s1", { at: [0, 0, 0] }),
    cube("s2", { at: { $ref: "s1.result.at" }, name: { $ref: "s1#/result/tags/0" } }),
    step("s3", "render", {}, { dependsOn: ["s2"] }),
    cube("s4", { texture: { $asset: "s3.result.image" } }),
  );
  assert.deepEqual(validatePlan(JSON.parse(JSON.stringify(plan)), world), { ok: true, plan });
});

Deno.test("everything that is wrong is reported, each with its step and place", () => {
  const plan = planOf(
    step("s1", "vanish"),
    step("s2", "add", { type: "cone", colour: "red" }, { dependsOn: ["s1", "s9"] }),
    cube("s2", { at: { $ref: "s2.result.nothing" } }, { dependsOn: ["s2"] }),
    { ...cube("s4", { name: { $ref: "what?" } }), app: "theatre" },
    cube("s5", { at: { $ref: "s2.result.name" } }, { bridge: "ws-09" }),
  );
  const bridges = [{ app: "stage", bridge: "ws-01", allowCode: false }];
  const issues = issuesOf(plan, { manifests, bridges });
  for (
    const expected of [
      "unknown_command s1 steps.0.command",
      "arguments s2 steps.1.args.type",
      "arguments s2 steps.1.args",
      "reference s2 steps.1.dependsOn.1",
      "duplicate s2 steps.2.id",
      "reference s2 steps.2.args.at",
      "unknown_app s4 steps.3.app",
      "reference s4 steps.3.args.name",
      "binding s5 steps.4.args.at",
      "unknown_bridge s5 steps.4.bridge",
    ]
  ) assert.ok(issues.includes(expected), `${expected} is missing in\n${issues.join("\n")}`);
});

Deno.test("what is no plan is refused with the place and the step where that is known", () => {
  for (const input of [undefined, null, 7, "plan", [], {}, { steps: [] }]) {
    assert.match(issuesOf(input)[0] ?? "", /^parse undefined/);
  }
  const plan = planOf(cube("s1"));
  assert.deepEqual(issuesOf({ ...plan, steps: [{ ...plan.steps[0], args: 7 }] }), ["parse s1 steps.0.args"]);
  assert.match(issuesOf({ ...plan, steps: [{ ...plan.steps[0], id: "__proto__" }] })[0]!, /^parse __proto__/);
});

Deno.test("a reference that names nothing is refused, however it is written", () => {
  for (
    const text of [
      "s1.result.__proto__",
      "s1.result.constructor",
      "s1.result.tags.length",
      "s1.result.at.3",
      "s1.result.name.x",
      "__proto__.result",
      "constructor.result",
      "s1",
      "",
      7,
      null,
      ["s1.result.name"],
      { $ref: "s1.result.name" },
    ]
  ) {
    const issues = issuesOf(planOf(cube("s1"), cube("s2", { name: { $ref: text } }, { dependsOn: ["s1"] })));
    assert.deepEqual(issues, ["reference s2 steps.1.args.name"], JSON.stringify(text));
  }
});

Deno.test("a reference must be of the type that belongs where it goes, as far as that is known", () => {
  const bind = (key: string, reference: unknown) =>
    issuesOf(planOf(
      cube("s1"),
      step("s0", "render", {}),
      step("m", "measure", {}),
      cube("s2", { [key]: reference }, { dependsOn: ["s1"] }),
    )).map((issue) => issue.split(" ")[0]);
  assert.deepEqual(bind("name", { $ref: "s1.result.at" }), ["binding"]);
  assert.deepEqual(bind("at", { $ref: "s1.result.tags" }), ["binding"], "no list of strings is three numbers");
  assert.deepEqual(bind("name", { $ref: "m#/result/Exchange Rate" }), ["binding"]);
  assert.deepEqual(bind("type", { $ref: "s1.result.kind" }), [], "the two share 'cube'");
  assert.deepEqual(bind("type", { $ref: "s1.result.name" }), [], "a text may be 'cube'");
  assert.deepEqual(bind("texture", { $asset: "s1.result.name" }), ["binding"]);
  assert.deepEqual(bind("texture", { $asset: "s0.result" }), ["binding"], "the image is inside the result");
  assert.deepEqual(bind("texture", { $asset: "s0.result.image" }), []);
  assert.deepEqual(bind("nowhere", { $ref: "s1.result.name" }), ["arguments"]);
});

Deno.test("steps that wait for one another are refused", () => {
  assert.deepEqual(issuesOf(planOf(cube("s1", {}, { dependsOn: ["s1"] }))), ["cycle s1 steps.0"]);
  const plan = planOf(
    cube("s1", { name: { $ref: "s3.result.name" } }),
    cube("s2", { name: { $ref: "s1.result.name" } }),
    cube("s3", {}, { dependsOn: ["s2"] }),
    cube("s4", {}, { dependsOn: ["s3"] }),
  );
  assert.deepEqual(issuesOf(plan), ["cycle s1 steps.0"]);
});

Deno.test("two writes to one application need an order; reads, and writes to two bridges, do not", () => {
  assert.deepEqual(issuesOf(planOf(cube("s1"), cube("s2"))), ["conflict s2 steps.1.dependsOn"]);
  assert.deepEqual(issuesOf(planOf(cube("s1"), cube("s2", {}, { bridge: "ws-01" }))).length, 1);
  assert.deepEqual(issuesOf(planOf(step("s1", "render"), step("s2", "render"))), []);
  assert.deepEqual(issuesOf(planOf(cube("s1", {}, { bridge: "a" }), cube("s2", {}, { bridge: "b" }))), []);
  const through = planOf(
    cube("s1"),
    step("s2", "render", {}, { dependsOn: ["s1"] }),
    cube("s3", {}, { dependsOn: ["s2"] }),
  );
  assert.deepEqual(issuesOf(through), []);
});

Deno.test("an effect that policy does not allow is refused", () => {
  const plan = planOf(step("s1", "run", {}, { bridge: "ws-01" }));
  const bridge = (allowCode: boolean) => [{ app: "stage", bridge: "ws-01", allowCode }];
  assert.deepEqual(issuesOf(plan, { manifests, bridges: bridge(true) }), []);
  assert.deepEqual(issuesOf(plan, { manifests, bridges: bridge(false) }), ["policy s1 steps.0.command"]);
  const any = planOf(step("s1", "run"));
  const mixed = [...bridge(true), { app: "stage", bridge: "ws-02", allowCode: false }];
  assert.deepEqual(issuesOf(any, { manifests, bridges: mixed }), ["policy s1 steps.0.command"]);
  assert.deepEqual(issuesOf(planOf(cube("s1")), { manifests, policy: { effects: ["read"] } }), [
    "policy s1 steps.0.command",
  ]);
});

/** Steps that wait only for earlier ones, listed in any order. */
const dag = fc.array(fc.record({ before: fc.array(fc.nat(), { maxLength: 4 }), rank: fc.nat(), write: fc.boolean() }), {
  minLength: 1,
  maxLength: 30,
}).map((nodes) => {
  const steps = nodes.map(({ before, write }, i) =>
    step(`s${i}`, write ? "add" : "measure", write ? { type: "cube" } : {}, {
      dependsOn: i === 0 ? [] : [...new Set(before.map((n) => `s${n % i}`))],
    })
  );
  return nodes.map(({ rank }, i) => ({ rank, i })).sort((a, b) => a.rank - b.rank).map(({ i }) => steps[i]!);
});

Deno.test("every plan without a circle holds once its writes are ordered, and ordering again adds nothing", () => {
  fc.assert(fc.property(dag, (steps) => {
    const ordered = orderWrites(planOf(...steps), manifests);
    assert.deepEqual(validatePlan(ordered, world), { ok: true, plan: ordered });
    assert.deepEqual(orderWrites(ordered, manifests), ordered);
    const graph = planGraph(ordered.steps);
    const place = new Map(graph.order.map((index, i) => [index, i]));
    for (const [index, before] of graph.dependencies.entries()) {
      for (const on of before) assert.ok(place.get(on)! < place.get(index)!);
    }
  }));
});

Deno.test("a circle that is put into a plan is found", () => {
  fc.assert(fc.property(dag, fc.nat(), (steps, n) => {
    const graph = planGraph(steps);
    const last = n % steps.length;
    let first = last;
    while (graph.dependencies[first]!.length > 0) first = graph.dependencies[first]![0]!;
    const closed = steps.map((step, i) =>
      i === first ? { ...step, dependsOn: [...step.dependsOn, steps[last]!.id] } : step
    );
    assert.ok(issuesOf(planOf(...closed)).some((issue) => issue.startsWith("cycle ")));
  }));
});

Deno.test("writes keep the order of the plan where its references allow it", () => {
  const plan = orderWrites(
    planOf(cube("s1"), cube("s2", {}, { dependsOn: ["s3"] }), cube("s3"), cube("s4")),
    manifests,
  );
  assert.deepEqual(plan.steps.map(({ dependsOn }) => dependsOn), [[], ["s3"], ["s1"], ["s2"]]);
});

Deno.test("neighbours in a row of writes stand for all of its pairs, on whichever bridges they are", () => {
  const bridge = fc.constantFrom(undefined, "any", "a", "b", "c");
  fc.assert(fc.property(dag, fc.array(bridge, { minLength: 30, maxLength: 30 }), (steps, bridges) => {
    const placed = steps.map((step, i) => bridges[i] === undefined ? step : { ...step, bridge: bridges[i] });
    const graph = planGraph(placed);
    const reaches = placed.map(() => new Set<number>());
    for (const index of graph.order) {
      for (const on of graph.dependencies[index]!) {
        reaches[index]!.add(on).union(reaches[on]!).forEach((n) => reaches[index]!.add(n));
      }
    }
    const meets = (a: string | undefined, b: string | undefined) =>
      [a, b].some((one) => one === undefined || one === "any") || a === b;
    const writes = placed.flatMap(({ command }, i) => command === "add" ? [i] : []);
    const isUnordered = (a: number, b: number) =>
      a !== b && meets(placed[a]!.bridge, placed[b]!.bridge) && !reaches[a]!.has(b) && !reaches[b]!.has(a);
    const pairs = unorderedWrites(graph, ({ command }) => command === "add");
    assert.ok(pairs.every(([a, b]) => isUnordered(a, b)));
    assert.equal(pairs.length > 0, writes.some((a) => writes.some((b) => isUnordered(a, b))));
    const ordered = orderWrites(planOf(...placed), manifests);
    assert.deepEqual(unorderedWrites(planGraph(ordered.steps), ({ command }) => command === "add"), []);
  }));
});

Deno.test("a plan of ten thousand steps is checked, as a chain, as a fan and as one circle", () => {
  const n = 10_000;
  const names = Array.from({ length: n }, (_, i) => `s${i}`);
  const chain = names.map((id, i) => i === 0 ? cube(id) : cube(id, { at: { $ref: `s${i - 1}.result.at` } }));
  assert.deepEqual(issuesOf(planOf(...chain)), []);
  const bridges = names.map((id, i) => i % 2 === 0 ? cube(id, {}, { bridge: `b${i % 100}` }) : cube(id));
  assert.deepEqual(issuesOf(orderWrites(planOf(...bridges), manifests)), []);
  const fan = names.map((id) => step(id, "render"));
  fan.push(step("end", "render", {}, { dependsOn: names.slice(1) }));
  assert.deepEqual(issuesOf(planOf(...fan.slice(1))), []);
  const circle = chain.map((step, i) => i === 0 ? { ...step, dependsOn: [`s${n - 1}`] } : step);
  assert.deepEqual(issuesOf(planOf(...circle)), ["cycle s0 steps.0"]);
});
