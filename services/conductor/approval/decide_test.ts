import assert from "node:assert/strict";
import {
  type Approval,
  command,
  defineApp,
  Effect,
  EMBEDDED_POLICIES,
  manifestDocument,
  newId,
  type Plan,
  type Policies,
  PolicyDecision,
  type PolicyRule,
  query,
  SERVER_POLICIES,
} from "@patchbay/contracts";
import fc from "fast-check";
import { z } from "zod";
import { decide, type Deed, type Grounds, judge } from "./decide.ts";

const empty = z.object({});
const desk = defineApp({
  app: "desk",
  title: "Desk",
  version: "1.0.0",
  state: empty,
  commands: {
    look: query({ summary: "Looks.", args: empty, result: empty }),
    tidy: command({ summary: "Tidies.", args: empty, result: empty }),
    burn: command({ summary: "Burns.", args: empty, result: empty, effect: "destructive" }),
    script: command({ summary: "Runs code.", args: empty, result: empty, effect: "open" }),
  },
});
const manifests = new Map([["desk", manifestDocument(desk)]]);
const DIGEST = `sha256:${"0".repeat(64)}`;
const NOW = 1_000;

const planOf = (...commands: string[]): Plan => ({
  id: newId(),
  steps: commands.map((command, i) => ({
    id: `s${i + 1}`,
    app: "desk",
    command,
    args: {},
    dependsOn: [],
    onError: "stop",
  })),
  provenance: { provider: "hand", createdAt: 0 },
});
const approval = (more: Partial<Approval> = {}): Approval => ({
  digest: DIGEST,
  by: { key: "k1", name: "Kim" },
  at: 0,
  expiresAt: NOW + 1,
  ...more,
});
const decided = (plan: Plan, grounds: Partial<Grounds> = {}) =>
  decide(plan, DIGEST, { policies: EMBEDDED_POLICIES, manifests, by: undefined, approvals: [], now: NOW, ...grounds });
const decisions = (policies: Policies) =>
  decided(planOf("look", "tidy", "burn", "script"), { policies }).steps.map(({ decision }) => decision);

Deno.test("in a studio of one's own what can be undone runs, on a studio server every change asks", () => {
  assert.deepEqual(decisions(EMBEDDED_POLICIES), ["allow", "allow", "ask", "ask"]);
  assert.deepEqual(decisions(SERVER_POLICIES), ["allow", "ask", "ask", "ask"]);
});

Deno.test("the first rule that matches decides, and is named with its place and title", () => {
  const policies: Policies = {
    ...EMBEDDED_POLICIES,
    rules: [
      { project: "p1", decision: "ask" },
      { app: "desk", command: "burn", title: "burning is quick", decision: "allow" },
      { effect: ["destructive"], decision: "deny" },
    ],
  };
  const { steps, status } = decided(planOf("look", "burn"), { policies });
  assert.deepEqual(steps.map(({ decision, reason }) => [decision, reason]), [
    ["allow", "the default for the effect 'read'"],
    ["allow", "rule 2, 'burning is quick'"],
  ]);
  assert.equal(status, "allowed");
  const ofProject = decided({ ...planOf("burn"), projectId: "p1" }, { policies });
  assert.deepEqual(ofProject.steps.map(({ decision, reason }) => [decision, reason]), [["ask", "rule 1"]]);
});

Deno.test("a rule for a key matches that key, and nobody who has none", () => {
  const policies: Policies = { ...EMBEDDED_POLICIES, rules: [{ key: "k7", decision: "deny" }] };
  assert.equal(decided(planOf("look"), { policies, by: { key: "k7", name: "Robot" } }).status, "denied");
  assert.equal(decided(planOf("look"), { policies, by: { key: "k1", name: "Kim" } }).status, "allowed");
  assert.equal(decided(planOf("look"), { policies }).status, "allowed");
});

Deno.test("one step that is denied denies the plan, whatever is approved", () => {
  const policies: Policies = { ...EMBEDDED_POLICIES, rules: [{ command: "burn", decision: "deny" }] };
  assert.equal(decided(planOf("script", "burn"), { policies, approvals: [approval()] }).status, "denied");
});

Deno.test("only approvals of exactly this plan that have not expired count, and together they may cover it", () => {
  const plan = planOf("burn", "script");
  const status = (...approvals: Approval[]) => decided(plan, { approvals }).status;
  assert.equal(status(), "needed");
  assert.equal(status(approval()), "allowed");
  assert.equal(status(approval({ expiresAt: NOW })), "needed");
  assert.equal(status(approval({ digest: `sha256:${"1".repeat(64)}` })), "needed");
  assert.equal(status(approval({ steps: ["s1"] })), "needed");
  assert.equal(status(approval({ steps: ["s1"] }), approval({ steps: ["s2"] })), "allowed");
  assert.equal(status(approval({ steps: ["s1"] }), approval({ steps: ["s2"], expiresAt: 1 })), "needed");
});

Deno.test("a command that no manifest has is judged as one that may do anything", () => {
  assert.equal(decided(planOf("vanished")).steps[0]?.effect, "open");
});

const some = <T>(...values: T[]) => fc.constantFrom(...values);
const deed: fc.Arbitrary<Deed> = fc.record({
  effect: some(...Effect.options),
  app: some("a", "b"),
  command: some("x", "y"),
  project: some("p", "q"),
  key: some("k", "l"),
}, { requiredKeys: ["effect", "app", "command"] });
const rule: fc.Arbitrary<PolicyRule> = fc.record({
  effect: fc.uniqueArray(some(...Effect.options), { minLength: 1 }),
  app: some("a", "b"),
  command: some("x", "y"),
  project: some("p", "q"),
  key: some("k", "l"),
  decision: some(...PolicyDecision.options),
}, { requiredKeys: ["decision"] });
const policies: fc.Arbitrary<Policies> = fc.record({
  rules: fc.array(rule, { maxLength: 8 }),
  defaults: fc.record({
    read: some(...PolicyDecision.options),
    write: some(...PolicyDecision.options),
    destructive: some(...PolicyDecision.options),
    open: some(...PolicyDecision.options),
  }),
  approvalTtlMs: fc.constant(1),
});

/** The rule as it is written in the guide, word for word. */
function expected({ rules, defaults }: Policies, deed: Deed): string {
  for (const rule of rules) {
    const names: [unknown, unknown][] = [
      [rule.app, deed.app],
      [rule.command, deed.command],
      [rule.project, deed.project],
      [rule.key, deed.key],
    ];
    const all = names.every(([named, is]) => named === undefined || named === is);
    if (all && (rule.effect === undefined || rule.effect.some((effect) => effect === deed.effect))) {
      return rule.decision;
    }
  }
  return defaults[deed.effect];
}

Deno.test("whatever the rules are, the first that matches decides, and else the default", () => {
  fc.assert(fc.property(policies, deed, (policies, deed) => {
    assert.equal(judge(policies, deed).decision, expected(policies, deed));
  }));
});

Deno.test("a rule behind one that matches everything changes nothing", () => {
  fc.assert(
    fc.property(policies, fc.array(rule), some(...PolicyDecision.options), deed, (policies, more, decision, deed) => {
      const first = { ...policies, rules: [...policies.rules, { decision }] };
      const then = { ...first, rules: [...first.rules, ...more] };
      assert.deepEqual(judge(then, deed), judge(first, deed));
    }),
  );
});
