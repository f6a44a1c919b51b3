/** A bridge whose credentials were stolen has the server send what it stored to subjects that it may not publish to. */
import assert from "node:assert/strict";
import { Cancel, encodeEnvelope, envelope, LedgerEntry, newId, subjects, WILDCARD } from "@patchbay/contracts";
import { z } from "zod";
import { openBucket } from "../bucket.ts";
import type { Bus } from "../bus.ts";
import { until } from "../bus_fixture.ts";
import type { Job } from "../job.ts";
import { ownJobs } from "../job_consumer.ts";
import { listJobs } from "../job_lookup.ts";
import { enqueueJob } from "../job_queue.ts";
import { callApi } from "../jetstream_api.ts";
import { ledgerKey } from "../ledger_key.ts";
import { store } from "../publish.ts";
import { subscribe } from "../subscribe.ts";
import { Studio } from "./test_studio.ts";

const Info = z.looseObject({ state: z.looseObject({ messages: z.number() }) });
const messagesIn = async (bus: Bus, stream: string) =>
  (await callApi(bus, `STREAM.INFO.${stream}`, undefined, Info)).state.messages;
const order = () =>
  envelope({
    type: "command",
    payload: { command: "execute_python", args: {}, priority: "high" as const },
    source: "gateway",
  });

/** Has the server send these bytes to a subject. */
async function replay(thief: Bus, data: Uint8Array, to: string): Promise<void> {
  const subject = `$O.assets.C.${newId().replaceAll("-", "")}`;
  await store(thief, { subject, data, headers: { "Nats-Msg-Id": newId() } });
  thief.nc.publish(`$JS.API.DIRECT.GET.OBJ_assets.${subject}`, "", { reply: to });
  await thief.nc.flush();
}

Deno.test("a job that came out of another stream is refused, and what was queued is done", async () => {
  await using studio = await Studio.start();
  const [thief, victim] = [await studio.as("blender.ws-07"), await studio.as("blender.ws-08")];
  const [gateway, operator] = [await studio.as("gateway"), await studio.as("operator")];
  const address = { app: "blender", bridge: "ws-08", priority: "high" } as const;
  await replay(thief, encodeEnvelope(order()), subjects.job("blender", "ws-08", "high"));
  await until(async () => await messagesIn(operator, "JOBS") === 1);
  const real = order();
  await enqueueJob(gateway, address, real);
  const looked = await Array.fromAsync(listJobs(gateway));
  assert.deepEqual(looked.map(({ content }) => content.ok), [false, true]);
  const held: Job[] = [];
  await using own = ownJobs(victim, { app: "blender", bridge: "ws-08", onJob: (job) => held.push(job) });
  own.open();
  await until(() => held.length === 2);
  assert.deepEqual(held.map(({ content }) => content.ok ? content.message.id : "refused"), ["refused", real.id]);
});

Deno.test("what another stream left in a bucket is as if it were not there, and can be written over", async () => {
  await using studio = await Studio.start();
  const [thief, gateway, operator] = [
    await studio.as("blender.ws-07"),
    await studio.as("gateway"),
    await studio.as("operator"),
  ];
  const key = ledgerKey({ app: "blender", bridge: "ws-08" }, "k");
  const entry = {
    commandId: newId(),
    command: "x",
    fingerprint: "f",
    attempts: 1,
    startedAt: 1,
    status: "started",
  } as const;
  await replay(thief, new TextEncoder().encode(JSON.stringify(entry)), `$KV.ledger.${key}`);
  await until(async () => await messagesIn(operator, "KV_ledger") === 1);
  const ledger = await openBucket(gateway, "ledger", LedgerEntry);
  assert.equal(await ledger.get(key), undefined);
  assert.deepEqual(await ledger.entries(), []);
  await ledger.create(key, entry);
  assert.equal((await ledger.get(key))?.value.commandId, entry.commandId);
});

Deno.test("nobody is cancelled by what lies in a stream", async () => {
  await using studio = await Studio.start();
  const [thief, victim, gateway] = [
    await studio.as("blender.ws-07"),
    await studio.as("blender.ws-08"),
    await studio.as("gateway"),
  ];
  const stop = new AbortController();
  const heard = subscribe(victim, subjects.cancel(WILDCARD), { payload: Cancel, signal: stop.signal });
  await heard.ready;
  const cancel = (commandId: string) => envelope({ type: "command", payload: { commandId }, source: "gateway" });
  const [forged, real] = [newId(), newId()];
  await replay(thief, encodeEnvelope(cancel(forged)), subjects.cancel(forged));
  gateway.nc.publish(subjects.cancel(real), encodeEnvelope(cancel(real)));
  for await (const { message } of heard) {
    assert.equal(message.payload.commandId, real);
    break;
  }
  stop.abort();
});

Deno.test("one message of a bridge does not empty what all of them keep", async () => {
  await using studio = await Studio.start();
  const [thief, gateway, operator] = [
    await studio.as("blender.ws-07"),
    await studio.as("gateway"),
    await studio.as("operator"),
  ];
  const others = ["$KV.ledger.blender.ws-08.k", "$KV.ledger.ableton.any.k"];
  for (const subject of others) {
    await store(gateway, { subject, data: new Uint8Array(1), headers: { "Nats-Msg-Id": newId() } });
  }
  await store(gateway, { subject: "$O.assets.C.hero", data: new Uint8Array(1), headers: { "Nats-Msg-Id": newId() } });
  for (const subject of ["$KV.ledger.blender.ws-07.k", "$KV.manifests.blender.ws-07", "$O.assets.M.x"]) {
    const headers = { "Nats-Msg-Id": newId(), "Nats-Rollup": "all" };
    await assert.rejects(store(thief, { subject, data: new Uint8Array(1), headers }));
  }
  assert.equal(await messagesIn(operator, "KV_ledger"), others.length);
  assert.equal(await messagesIn(operator, "OBJ_assets"), 1);
});
