import assert from "node:assert/strict";
import fc from "fast-check";
import type { Condition } from "./plan_conditions.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./plan_step.ts";
import { planGraph } from "./plan_graph.ts";
import { orderWrites, validatePlan } from "./plan_validation.ts";
import { manifests, planOf, step, world } from "./test_stage.ts";

/** Numbers that choose: whatever they are, there is a plan for them. */
const seeds = fc.array(
  fc.record({
    kind: fc.nat(),
    name: fc.nat(),
    at: fc.nat(),
    size: fc.nat(),
    when: fc.nat(),
    list: fc.nat(),
    on: fc.nat(),
  }),
  { minLength: 2, maxLength: 25 },
);
type Seed = typeof seeds extends fc.Arbitrary<(infer S)[]> ? S : never;

/** A plan that holds: each place has a value, or a reference of its type to an earlier step. */
const valid = fc.tuple(seeds, fc.infiniteStream(fc.nat())).map(([chosen, ranks]): Plan => {
  const steps: Step[] = [];
  for (const [i, seed] of chosen.entries()) steps.push(stepFor(`s${i}`, seed, steps));
  const shuffled = steps.map((step) => ({ step, rank: ranks.next().value })).sort((a, b) => a.rank - b.rank);
  return orderWrites(planOf(...shuffled.map(({ step }) => step)), manifests);
});

function stepFor(id: string, seed: Seed, before: readonly Step[]): Step {
  const made = before.filter(({ command }) => command === "add");
  const pick = (n: number) => made.length === 0 || n % 3 === 0 ? undefined : made[n % made.length];
  /** One of the things that a step made. */
  const thing = (from: Step) => from.forEach === undefined ? `${from.id}.result` : `${from.id}#/result/0`;
  const at = (from: Step, key: string) => `${thing(from)}${from.forEach === undefined ? "." : "/"}${key}`;
  const named = pick(seed.name), placed = pick(seed.at), sized = pick(seed.size), asked = pick(seed.when);
  const listed = pick(seed.list);
  const on = before.length === 0 || seed.on % 2 === 0 ? [] : [before[seed.on % before.length]!.id];
  const when: Condition | undefined = asked === undefined
    ? undefined
    : { all: [{ $ref: at(asked, "size"), greaterThan: 0 }, { not: { $ref: at(asked, "name"), equals: "x" } }] };
  const more = { dependsOn: on, ...(when === undefined ? {} : { when }) };
  if (seed.kind % 4 === 0) {
    return step(id, "measure", named === undefined ? {} : { from: { $ref: at(named, "name") } }, more);
  }
  const forEach: Step["forEach"] = seed.list % 4 === 0
    ? ["a", "b", "c"]
    : listed === undefined
    ? undefined
    : { $ref: at(listed, "tags") };
  return step(id, "add", {
    type: "cube",
    name: forEach !== undefined ? { $item: "" } : named === undefined ? "n" : { $ref: at(named, "name") },
    at: placed === undefined ? [0, 1, 2] : { $ref: at(placed, "at") },
    size: sized === undefined ? 1 : { $ref: at(sized, "size") },
  }, { ...more, ...(forEach === undefined ? {} : { forEach }) });
}

Deno.test("a plan whose every place fits is accepted, in whatever order its steps are listed", () => {
  fc.assert(fc.property(valid, (plan) => {
    const checked = validatePlan(JSON.parse(JSON.stringify(plan)), world);
    assert.deepEqual(checked, { ok: true, plan });
    const graph = planGraph(plan.steps);
    const place = new Map(graph.order.map((index, i) => [index, i]));
    for (const [index, before] of graph.dependencies.entries()) {
      for (const on of before) assert.ok(place.get(on)! < place.get(index)!);
    }
  }));
});

interface Mutation {
  /** The step as it is now; `undefined` where it cannot be done to this step. */
  change(step: Step, plan: Plan): Step | undefined;
  expect: [code: string, ...path: (string | number)[]];
}

const withArg = (key: string, value: unknown) => (step: Step) =>
  step.command === "add" ? { ...step, args: { ...step.args, [key]: value } } : undefined;
const plain = (steps: readonly Step[], own: Step) =>
  steps.find(({ id, command, forEach }) => id !== own.id && command === "add" && forEach === undefined);
const other = (path: string) => (step: Step, { steps }: Plan) => {
  const from = plain(steps, step);
  return from === undefined ? undefined : `${from.id}.result${path}`;
};
const bindTo = (key: string, path: string) => (step: Step, plan: Plan) => {
  const $ref = other(path)(step, plan);
  return $ref === undefined ? undefined : withArg(key, { $ref })(step);
};
const ask = (path: string, comparison: object) => (step: Step, plan: Plan): Step | undefined => {
  const $ref = other(path)(step, plan);
  return $ref === undefined ? undefined : { ...step, when: { any: [{ $ref, ...comparison }] } };
};

