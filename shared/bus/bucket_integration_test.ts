import assert from "node:assert/strict";
import { ConflictError } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { type Bucket, type BucketChange, openBucket } from "./bucket.ts";
import type { Bus } from "./bus.ts";
import { untilConnected, withCode } from "./bus_fixture.ts";
import { callApi } from "./jetstream_api.ts";
import { migrate } from "./migrate.ts";
import { type BucketName, bucketStream } from "./streams.ts";

const Numbers = z.object({ n: z.number() });
type Numbers = z.infer<typeof Numbers>;

async function open(bus: Bus, name: BucketName = "plans"): Promise<Bucket<Numbers>> {
  await migrate(bus);
  return await openBucket(bus, name, Numbers);
}

/** Makes a bucket forget its keys after `ttlMs`. */
async function shorten(bus: Bus, name: BucketName, ttlMs: number): Promise<void> {
  const stream = bucketStream(name);
  const { config } = await callApi(
    bus,
    `STREAM.INFO.${stream}`,
    undefined,
    z.looseObject({ config: z.looseObject({}) }),
  );
  const changed = { ...config, max_age: ttlMs * 1e6, duplicate_window: ttlMs * 1e6 };
  await callApi(bus, `STREAM.UPDATE.${stream}`, changed, z.looseObject({}));
}

const short = (change: BucketChange<Numbers>) =>
  change.kind === "ready" ? "ready" : `${change.kind} ${change.key}${change.value ? ` ${change.value.n}` : ""}`;

/** A watcher whose changes are taken one after the other. */
function watching(bucket: Bucket<Numbers>, options: { filter?: string } = {}) {
  const abort = new AbortController();
  const changes = bucket.watch({ ...options, signal: abort.signal })[Symbol.asyncIterator]();
  return {
    async take(count: number): Promise<string[]> {
      const taken: string[] = [];
      while (taken.length < count) {
        const { done, value } = await changes.next();
        if (done) break;
        taken.push(short(value));
      }
      return taken;
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await changes.return?.();
    },
  };
}

Deno.test("a value is created, read, updated by its revision, and deleted", async () => {
  await using nats = await startTestNats();
  const bucket = await open(await nats.connect("test"));
  assert.equal(await bucket.get("p1"), undefined);
  const revision = await bucket.create("p1", { n: 1 });
  assert.deepEqual(await bucket.get("p1"), { value: { n: 1 }, revision });
  await assert.rejects(bucket.create("p1", { n: 2 }), withCode("CONFLICT"));
  const next = await bucket.update("p1", { n: 2 }, revision);
  await assert.rejects(bucket.update("p1", { n: 3 }, revision), withCode("CONFLICT"));
  await assert.rejects(bucket.delete("p1", revision), withCode("CONFLICT"));
  await bucket.delete("p1", next);
  assert.equal(await bucket.get("p1"), undefined);
  assert.deepEqual(await bucket.entries(), []);
  assert.ok(await bucket.create("p1", { n: 4 }) > next, "a deleted key can be created again");
});

Deno.test("entries are all values, or those whose keys match", async () => {
  await using nats = await startTestNats();
  const bucket = await open(await nats.connect("test"));
  await bucket.put("blender.ws-01", { n: 1 });
  await bucket.put("blender.ws-02", { n: 2 });
  await bucket.put("ableton.ws-01", { n: 3 });
  await bucket.put("blender.ws-01", { n: 4 });
  const keys = async (filter?: string) => (await bucket.entries(filter)).map(({ key, value }) => `${key} ${value.n}`);
  assert.deepEqual(await keys(), ["blender.ws-02 2", "ableton.ws-01 3", "blender.ws-01 4"]);
  assert.deepEqual(await keys("blender.*"), ["blender.ws-02 2", "blender.ws-01 4"]);
  assert.deepEqual(await keys("touchdesigner.*"), []);
  for (const key of ["", "a b", "a..b", ".a", "a.", "*", "a.>", "$x"]) {
    await assert.rejects(async () => await bucket.put(key, { n: 1 }), TypeError, key);
  }
});

