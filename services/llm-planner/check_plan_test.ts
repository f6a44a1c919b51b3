import assert from "node:assert/strict";
import type { Step } from "@patchbay/contracts";
import { checkPlan } from "./check_plan.ts";
import { newPlan } from "./provider.ts";
import { presenceOf, world } from "./testing/worlds.ts";

const step = (id: string, command: string, args: Record<string, unknown>, more: Partial<Step> = {}): Step => ({
  id,
  app: "workshop",
  command,
  args,
  dependsOn: [],
  onError: "stop",
  ...more,
});
const check = (...steps: Step[]) => checkPlan(newPlan("as it is", steps, { provider: "test" }), world);

Deno.test("a plan with rounds and conditions gets its bridge and the order of its writes", () => {
  const checked = check(
    step("s1", "create_thing", { type: "ball", name: { $item: "" } }, { forEach: ["A", "B"] }),
    step("s2", "move_thing", { thing: { $item: "/name" }, to: [0, 0, 1] }, { forEach: { $ref: "s1.result" } }),
    step("s3", "draw", {}, { when: { $ref: "s2.result.0.type", equals: "ball" } }),
    step("s4", "play", {}),
  );
  assert.ok(checked.ok, JSON.stringify(checked));
  assert.deepEqual(checked.plan.steps.map(({ bridge, dependsOn }) => [bridge, dependsOn]), [
    ["ws-01", []],
    ["ws-01", []],
    ["ws-01", []],
    ["ws-01", ["s3"]],
  ]);
});

Deno.test("a plan whose rounds or conditions cannot be is refused with their places", () => {
  const checked = check(
    step("s1", "create_thing", { type: "ball" }),
    step("s2", "move_thing", { thing: { $item: "" }, to: [0, 0, 1] }, {
      forEach: { $ref: "s1.result.name" },
      when: { $ref: "s1.result.name", greaterThan: 1 },
    }),
  );
  assert.ok(!checked.ok);
  assert.deepEqual(checked.issues.map(({ code, path }) => `${code} ${path.join(".")}`), [
    "binding steps.1.forEach",
    "binding steps.1.when.greaterThan",
  ]);
});

Deno.test("steps of one application that name no bridge go where the first goes that names one, else to the best", () => {
  const presence = [presenceOf("workshop", "ws-01", { simulated: true }), presenceOf("workshop", "ws-02")];
  const bridges = (...steps: Step[]) => {
    const checked = checkPlan(newPlan("as it is", steps, { provider: "test" }), { ...world, presence });
    return checked.ok ? checked.plan.steps.map(({ bridge }) => bridge) : checked.issues;
  };
  assert.deepEqual(bridges(step("s1", "look", {}), step("s2", "look", {}, { bridge: "ws-01" })), ["ws-01", "ws-01"]);
  assert.deepEqual(bridges(step("s1", "look", {}), step("s2", "look", {})), ["ws-02", "ws-02"]);
});
