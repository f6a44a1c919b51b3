import assert from "node:assert/strict";
import { findJob, openBucket } from "@patchbay/bus";
import { ManifestDocument, manifestDocument } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { counter } from "./testing/counter.ts";
import { startJobWorker } from "./testing/job_worker.ts";
import { startTestGateway, type TestGateway } from "./testing/studio.ts";

/** A gateway that knows the counter, whose bridge is off; `slow` is a job by its manifest. */
async function studio() {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  const gateway = stack.use(await startTestGateway(bus));
  const manifests = await openBucket(bus, "manifests", ManifestDocument);
  const document = manifestDocument(counter);
  const slow = { ...document.commands["increment"]!, lane: "job" as const };
  await manifests.put("counter.ws-01", { ...document, commands: { ...document.commands, slow } });
  while (gateway.deps.manifests.apps.size === 0) await bus.nc.flush();
  const parts = stack.move();
  return { ...gateway, bus, nats, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}
type Studio = Awaited<ReturnType<typeof studio>>;

const run = ({ ask }: TestGateway, json: Record<string, unknown>, headers: Record<string, string> = {}) =>
  ask("/v1/commands", {
    method: "POST",
    json: { bridge: "counter.ws-01", command: "increment", lane: "job", ...json },
    headers,
  });
const look = async ({ ask }: TestGateway, id: string, headers: Record<string, string> = {}) =>
  await (await ask(`/v1/commands/${id}`, { headers })).json();
const accept = async (s: Studio, json: Record<string, unknown> = {}, headers: Record<string, string> = {}) => {
  const response = await run(s, json, headers);
  assert.equal(response.status, 202);
  const record = await response.json();
  assert.equal(response.headers.get("location"), `/v1/commands/${record.id}`);
  return record;
};
const jobs = async ({ ask }: TestGateway, query = "") => (await (await ask(`/v1/jobs${query}`)).json()).jobs;

Deno.test("a job for a bridge that is off is accepted, waits, and is done when the bridge is there", async () => {
  await using s = await studio();
  const { id, status } = await accept(s);
  assert.equal(status, "queued");
  const { id: second } = await accept(s, { priority: "low" });
  const { id: third } = await accept(s, { priority: "high" });
  assert.deepEqual(await look(s, id), { id, status: "queued", position: 1 });
  assert.equal((await look(s, second)).position, 2);
  assert.equal((await look(s, third)).position, 0);
  assert.deepEqual((await jobs(s, "?app=counter")).map((job: { id: string }) => job.id), [id, second, third]);
  assert.deepEqual(await jobs(s, "?app=paint"), []);
  await using worker = await startJobWorker(s.bus);
  await worker.hasBegun(1);
  const waiting = look(s, worker.begun[0]!, { prefer: "wait=20" });
  worker.release();
  const record = await waiting;
  assert.equal(record.status, "succeeded");
  assert.equal(record.result.commandId, worker.begun[0]);
  await worker.hasBegun(2);
  worker.release();
  await worker.hasBegun(3);
  worker.release();
});

Deno.test("a job for an address that nobody ever offered anything under is refused", async () => {
  await using s = await studio();
  const response = await run(s, { bridge: "counter.ws-99" });
  assert.deepEqual([response.status, (await response.json()).code], [503, "BRIDGE_OFFLINE"]);
});

Deno.test("a job that runs says so, wherever one asks, and after the gateway has been restarted", async () => {
  await using s = await studio();
  const { id } = await accept(s);
  await using worker = await startJobWorker(s.bus);
  await worker.hasBegun(1);
  await using other = await startTestGateway(s.bus, { migrated: true });
  assert.equal((await look(other, id)).status, "running");
  assert.deepEqual((await jobs(other)).map(({ status, runsOn }: Record<string, string>) => [status, runsOn]), [
    ["running", "ws-01"],
  ]);
  worker.release();
  assert.equal((await look(other, id, { prefer: "wait=20" })).status, "succeeded");
  assert.equal((await look(s, id)).status, "succeeded");
});

Deno.test("the same key is the same job, also when both come at once; for something else it is a conflict", async () => {
  await using s = await studio();
  const key = { "idempotency-key": "nightly" };
  const [first, second] = await Promise.all([accept(s, {}, key), accept(s, {}, key)]);
  assert.equal(first.id, second.id);
  assert.equal((await jobs(s)).length, 1);
  assert.equal((await run(s, { args: { by: 2 } }, key)).status, 409);
  await using worker = await startJobWorker(s.bus);
  await worker.hasBegun(1);
  worker.release();
  await look(s, first.id, { prefer: "wait=20" });
  // after its end the key still stands for it
  const { id, status } = await accept(s, {}, key);
  assert.deepEqual([id, status], [first.id, "succeeded"]);
  assert.equal(worker.begun.length, 1);
});

Deno.test("who knows nothing of lanes gets the result of a job as of any command; who waits for a while, what there is then", async () => {
  await using s = await studio();
  await using worker = await startJobWorker(s.bus);
  const answer = run(s, { command: "slow", lane: undefined });
  await worker.hasBegun(1);
  worker.release();
  const response = await answer;
  assert.equal(response.status, 200);
  const { commandId, value } = await response.json();
  assert.deepEqual([commandId, value], [worker.begun[0], { count: 1 }]);
  assert.equal(response.headers.get("content-location"), `/v1/commands/${commandId}`);

  const late = await run(s, { command: "slow", lane: undefined }, { prefer: "wait=0" });
  assert.equal(late.status, 202);
  assert.equal(late.headers.get("preference-applied"), "wait=0");
  await late.body?.cancel();
  await worker.hasBegun(2);
  worker.release();
  const waited = run(s, {}, { prefer: "wait=20" });
  await worker.hasBegun(3);
  worker.release();
  assert.equal((await (await waited).json()).ok, true);
});

Deno.test("a job that waits is cancelled at once: it never runs, and its end is kept", async () => {
  await using s = await studio();
  const { id } = await accept(s);
  const response = await s.ask(`/v1/commands/${id}`, { method: "DELETE" });
  assert.equal(response.status, 200);
  assert.equal((await response.json()).status, "cancelled");
  assert.equal(await findJob(s.bus, id), undefined);
  const record = await look(s, id);
  assert.deepEqual([record.status, record.problem.code], ["cancelled", "CANCELLED"]);
  const { id: next } = await accept(s);
  await using worker = await startJobWorker(s.bus);
  await worker.hasBegun(1);
  assert.deepEqual(worker.begun, [next]);
});

Deno.test("a job that runs is cancelled by its bridge, which says what became of it", async () => {
  await using s = await studio();
  const { id } = await accept(s);
  await using worker = await startJobWorker(s.bus);
  await worker.hasBegun(1);
  const response = await s.ask(`/v1/commands/${id}`, { method: "DELETE" });
  assert.deepEqual([response.status, (await response.json()).status], [202, "cancelling"]);
  assert.equal((await look(s, id, { prefer: "wait=20" })).status, "cancelled");
});
