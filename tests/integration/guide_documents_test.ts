/** The JSON in the guides about plans and monitoring is what a studio takes, and what it does. */
import assert from "node:assert/strict";
import type { PlanDraft } from "@patchbay/client";
import { MonitoringSettings } from "@patchbay/contracts";
import { startTestStudio } from "../studio.ts";

/** The documents of a guide, as it has them; the one that begins a file or stands by itself. */
async function documents(name: string): Promise<unknown[]> {
  const text = await Deno.readTextFile(new URL(`../../docs/guides/${name}.md`, import.meta.url));
  return [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json = ""]) => JSON.parse(json));
}

Deno.test("the guide's plans hold, run to their end in Blender's simulator, and are undone", async () => {
  const signal = AbortSignal.timeout(120_000);
  await using studio = await startTestStudio({ signal });
  await studio.bridgesReady(signal);
  const { client } = studio;
  const drafts = await documents("plans") as PlanDraft[];
  assert.ok(drafts.length >= 2);
  for (const draft of drafts) {
    assert.deepEqual((await client.plans.validate(draft, { signal })).issues, []);
    const { plan } = await client.plans.save(draft, { signal });
    const asked = await client.plans.run(plan.id, { signal });
    for await (const _event of client.runs.follow(asked.runId, { signal })) continue;
    const run = await client.runs.get(asked.runId, { signal });
    assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
    const preview = await client.runs.previewUndo(asked.runId, { signal });
    assert.ok(preview.steps.every(({ possible }) => possible), JSON.stringify(preview));
    const undo = await client.runs.undo(asked.runId, { signal });
    for await (const _event of client.runs.follow(undo.runId, { signal })) continue;
    assert.equal((await client.runs.get(undo.runId, { signal })).status, "succeeded");
  }
});

Deno.test("the guide's settings of the monitoring are what it takes", async () => {
  const [settings, ...more] = await documents("monitoring");
  assert.equal(more.length, 0);
  MonitoringSettings.parse(settings);
});
