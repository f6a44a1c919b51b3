import assert from "node:assert/strict";
import type { Client } from "@patchbay/client";
import { type ApprovalState, newId, type Plan, type StepDecision } from "@patchbay/contracts";
import { type ApprovalOptions, describeApproval, passApproval, whereOf } from "./approval.ts";
import { EXIT } from "./outcome.ts";

const digest = `sha256:${"0".repeat(64)}`;
const step = (stepId: string, more: Partial<StepDecision> = {}): StepDecision => ({
  stepId,
  app: "blender",
  command: "delete_object",
  effect: "destructive",
  decision: "ask",
  reason: "the default for the effect 'destructive'",
  approved: false,
  ...more,
});
const state = (...steps: StepDecision[]): ApprovalState => ({ digest, status: "needed", steps, approvals: [] });
const plan: Plan = {
  id: newId(),
  steps: [{ id: "s1", app: "blender", command: "delete_object", args: {}, dependsOn: [], onError: "stop" }],
  provenance: { provider: "hand", createdAt: 0 },
};
const asked = { plan, runId: newId(), status: "awaiting_approval", approval: state(step("s1")) };

/** A gateway that says yes, and notes what it was told. */
async function pass(options: Partial<ApprovalOptions>) {
  const told: string[] = [];
  const said: string[] = [];
  const client = {
    plans: {
      approve: (id: string, of: string) => {
        told.push(`approve ${id === plan.id && of === digest}`);
        return Promise.resolve({ approval: { ...asked.approval, status: "allowed" }, runId: asked.runId });
      },
      reject: () => Promise.resolve(told.push("reject")),
    },
    runs: { cancel: () => Promise.resolve(told.push("cancel")) },
  } as unknown as Client;
  const status = await passApproval(client, asked, {
    yes: false,
    confirm: undefined,
    say: (line) => said.push(line),
    signal: new AbortController().signal,
    ...options,
  });
  return { status, told, said: said.join("\n") };
}

Deno.test("--yes approves the plan that was shown, and the run goes on", async () => {
  const { status, told, said } = await pass({ yes: true });
  assert.deepEqual([status, told], [undefined, ["approve true"]]);
  assert.match(said, /s1 {2}blender\.delete_object {2}destructive {2}by the default for the effect 'destructive'/);
});

Deno.test("whoever sits at the terminal is asked, and their answer is the verdict", async () => {
  assert.deepEqual((await pass({ confirm: () => Promise.resolve(true) })).told, ["approve true"]);
  const declined = await pass({ confirm: () => Promise.resolve(false) });
  assert.deepEqual([declined.status, declined.told], [EXIT.failed, ["reject"]]);
});

Deno.test("where nobody can be asked, the command that approves is said, and the exit status is one of its own", async () => {
  const { status, told, said } = await pass({ where: whereOf({ home: "my studio" }) });
  assert.deepEqual([status, told], [EXIT.awaitingApproval, []]);
  assert.ok(said.includes(`$ patchbay approve ${plan.id} --home 'my studio'`), said);
  assert.ok(!Object.entries(EXIT).some(([name, code]) => name !== "awaitingApproval" && code === status));
});

Deno.test("Ctrl-C while somebody is asked takes the run back", async () => {
  const stop = new AbortController();
  const confirm = () => {
    stop.abort();
    return Promise.reject(stop.signal.reason);
  };
  const { status, told } = await pass({ confirm, signal: stop.signal });
  assert.deepEqual([status, told], [EXIT.interrupted, ["cancel"]]);
});

Deno.test("only what asks and is not approved is shown, and names from outside move no cursor", () => {
  const text = describeApproval(
    state(
      step("s1", { decision: "allow" }),
      step("s2", { approved: true }),
      step("s10", { reason: "rule 1, '\u001b[2J'" }),
    ),
  );
  assert.match(text, /^1 step needs an approval:\n {2}s10 /);
  assert.ok(!text.includes("\u001b"));
});
