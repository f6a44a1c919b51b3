/** Errors that keep coming on a whole studio: counted, told, and mended where the studio can. */
import assert from "node:assert/strict";
import { startTestStudio } from "../studio.ts";

const ADDRESS = "blender.any";

Deno.test("an application that keeps failing is started anew, and everybody can see why", async () => {
  const signal = AbortSignal.timeout(90_000);
  await using studio = await startTestStudio({ signal });
  await studio.bridgesReady(signal);
  const { client } = studio;
  const { revision } = await client.monitoring.put({
    thresholds: { warning: 3 },
    strategies: { NOT_FOUND: "restart" },
  }, { revision: 0 });
  await assert.rejects(client.monitoring.put({}, { revision: revision + 1 }), { code: "CONFLICT" });
  await client.command(ADDRESS, "create_object", { type: "cube", name: "Hero" });
  const [before] = await client.bridges.list();
  const recovered = async () => (await client.monitoring.statistics()).recoveries[0];
  while ((await recovered())?.status !== "succeeded") {
    await client.command(ADDRESS, "delete_object", { object: "Nobody" }).catch(() => {});
    signal.throwIfAborted();
  }
  const recovery = await recovered();
  assert.deepEqual([recovery?.action, recovery?.code, recovery?.app], ["restart", "NOT_FOUND", "blender"]);
  while ((await client.bridges.list())[0]?.session === before?.session) signal.throwIfAborted();
  const alerts = await client.alerts.list();
  assert.ok(alerts.some(({ message }) => /3 errors within 60 s: 3 × NOT_FOUND/.test(message)), JSON.stringify(alerts));
  const { commands } = await client.monitoring.statistics({ app: "blender" });
  const failing = commands.find(({ command }) => command === "delete_object");
  assert.ok((failing?.errors["NOT_FOUND"] ?? 0) >= 3);
  assert.equal(commands.find(({ command }) => command === "create_object")?.failed, 0);
});
