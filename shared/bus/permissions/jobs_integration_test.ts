/** Tries what the table says of jobs and of the ledger: a bridge takes its own, and nothing of another's. */
import assert from "node:assert/strict";
import { envelope, newId } from "@patchbay/contracts";
import { z } from "zod";
import type { Bus } from "../bus.ts";
import { until } from "../bus_fixture.ts";
import { callApi } from "../jetstream_api.ts";
import type { Job } from "../job.ts";
import { anyConsumer, anyJobs, ownConsumer, ownJobs } from "../job_consumer.ts";
import { listJobs } from "../job_lookup.ts";
import { enqueueJob, removeJob } from "../job_queue.ts";
import { openLedger } from "../ledger.ts";
import { ledgerKey } from "../ledger_key.ts";
import { store } from "../publish.ts";
import { mayPublish, maySubscribe, Studio } from "./test_studio.ts";

const APP = "blender";
const OTHER = ownConsumer(APP, "ws-08");
const OWN = ownConsumer(APP, "ws-07");
const key = (bridge: string) => ledgerKey({ app: APP, bridge }, "k");

const REFUSED_TO_PUBLISH = [
  "patchbay.v1.job.blender.ws-07.high",
  `$JS.API.CONSUMER.CREATE.JOBS.${OTHER}.patchbay.v1.job.blender.ws-08.*`,
  `$JS.API.CONSUMER.CREATE.JOBS.${OWN}.patchbay.v1.job.blender.ws-08.*`,
  `$JS.API.CONSUMER.CREATE.JOBS.${OWN}.patchbay.v1.job.blender.>`,
  `$JS.API.CONSUMER.CREATE.JOBS.${OWN}`,
  `$JS.API.CONSUMER.CREATE.JOBS.${anyConsumer("ableton", "high")}.patchbay.v1.job.ableton.any.high`,
  `$JS.API.CONSUMER.DURABLE.CREATE.JOBS.${OWN}`,
  `$JS.API.CONSUMER.DELETE.JOBS.${OTHER}`,
  `$JS.API.CONSUMER.MSG.NEXT.JOBS.${OTHER}`,
  `$JS.ACK.JOBS.${OTHER}.1.1.1.1790000000000000000.0`,
  `$JS.ACK._.A1B2C3.JOBS.${OTHER}.1.1.1.1790000000000000000.0`,
  "$JS.API.DIRECT.GET.JOBS",
  "$JS.API.STREAM.MSG.GET.JOBS",
  "$JS.API.STREAM.MSG.DELETE.JOBS",
  `$KV.ledger.${key("ws-08")}`,
  "$KV.ledger.ableton.any.x",
  `$JS.API.DIRECT.GET.KV_ledger.$KV.ledger.${key("ws-08")}`,
  "$JS.API.DIRECT.GET.KV_ledger",
  "$JS.API.CONSUMER.CREATE.KV_ledger.c",
  `$JS.API.CONSUMER.CREATE.KV_ledger.c.$KV.ledger.${key("ws-07")}`,
];

Deno.test("a bridge is refused another's jobs, acknowledgements and ledger", async () => {
  await using studio = await Studio.start();
  for (const subject of REFUSED_TO_PUBLISH) {
    await using bus = await studio.as("blender.ws-07");
    assert.equal(await mayPublish(bus, subject), false, `it may publish to ${subject}`);
  }
  for (const subject of [`$KV.ledger.${key("ws-08")}`, "$KV.ledger.>", "$KV.ledger.ableton.any.*", "$JS.ACK.>"]) {
    await using bus = await studio.as("blender.ws-07");
    assert.equal(await maySubscribe(bus, subject), false, `it may subscribe to ${subject}`);
  }
});

Deno.test("the filter of a bridge's own consumer cannot be another one than its subject says", async () => {
  await using studio = await Studio.start();
  const bus = await studio.as("blender.ws-07");
  const create = (filters: Record<string, unknown>) => {
    const config = { name: OWN, durable_name: OWN, ack_policy: "explicit", ...filters };
    const verb = `CONSUMER.CREATE.JOBS.${OWN}.patchbay.v1.job.blender.ws-07.*`;
    return callApi(bus, verb, { stream_name: "JOBS", config }, z.looseObject({}));
  };
  const stolen = "patchbay.v1.job.blender.ws-08.*";
  await assert.rejects(create({ filter_subject: stolen }));
  await assert.rejects(create({ filter_subjects: [stolen] }));
  await assert.rejects(create({ filter_subject: "patchbay.v1.job.blender.ws-07.*", filter_subjects: [stolen] }));
  await create({ filter_subject: "patchbay.v1.job.blender.ws-07.*" });
});

Deno.test("a bridge takes its own jobs and those for any of its application, and keeps their ledger", async () => {
  await using studio = await Studio.start();
  const [gateway, ws07] = [await studio.as("gateway"), await studio.as("blender.ws-07")];
  const payload = { command: "render_image", args: {}, priority: "high" } as const;
  const enqueue = (bridge: string) =>
    enqueueJob(
      gateway,
      { app: APP, bridge, priority: "high" },
      envelope({ type: "command", payload, source: "gateway" }),
    );
  const waiting = async (bus: Bus) => (await Array.fromAsync(listJobs(bus))).length;
  const { seq } = await enqueue("ws-07");
  await enqueue("ws-07");
  await enqueue("any");
  assert.equal(await waiting(gateway), 3);
  assert.equal(await removeJob(gateway, seq), true);
  const held: Job[] = [];
  await using own = ownJobs(ws07, { app: APP, bridge: "ws-07", onJob: (job) => held.push(job) });
  own.open();
  await until(() => held.length === 1);
  const shared = await anyJobs(ws07, { app: APP, bridge: "ws-07" }).take(new AbortController().signal);
  for (const job of [...held, shared]) {
    job?.working();
    await job?.ack();
  }
  await until(async () => await waiting(gateway) === 0);
  for (const bridge of ["ws-07", "any"]) {
    const ledger = openLedger(ws07);
    const by = { bridge: "ws-07", instance: newId(), fencing: 1 };
    const facts = { commandId: newId(), command: "render_image", fingerprint: "f", ...by };
    const entry = await ledger.begin({ app: APP, bridge }, "k", facts);
    assert.ok(entry.begun);
    const outcome = { commandId: facts.commandId, app: APP, bridge: "ws-07", command: "render_image" };
    const completion = entry.complete({ ...outcome, startedAt: 0, durationMs: 0, ok: true, value: 1 });
    const changed = ledger.changed(entry, new AbortController().signal);
    await store(ws07, completion);
    assert.equal((await changed)?.entry.status, "completed");
    assert.equal((await store(ws07, completion)).duplicate, true);
    assert.equal((await openLedger(gateway).find({ app: APP, bridge }, "k"))?.entry.status, "completed");
  }
});
