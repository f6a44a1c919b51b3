import assert from "node:assert/strict";
import { newId, type Run, type Step, type StepRun } from "@patchbay/contracts";
import { Placement } from "./placement.ts";

const step = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  app: "counter",
  command: "add",
  args: {},
  dependsOn: [],
  onError: "stop",
  ...more,
});
const runOf = (steps: Step[], before: Record<string, StepRun> = {}): Run => ({
  id: newId(),
  plan: { id: newId(), steps, provenance: { provider: "hand", createdAt: 0 } },
  status: "running",
  correlationId: newId(),
  startedAt: 0,
  steps: before,
});
const changes = () => "changes" as const;

Deno.test("what names a bridge goes there, what is free anywhere, and the rest where the first of them went", () => {
  const placement = new Placement(runOf([]), changes);
  assert.equal(placement.of(step("a", { bridge: "ws-07" })), "ws-07");
  assert.equal(placement.of(step("b", { placement: "free" })), "any");
  assert.equal(placement.of(step("c")), undefined);
  placement.choose("counter", "ws-01");
  assert.equal(placement.of(step("c")), "ws-01");
  assert.equal(placement.of(step("d", { app: "lamp" })), undefined);
});

Deno.test("a run leaves a bridge only where nothing of it has changed anything, or is about to", () => {
  const placement = new Placement(runOf([]), changes);
  assert.equal(placement.mayLeave("counter", "ws-01", 0), true);
  {
    using _other = placement.touch("counter", "ws-01");
    assert.equal(placement.mayLeave("counter", "ws-01", 0), false);
    assert.equal(placement.mayLeave("counter", "ws-01", 1), true);
  }
  assert.equal(placement.mayLeave("counter", "ws-01", 0), true);
  placement.changed("counter", "ws-01", undefined);
  assert.equal(placement.mayLeave("counter", "ws-01", 0), false);
});

Deno.test("the first session that something was changed in counts, until the run itself opens the application anew", () => {
  const placement = new Placement(runOf([]), changes);
  const [first, second, third] = [newId(), newId(), newId()];
  placement.changed("counter", "ws-01", undefined);
  placement.changed("counter", "ws-01", first);
  placement.changed("counter", "ws-01", second);
  assert.equal(placement.sessionOf("counter", "ws-01"), first);
  placement.reopened("counter", "ws-01", third);
  assert.equal(placement.sessionOf("counter", "ws-01"), third);
});

Deno.test("a run that is taken over is where its log says, in the session that its changes were made in", () => {
  const [first, second] = [newId(), newId()];
  const done = (startedAt: number, session: string, bridge = "ws-02"): StepRun => ({
    status: "succeeded",
    bridge,
    session,
    startedAt,
  });
  const steps = [
    step("b"),
    step("a"),
    step("named", { bridge: "ws-09" }),
    step("free", { placement: "free" }),
    step("c"),
  ];
  const run = runOf(steps, {
    a: done(1, first),
    b: done(2, second),
    named: done(3, second, "ws-09"),
    free: done(4, second, "ws-05"),
    c: { status: "pending" },
  });
  const placement = new Placement(run, changes);
  assert.equal(placement.of(step("c")), "ws-02");
  assert.equal(placement.sessionOf("counter", "ws-02"), first);
  assert.equal(placement.sessionOf("counter", "ws-09"), second);
});