Deno.test("of fifty writers on one key, none loses an update", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const bucket = await open(bus);
  await bucket.create("counter", { n: 0 });
  const increment = async (): Promise<void> => {
    for (;;) {
      const found = await bucket.get("counter");
      assert.ok(found !== undefined);
      try {
        await bucket.update("counter", { n: found.value.n + 1 }, found.revision);
        return;
      } catch (error) {
        if (!(error instanceof ConflictError)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: 50 }, increment));
  assert.equal((await bucket.get("counter"))?.value.n, 50);
});

Deno.test("of two who create one key, one wins", async () => {
  await using nats = await startTestNats();
  const bucket = await open(await nats.connect("test"));
  const outcomes = await Promise.allSettled([bucket.create("k", { n: 1 }), bucket.create("k", { n: 2 })]);
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
});

Deno.test("a watcher gets what is there, then `ready`, then what changes", async () => {
  await using nats = await startTestNats();
  const bucket = await open(await nats.connect("test"));
  await bucket.put("a.x", { n: 1 });
  await bucket.put("b.x", { n: 2 });
  await bucket.put("gone", { n: 3 });
  await bucket.delete("gone");
  await using all = watching(bucket);
  await using some = watching(bucket, { filter: "a.*" });
  assert.deepEqual(await all.take(3), ["put a.x 1", "put b.x 2", "ready"]);
  assert.deepEqual(await some.take(2), ["put a.x 1", "ready"]);
  await bucket.put("a.x", { n: 4 });
  await bucket.delete("b.x");
  await bucket.put("a.y", { n: 5 });
  assert.deepEqual(await all.take(3), ["put a.x 4", "delete b.x", "put a.y 5"]);
  assert.deepEqual(await some.take(2), ["put a.x 4", "put a.y 5"]);
});

Deno.test("a watcher of an empty bucket is ready at once", async () => {
  await using nats = await startTestNats();
  await using empty = watching(await open(await nats.connect("test")));
  assert.deepEqual(await empty.take(1), ["ready"]);
});

Deno.test("a watcher sees a presence that is no longer renewed expire", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const presence = await open(bus, "presence");
  await shorten(bus, "presence", 1_000);
  await using watcher = watching(presence);
  assert.deepEqual(await watcher.take(1), ["ready"]);
  await presence.put("blender.ws-01", { n: 1 });
  assert.deepEqual(await watcher.take(2), ["put blender.ws-01 1", "delete blender.ws-01"]);
  assert.equal(await presence.get("blender.ws-01"), undefined);
  assert.deepEqual(await presence.entries(), []);
  await presence.create("blender.ws-01", { n: 2 });
});

Deno.test("a watcher is told what changed while the broker was away, also what went without a trace", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const bucket = await open(bus);
  for (const key of ["kept", "changed", "removed"]) await bucket.put(key, { n: 1 });
  await using watcher = watching(bucket);
  assert.equal((await watcher.take(4)).at(-1), "ready");
  await nats.kill();
  await untilConnected(bus, false);
  await nats.restart();
  await untilConnected(bus);
  await bucket.put("changed", { n: 2 });
  const purge = { filter: "$KV.plans.removed" };
  await callApi(bus, `STREAM.PURGE.${bucketStream("plans")}`, purge, z.looseObject({}));
  await bucket.put("last", { n: 3 });
  const changes = new Set(await watcher.take(3));
  assert.deepEqual(changes, new Set(["put changed 2", "delete removed", "put last 3"]));
});

Deno.test("a value of another kind is an error to who asks for it, and left out elsewhere", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const bucket = await open(bus);
  await bucket.put("good", { n: 1 });
  await bus.js.publish("$KV.plans.bad", `{"n": "one"}`);
  await bus.js.publish("$KV.plans.worse", new Uint8Array([0xff]));
  await assert.rejects(bucket.get("bad"), withCode("INVALID_MESSAGE"));
  await assert.rejects(bucket.get("worse"), withCode("INVALID_MESSAGE"));
  assert.deepEqual((await bucket.entries()).map(({ key }) => key), ["good"]);
  await using watcher = watching(bucket);
  assert.deepEqual(await watcher.take(2), ["put good 1", "ready"]);
});

Deno.test("a bucket that was never made is an error at once", async () => {
  await using nats = await startTestNats();
  await assert.rejects(openBucket(await nats.connect("test"), "plans", Numbers), withCode("BUS_UNAVAILABLE"));
});
