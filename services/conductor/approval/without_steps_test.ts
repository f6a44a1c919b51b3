import assert from "node:assert/strict";
import type { Plan, Step } from "@patchbay/contracts";
import { newId } from "@patchbay/contracts";
import fc from "fast-check";
import { withoutSteps } from "./without_steps.ts";

const step = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  app: "desk",
  command: "tidy",
  args: {},
  dependsOn: [],
  onError: "stop",
  ...more,
});
const planOf = (...steps: Step[]): Plan => ({ id: newId(), steps, provenance: { provider: "hand", createdAt: 0 } });
const left = (plan: Plan, ...rejected: string[]) => withoutSteps(plan, rejected).map(({ id }) => id);

Deno.test("a step goes with all that needs it: by dependence, by reference, over others", () => {
  const plan = planOf(
    step("a"),
    step("b", { dependsOn: ["a"] }),
    step("c", { args: { name: { $ref: "b.result.name" } } }),
    step("d"),
    step("e", { when: { $ref: "a.result.count", greaterThan: 1 } }),
  );
  assert.deepEqual(left(plan, "b"), ["a", "d", "e"]);
  assert.deepEqual(left(plan, "a"), ["d"]);
  assert.deepEqual(left(plan, "d", "c"), ["a", "b", "e"]);
  assert.deepEqual(left(plan, "a", "d"), []);
});

Deno.test("whatever is taken out of whichever plan, what is left needs nothing that is gone", () => {
  const nodes = fc.array(fc.record({ before: fc.array(fc.nat(), { maxLength: 3 }), out: fc.boolean() }), {
    maxLength: 20,
  });
  fc.assert(fc.property(nodes, (nodes) => {
    const steps = nodes.map(({ before }, i) =>
      step(`s${i}`, { dependsOn: i === 0 ? [] : [...new Set(before.map((n) => `s${n % i}`))] })
    );
    const out = nodes.flatMap(({ out }, i) => out ? [`s${i}`] : []);
    const rest = withoutSteps(planOf(...steps), out);
    const ids = new Set(rest.map(({ id }) => id));
    assert.ok(out.every((id) => !ids.has(id)));
    assert.ok(rest.every(({ dependsOn }) => dependsOn.every((id) => ids.has(id))));
    // and nothing else is gone: each of these needs one that is
    const gone = steps.filter(({ id }) => !ids.has(id));
    assert.ok(gone.every(({ id, dependsOn }) => out.includes(id) || dependsOn.some((on) => !ids.has(on))));
  }));
});
