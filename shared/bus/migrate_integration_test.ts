import assert from "node:assert/strict";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { callApi } from "./jetstream_api.ts";
import { migrate } from "./migrate.ts";
import { declaredStreams, STORAGE_REVISION } from "./streams.ts";

const Config = z.looseObject({
  name: z.string(),
  max_age: z.number(),
  max_bytes: z.number(),
  storage: z.string(),
  retention: z.string(),
  description: z.string().optional(),
  metadata: z.record(z.string(), z.string()),
});
const Any = z.looseObject({});
const Info = z.looseObject({ config: Config, state: z.looseObject({ messages: z.number() }) });

const info = (bus: Bus, stream: string) => callApi(bus, `STREAM.INFO.${stream}`, undefined, Info);
const update = (bus: Bus, config: z.infer<typeof Config>) => callApi(bus, `STREAM.UPDATE.${config.name}`, config, Any);

Deno.test("all that is declared is there after the first start, and unchanged after the second", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const names = declaredStreams({ replicas: 1, storage: "file" }).map(({ name }) => name);
  const first = await Promise.all(names.map((name) => info(bus, name)));
  await migrate(bus);
  const second = await Promise.all(names.map((name) => info(bus, name)));
  assert.deepEqual(second.map(({ config }) => config), first.map(({ config }) => config));
  assert.equal(first.find(({ config }) => config.name === "JOBS")?.config.retention, "workqueue");
  assert.ok(first.every(({ config }) => config.max_bytes > 0), "everything is bounded");
});

Deno.test("several processes that start at once agree", async () => {
  await using nats = await startTestNats();
  const buses = await Promise.all([1, 2, 3, 4].map((n) => nats.connect(`process ${n}`)));
  await Promise.all(buses.map((bus) => migrate(bus)));
  const [bus] = buses;
  assert.ok(bus !== undefined);
  assert.equal((await info(bus, "KV_presence")).config.metadata["patchbay.storage"], String(STORAGE_REVISION));
});

Deno.test("what an older version made is brought up to date, and keeps its messages", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const old = { name: "RUNS", subjects: ["patchbay.v1.run.>"], storage: "memory", max_age: 60e9 };
  await callApi(bus, "STREAM.CREATE.RUNS", old, Any);
  await bus.js.publish("patchbay.v1.run.r1", "kept");
  await migrate(bus);
  const { config, state } = await info(bus, "RUNS");
  assert.equal(config.description, "logs of runs");
  assert.equal(config.storage, "memory", "the kind of storage cannot be changed later");
  assert.equal(state.messages, 1);
});

Deno.test("a ledger that one message could empty is brought up to date, and keeps its entries", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const old = { name: "KV_ledger", subjects: ["$KV.ledger.>"], storage: "memory", max_msgs_per_subject: 1 };
  const markers = { allow_rollup_hdrs: true, allow_msg_ttl: true, subject_delete_marker_ttl: 60e9, max_age: 120e9 };
  await callApi(bus, "STREAM.CREATE.KV_ledger", { ...old, ...markers, metadata: { "patchbay.storage": "2" } }, Any);
  await bus.js.publish("$KV.ledger.a.b.c", "kept");
  await migrate(bus);
  const { config, state } = await info(bus, "KV_ledger");
  assert.deepEqual([config["allow_rollup_hdrs"], config["subject_delete_marker_ttl"]], [false, undefined]);
  assert.equal(state.messages, 1);
});

Deno.test("what a newer version made is left as it is", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const { config } = await info(bus, "EVENTS");
  const newer = { ...config, max_age: 120e9, duplicate_window: 60e9, metadata: { "patchbay.storage": "99" } };
  await update(bus, newer);
  await migrate(bus);
  assert.equal((await info(bus, "EVENTS")).config.max_age, 120e9);
});

Deno.test("a server with little room gets smaller limits, and what was there keeps its own", async () => {
  const storeDir = await Deno.makeTempDir();
  try {
    const config = `jetstream: { store_dir: ${JSON.stringify(storeDir)}, max_file_store: 1GB }`;
    await using nats = await startTestNats({ config });
    const bus = await nats.connect("test");
    const bytes = 300 * 1024 * 1024;
    await callApi(bus, "STREAM.CREATE.RUNS", { name: "RUNS", subjects: ["patchbay.v1.run.>"], max_bytes: bytes }, Any);
    await migrate(bus);
    await migrate(bus);
    assert.equal((await info(bus, "RUNS")).config.max_bytes, bytes);
    const { config: assets } = await info(bus, "OBJ_assets");
    assert.ok(assets.max_bytes > 0 && assets.max_bytes < 1024 ** 3, `${assets.max_bytes}`);
  } finally {
    await Deno.remove(storeDir, { recursive: true });
  }
});
