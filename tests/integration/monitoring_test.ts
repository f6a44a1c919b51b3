/** Errors that keep coming on a whole studio: counted, told, and mended where the studio can. */
import assert from "node:assert/strict";
import { findBlender } from "@patchbay/bridge-blender";
import type { BridgeMode } from "@patchbay/bridge-kit";
import type { Recovery, RecoveryAction } from "@patchbay/contracts";
import { startTestStudio, type TestStudio } from "../studio.ts";

const path = await findBlender().catch(() => undefined);
const without = path === undefined ? " (there is no Blender on this machine)" : "";
const ADDRESS = "blender.any";

async function startFailing(mode: BridgeMode, action: RecoveryAction): Promise<TestStudio> {
  const studio = await startTestStudio({ mode, signal: AbortSignal.timeout(180_000) });
  await studio.bridgesReady(AbortSignal.timeout(120_000));
  const { revision } = await studio.client.monitoring.put({
    thresholds: { warning: 3 },
    strategies: { NOT_FOUND: action },
  }, { revision: 0 });
  await assert.rejects(studio.client.monitoring.put({}, { revision: revision + 1 }), { code: "CONFLICT" });
  return studio;
}

/** Fails until something was done about it; what that was. */
async function failUntilRecovered({ client }: TestStudio): Promise<Recovery> {
  for (;;) {
    await client.command(ADDRESS, "delete_object", { object: "Nobody" }).catch(() => {});
    const [last] = (await client.monitoring.statistics()).recoveries;
    if (last !== undefined && last.status !== "acting") return last;
  }
}

Deno.test("what a bridge cannot mend is left to a person; commands and errors are counted, and told", async () => {
  await using studio = await startFailing("simulator", "restart");
  const { client } = studio;
  await client.command(ADDRESS, "create_object", { type: "cube", name: "Hero" });
  const { action, status, code, reason } = await failUntilRecovered(studio);
  assert.deepEqual([action, status, code], ["restart", "failed", "NOT_FOUND"]);
  assert.match(reason, /the bridge does not end it\. A person must look/);
  const alerts = await client.alerts.list();
  assert.ok(alerts.some(({ message }) => /3 errors within 60 s: 3 × NOT_FOUND/.test(message)), JSON.stringify(alerts));
  const { commands } = await client.monitoring.statistics({ app: "blender" });
  const failing = commands.find(({ command }) => command === "delete_object");
  assert.ok((failing?.errors["NOT_FOUND"] ?? 0) >= 3);
  assert.equal(commands.find(({ command }) => command === "create_object")?.failed, 0);
});

Deno.test("the link to an application that keeps failing is made anew", async () => {
  await using studio = await startFailing("simulator", "reconnect");
  const { action, status } = await failUntilRecovered(studio);
  assert.deepEqual([action, status], ["reconnect", "succeeded"]);
});

Deno.test({
  name: `a real Blender that keeps failing is started anew${without}`,
  ignore: path === undefined,
  async fn() {
    await using studio = await startFailing("background", "restart");
    const { client } = studio;
    const [before] = await client.bridges.list();
    const { action, status } = await failUntilRecovered(studio);
    assert.deepEqual([action, status], ["restart", "succeeded"]);
    while ((await client.bridges.list())[0]?.session === before?.session);
  },
});
