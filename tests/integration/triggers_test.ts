import assert from "node:assert/strict";
import { bridge as ableton } from "@patchbay/bridge-ableton/bridge";
import { type BridgeAddress, formatAddress, PatchbayError, Trigger, type TriggerFiring } from "@patchbay/contracts";
import { z } from "zod";
import { startTestStudio } from "../studio.ts";

const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;
const Scene = z.looseObject({ objects: z.record(z.string(), z.unknown()) });
const Made = z.looseObject({ name: z.string() });

/** The triggers of the guide, as it has them. */
async function guideTriggers(): Promise<Trigger[]> {
  const text = await Deno.readTextFile(new URL("../../docs/guides/triggers.md", import.meta.url));
  return [...text.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, json = ""]) => Trigger.parse(JSON.parse(json)));
}

Deno.test("the guide's triggers are kept by a studio, and a clip that starts gives the scene its title", async () => {
  const signal = AbortSignal.timeout(120_000);
  await using studio = await startTestStudio({ signal, more: [{ definition: ableton }] });
  const { client } = studio;
  const blender = await addressOf("blender");
  await addressOf("ableton");
  const triggers = await guideTriggers();
  assert.deepEqual(triggers.map(({ id }) => id), ["clip-title", "nightly-picture"]);
  for (const { owner: _, ...trigger } of triggers) await client.triggers.put(trigger, { revision: 0, signal });
  const nightly = await client.triggers.get("nightly-picture", { signal });
  assert.ok(nightly.nextAt !== undefined && nightly.nextAt > Date.now());
  assert.equal(new Date(nightly.nextAt).getUTCMinutes(), 0);
  assert.equal(nightly.trigger.owner?.effects?.includes("write"), true);

  await client.command("ableton.any", "create_track", { name: "Drums" }, { signal });
  await client.command("ableton.any", "create_clip", { track: "Drums", name: "Intro" }, { signal });
  await client.command("ableton.any", "fire_clip", { track: "Drums", clip: "Intro" }, { signal });
  const [fired] = await firings("clip-title");
  assert.ok(fired);
  assert.equal(fired.outcome, "started");
  assert.match(fired.reason, /^clip_launched of ableton\./);
  for await (const _event of client.runs.follow(fired.runId!, { signal })) continue;
  const run = await client.runs.get(fired.runId!, { signal });
  assert.equal(run.trigger, "clip-title");
  assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
  const { name } = Made.parse(run.steps["s1"]?.value);
  // the state follows the command
  for (let shown = false; !shown; signal.throwIfAborted()) {
    shown = Object.hasOwn(Scene.parse((await client.bridges.state(blender, { signal })).state).objects, name);
  }
  assert.equal(run.plan.steps[0]?.args["text"], "Intro");

  await assert.rejects(client.triggers.create({ ...triggers[0]!, id: "clip-title" }, { signal }), code("CONFLICT"));
  const paused = await client.triggers.pause("clip-title", { signal });
  assert.equal(paused.trigger.paused, true);
  await client.triggers.delete("clip-title", { revision: paused.revision, signal });
  assert.deepEqual((await client.triggers.list({ signal })).map(({ trigger }) => trigger.id), ["nightly-picture"]);

  async function firings(id: string): Promise<TriggerFiring[]> {
    for (;;) {
      const found = await client.triggers.firings(id, { signal }).catch((error) => {
        if (code("NOT_FOUND")(error)) return [];
        throw error;
      });
      if (found.length > 0) return found;
    }
  }
  /** Once it is there. */
  async function addressOf(app: string): Promise<BridgeAddress> {
    for (;;) {
      const here = await client.bridges.list({ signal });
      const found = here.find((bridge) => bridge.app === app && bridge.status === "idle");
      if (found !== undefined) return formatAddress(found);
    }
  }
});