const MUTATIONS: Record<string, Mutation> = {
  "no such step": { change: withArg("name", { $ref: "ghost.result.name" }), expect: ["reference", "args", "name"] },
  "no such member": { change: bindTo("name", ".nothing"), expect: ["reference", "args", "name"] },
  "a prototype": { change: bindTo("name", ".constructor"), expect: ["reference", "args", "name"] },
  "another type": { change: bindTo("at", ".name"), expect: ["binding", "args", "at"] },
  "no asset": { change: withArg("texture", 7), expect: ["arguments", "args", "texture"] },
  "a literal of another type": { change: withArg("size", "big"), expect: ["arguments", "args", "size"] },
  "a literal out of bounds": { change: withArg("size", -1), expect: ["arguments", "args", "size"] },
  "no such application": { change: (step) => ({ ...step, app: "theatre" }), expect: ["unknown_app", "app"] },
  "no such command": { change: (step) => ({ ...step, command: "vanish" }), expect: ["unknown_command", "command"] },
  "waits for nobody": {
    change: (step) => ({ ...step, dependsOn: ["ghost"] }),
    expect: ["reference", "dependsOn", 0],
  },
  "an item of nothing": {
    change: ({ forEach: _, ...step }) => withArg("name", { $item: "" })(step),
    expect: ["reference", "args", "name"],
  },
  "rounds through no list": {
    change: (step, plan) => {
      const $ref = other(".size")(step, plan);
      return $ref === undefined ? undefined : { ...step, forEach: { $ref } };
    },
    expect: ["binding", "forEach"],
  },
  "an item of another type": {
    change: (step) => withArg("name", { $item: "" })({ ...step, forEach: ["a", 7] }),
    expect: ["binding", "forEach", 1],
  },
  "compared with another type": {
    change: ask(".name", { atLeast: 3 }),
    expect: ["binding", "when", "any", 0, "atLeast"],
  },
  "asked of nothing": { change: ask(".nothing", { exists: true }), expect: ["reference", "when", "any", 0, "$ref"] },
};

Deno.test("a plan that is changed at one place is refused at that place, and at no other step", () => {
  const tried = new Map<string, number>();
  fc.assert(
    fc.property(valid, fc.constantFrom(...Object.keys(MUTATIONS)), fc.nat(), (plan, name, n) => {
      const { change, expect: [code, ...path] } = MUTATIONS[name]!;
      const i = n % plan.steps.length;
      const mutated = change(plan.steps[i]!, plan);
      fc.pre(mutated !== undefined);
      tried.set(name, (tried.get(name) ?? 0) + 1);
      const checked = validatePlan({ ...plan, steps: plan.steps.with(i, mutated!) }, world);
      assert.ok(!checked.ok, `${name} is accepted`);
      const found = checked.issues.map(({ code, path }) => JSON.stringify([code, ...path]));
      assert.ok(found.includes(JSON.stringify([code, "steps", i, ...path])), `${name}: only ${found}`);
      // a reference that is gone no longer orders writes, a new one may close a circle, and others may count on its rounds
      const own = checked.issues.filter(({ code }) => code !== "conflict" && code !== "cycle");
      const asked = own.filter(({ code, path }) => path[1] === i || code !== "reference" && code !== "binding");
      assert.deepEqual(asked.filter(({ path }) => path[1] !== i), []);
    }),
    { numRuns: 500 },
  );
  assert.deepEqual(Object.keys(MUTATIONS).filter((name) => !tried.has(name)), [], "each is tried");
});

Deno.test("two steps of one name are refused where the second stands", () => {
  fc.assert(fc.property(valid, fc.nat(), (plan, n) => {
    const i = 1 + n % (plan.steps.length - 1);
    const steps = plan.steps.with(i, { ...plan.steps[i]!, id: plan.steps[0]!.id });
    const checked = validatePlan({ ...plan, steps }, world);
    assert.ok(!checked.ok);
    assert.ok(checked.issues.some(({ code, path }) => code === "duplicate" && path.join() === `steps,${i},id`));
  }));
});

Deno.test("whatever stands in the place of a plan's parts is refused or accepted, and nothing is thrown", () => {
  const key = fc.constantFrom("$ref", "$asset", "$item", "__proto__", "constructor", "all", "not", "a");
  const text = fc.constantFrom("s0.result", "s0.result.__proto__", "s1#/result/0/~1", "", "__proto__.result", "/x");
  const { anything } = fc.letrec<{ anything: unknown }>((tie) => ({
    anything: fc.oneof(
      { maxDepth: 5 },
      fc.oneof(text, fc.integer(), fc.constant(null)),
      fc.array(tie("anything"), { maxLength: 3 }),
      fc.dictionary(key, tie("anything"), { maxKeys: 3 }),
    ),
  }));
  const part = fc.constantFrom("args", "when", "forEach", "dependsOn", "bridge", "id");
  fc.assert(
    fc.property(valid, part, anything, fc.nat(), (plan, part, value, n) => {
      const i = n % plan.steps.length;
      validatePlan({ ...plan, steps: plan.steps.with(i, { ...plan.steps[i]!, [part]: value } as Step) }, world);
    }),
    { numRuns: 500 },
  );
});
