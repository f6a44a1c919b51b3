/** Approvals on a whole studio, by the typed client. */
import assert from "node:assert/strict";
import { PatchbayError, type RunEvent } from "@patchbay/contracts";
import { startTestStudio } from "../studio.ts";

const refused = (code: string) => (error: unknown) => {
  if (error instanceof PatchbayError && error.code === code) return true;
  throw error;
};

Deno.test("a run is followed from before its approval to its end, and its log says who asked and who allowed it", async () => {
  const signal = AbortSignal.timeout(60_000);
  await using studio = await startTestStudio({ signal });
  await studio.bridgesReady(signal);
  const { client } = studio;
  await client.command("blender.any", "create_object", { type: "cube", name: "Hero" });
  const { runId, plan, status, approval } = await client.instructions.run("delete Hero", { signal });
  assert.equal(status, "awaiting_approval");
  assert.equal((await client.runs.get(runId)).status, "awaiting_approval");
  const events: RunEvent[] = [];
  const following = (async () => {
    for await (const event of client.runs.follow(runId, { signal })) events.push(event);
  })();
  const answer = await client.plans.approve(plan.id, approval!.digest);
  assert.equal(answer.runId, runId);
  await following;
  const [started] = events;
  assert.ok(started?.type === "RUN_STARTED");
  assert.deepEqual([started.by?.name, started.approvals?.map(({ by }) => by.name)], ["studio", ["studio"]]);
  assert.equal((await client.runs.get(runId)).status, "succeeded");
  await assert.rejects(client.plans.approve(plan.id, `sha256:${"0".repeat(64)}`), refused("CONFLICT"));
});

Deno.test("an edit voids what was approved; what waits and is cancelled ends, with every step cancelled", async () => {
  const signal = AbortSignal.timeout(60_000);
  await using studio = await startTestStudio({ signal });
  await studio.bridgesReady(signal);
  const { client } = studio;
  const clear = { id: "s1", app: "blender", command: "clear_scene" };
  const { plan, digest } = await client.plans.save({ steps: [clear] });
  await client.plans.approve(plan.id, digest!);
  assert.equal((await client.plans.approval(plan.id)).status, "allowed");
  const changed = await client.plans.put(plan.id, { steps: [clear, { ...clear, id: "s2", dependsOn: ["s1"] }] }, {
    digest: digest!,
  });
  assert.equal((await client.plans.approval(plan.id)).status, "needed");
  await assert.rejects(client.plans.put(plan.id, plan, { digest: digest! }), refused("CONFLICT"));

  const { runId } = await client.plans.run(plan.id, { idempotencyKey: "once" });
  assert.equal((await client.plans.run(plan.id, { idempotencyKey: "once" })).runId, runId);
  await client.runs.cancel(runId);
  const run = await client.runs.get(runId);
  assert.deepEqual([run.status, ...Object.values(run.steps).map(({ status }) => status)], [
    "cancelled",
    "cancelled",
    "cancelled",
  ]);
  await assert.rejects(client.plans.approve(plan.id, changed.digest!), refused("CONFLICT"));
});

Deno.test("policies hold for the next run; what runs code needs the bridge's switch, whatever is allowed", async () => {
  const signal = AbortSignal.timeout(60_000);
  await using studio = await startTestStudio({ signal });
  await studio.bridgesReady(signal);
  const { client } = studio;
  const { policies, revision } = await client.policies.get();
  const rules = [{ app: "blender", command: "clear_scene", title: "nobody clears", decision: "deny" as const }];
  const defaults = { ...policies.defaults, open: "allow" as const };
  await client.policies.put({ ...policies, defaults, rules }, { revision });
  await assert.rejects(client.policies.put(policies, { revision }), refused("CONFLICT"));
  await assert.rejects(client.instructions.run("delete everything", { signal }), (error) => {
    assert.match((error as Error).message, /step 's1' is refused by rule 1, 'nobody clears'/);
    return refused("POLICY_DENIED")(error);
  });
  const script = { id: "s1", app: "blender", command: "execute_python", args: { code: "print(1)" } };
  await assert.rejects(client.plans.save({ steps: [script] }), refused("PLAN_INVALID"));
});
