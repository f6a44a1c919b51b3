import assert from "node:assert/strict";
import { FaultPlan } from "./fault_plan.ts";
import { Faults } from "./faults.ts";
import { faultSchedule } from "./schedule.ts";

Deno.test("the same seed strikes the same items, whatever other lanes do", () => {
  const strikes = (noise: number) => {
    using faults = new Faults({ seed: 5, rules: [{ fault: "lose", probability: 0.5 }] });
    for (let i = 0; i < noise; i++) faults.lane("other").strike(["lose"]);
    const lane = faults.lane("one");
    return Array.from({ length: 30 }, () => lane.strike(["lose"]).length);
  };
  assert.deepEqual(strikes(0), strikes(17));
  assert.ok(new Set(strikes(0)).size === 2);
});

Deno.test("a rule spares, counts, and looks at direction, kind and name", () => {
  using faults = new Faults({
    seed: 1,
    rules: [{ fault: "lose", on: "add", direction: "down", kind: "reply", skip: 1, times: 2 }],
  });
  const lane = faults.lane("a");
  const strike = (names: string[], direction: "up" | "down" = "down") =>
    lane.strike(["lose"], { names, direction, kind: "reply" }).length;
  assert.deepEqual([strike(["read"]), strike(["add"], "up")], [0, 0]);
  assert.deepEqual([1, 2, 3, 4].map(() => strike(["execute", "add"])), [0, 1, 1, 0]);
});

Deno.test("a fault that is added at run time heals when it is disposed, and whoever waits is told", () => {
  using faults = new Faults({ seed: 1 });
  let told = 0;
  using _listening = faults.onChange(() => told++);
  const lane = faults.lane("a");
  {
    using partition = faults.add({ fault: "partition" });
    assert.ok(lane.holds("partition") !== undefined);
    assert.equal(partition.struck, 0);
  }
  assert.equal(lane.holds("partition"), undefined);
  assert.equal(told, 2);
  assert.match(faults.print(), /^fault seed 1, 1 fault\(s\)\n\+\d+\.\d ms {2}a: partition$/);
});

Deno.test("a rule with times comes and goes by itself", async () => {
  using faults = new Faults({ seed: 1, rules: [{ fault: "partition", fromMs: 5, untilMs: 15 }] });
  const seen: boolean[] = [faults.lane("a").holds("partition") !== undefined];
  const { promise, resolve } = Promise.withResolvers<void>();
  using _listening = faults.onChange(() => {
    seen.push(faults.lane("a").holds("partition") !== undefined);
    if (seen.length === 3) resolve();
  });
  await promise;
  assert.deepEqual(seen, [false, true, false]);
});

Deno.test("a schedule is the same for one seed, in order, and over at its end", () => {
  const options = {
    durationMs: 1_000,
    faults: [{ fault: "partition" }, { fault: "reset" }],
    everyMs: 50,
    lastingMs: 20,
  } as const;
  const rules = faultSchedule({ seed: 3, ...options });
  assert.deepEqual(rules, faultSchedule({ seed: 3, ...options }));
  assert.notDeepEqual(rules, faultSchedule({ seed: 4, ...options }));
  assert.ok(rules.length > 5);
  const times = rules.flatMap(({ fromMs = 0, untilMs = 0 }) => [fromMs, untilMs]);
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
  assert.ok(times.every((time) => time <= 1_000));
});

Deno.test("a plan with a misspelt condition is refused", () => {
  assert.equal(FaultPlan.safeParse({ seed: 1, rules: [{ fault: "lose", propability: 0.1 }] }).success, false);
  assert.equal(FaultPlan.safeParse({ seed: 1, rules: [{ fault: "loose" }] }).success, false);
});
