/** Jobs over HTTP, through real bridges: while the bridge is off, over restarts, cancelled in each phase, on two machines. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { type FarmStudio, startFarm, startFarmStudio } from "../farm.ts";
import { startTestStudio } from "../studio.ts";

const within = (seconds: number) => AbortSignal.timeout(seconds * 1000);

/** A studio that has seen the farm once: its bridge is off now. */
async function studioOfYesterday(): Promise<FarmStudio> {
  const studio = await startFarmStudio();
  await (await startFarm(studio.bus))[Symbol.asyncDispose]();
  return studio;
}

Deno.test("a job for a bridge that is off waits over a restart of the gateway, and is done when the bridge is on", async () => {
  await using studio = await studioOfYesterday();
  const key = { idempotencyKey: "tonight" };
  const { id, status } = await studio.client.jobs.enqueue("farm.ws-01", "render", {}, key);
  assert.equal(status, "queued");
  await studio.restartGateway();
  assert.equal((await studio.client.commands.get(id)).status, "queued");
  assert.equal((await studio.client.jobs.enqueue("farm.ws-01", "render", {}, key)).id, id);
  assert.deepEqual((await studio.client.jobs.list({ app: "farm" })).map((job) => job.id), [id]);
  await using bridge = await startFarm(studio.bus);
  await bridge.hasBegun(1);
  assert.equal((await studio.client.commands.get(id)).status, "running");
  await studio.restartGateway();
  bridge.release();
  const ended = await studio.client.commands.wait(id, { signal: within(20) });
  assert.deepEqual([ended.status, ended.result?.bridge], ["succeeded", "ws-01"]);
  assert.equal(bridge.double.executions.length, 1);
});

Deno.test("a job is cancelled while it waits at a bridge that is off, while a bridge holds it, and while it runs", async () => {
  await using studio = await studioOfYesterday();
  const { client } = studio;
  const enqueue = async () => (await client.jobs.enqueue("farm.ws-01", "render")).id;
  const off = await enqueue();
  assert.equal((await client.commands.cancel(off)).status, "cancelled");
  const [runs, held] = [await enqueue(), await enqueue()];
  await using bridge = await startFarm(studio.bus);
  await bridge.hasBegun(1);
  assert.equal((await client.commands.cancel(held)).status, "cancelled");
  assert.equal((await client.commands.cancel(runs)).status, "cancelling");
  assert.equal((await client.commands.wait(runs, { signal: within(20) })).status, "cancelled");
  for (const id of [off, held, runs]) {
    const { status, problem } = await client.commands.get(id);
    assert.deepEqual([status, problem?.code], ["cancelled", "CANCELLED"]);
  }
  const last = await enqueue();
  bridge.release();
  assert.equal((await client.commands.wait(last, { signal: within(20) })).status, "succeeded");
  assert.deepEqual(bridge.double.executions.map(({ id }) => id), [runs, last]);
  assert.deepEqual(await client.jobs.list(), []);
});

Deno.test("a command whose lane is the durable one answers its result to whoever knows nothing of that", async () => {
  await using studio = await startFarmStudio();
  await using bridge = await startFarm(studio.bus);
  bridge.release();
  assert.deepEqual((await studio.client.command("farm.any", "bake")).value, { by: "ws-01" });
});

Deno.test("two bridges share what any of them may have: commands and jobs go where nothing runs", async () => {
  await using studio = await startFarmStudio();
  const { client } = studio;
  await using first = await startFarm(studio.bus, "ws-01");
  await using second = await startFarm(studio.bus, "ws-02");
  await studio.sees("farm", 2, within(20));
  const both = [client.command("farm.any", "render"), client.command("farm.any", "render")];
  await Promise.all([first.hasBegun(1), second.hasBegun(1)]);
  second.release();
  assert.equal((await Promise.race(both)).bridge, "ws-02");
  // the first is still at it
  for (let i = 0; i < 4; i++) assert.equal((await client.command("farm.any", "render")).bridge, "ws-02");
  const { id } = await client.jobs.enqueue("farm.any", "render");
  assert.equal((await client.commands.wait(id, { signal: within(20) })).result?.bridge, "ws-02");
  first.release();
  await Promise.all(both);
});

Deno.test("in a studio with its own users, jobs run, are cancelled and refused as anywhere", async () => {
  await using studio = await startTestStudio({ signal: within(60) });
  await studio.bridgesReady(within(20));
  const { client } = studio;
  const { id } = await client.jobs.enqueue("blender.any", "create_object", { type: "cube", name: "Job" });
  const { status, result } = await client.commands.wait(id, { signal: within(20) });
  assert.equal(status, "succeeded", JSON.stringify(result));
  await assert.rejects(client.jobs.enqueue("blender.nobody", "create_object", { type: "cube" }), (error) => {
    return error instanceof PatchbayError && error.code === "BRIDGE_OFFLINE";
  });
  const bad = await client.jobs.enqueue("blender.any", "create_object", { type: "no such thing" });
  assert.equal((await client.commands.wait(bad.id, { signal: within(20) })).problem?.code, "INVALID_ARGUMENTS");
  const { id: gone } = await client.jobs.enqueue("blender.any", "create_object", { type: "cube" });
  assert.ok(["cancelled", "cancelling", "succeeded"].includes((await client.commands.cancel(gone)).status));
  await client.commands.wait(gone, { signal: within(20) });
  assert.deepEqual(await client.jobs.list(), []);
  assert.deepEqual(await client.alerts.list(), []);
  // whoever looks after the jobs that are given up may do so
  const log = await Deno.readTextFile(join(studio.home, "logs", "studio.jsonl"));
  assert.doesNotMatch(log, /dead letters are left|FORBIDDEN/);
});
