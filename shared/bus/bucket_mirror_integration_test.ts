import assert from "node:assert/strict";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { openBucket } from "./bucket.ts";
import { mirrorBucket } from "./bucket_mirror.ts";
import { until, withCode } from "./bus_fixture.ts";
import { migrate } from "./migrate.ts";

const Numbers = z.object({ n: z.number() });

Deno.test("a mirror shows what is there when it is made, and each change before it is told", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const bucket = await openBucket(bus, "manifests", Numbers);
  await bucket.put("blender.ws-01", { n: 1 });
  await bucket.put("ableton.ws-01", { n: 2 });
  const told: string[] = [];
  await using mirror = await mirrorBucket(bus, "manifests", Numbers, {
    filter: "blender.*",
    onChange: ({ kind, key }) => told.push(`${kind} ${key}`),
  });
  assert.deepEqual([...mirror.values].map(([key, { value }]) => [key, value.n]), [["blender.ws-01", 1]]);
  told.length = 0;
  await bucket.put("blender.ws-02", { n: 3 });
  await bucket.delete("blender.ws-01");
  await until(() => told.length === 2);
  assert.deepEqual([...mirror.values.keys()], ["blender.ws-02"]);
  assert.deepEqual(told, ["put blender.ws-02", "delete blender.ws-01"]);
});

Deno.test("a mirror ends with its signal, and cannot be made of what is not there", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await assert.rejects(mirrorBucket(bus, "manifests", Numbers), withCode("BUS_UNAVAILABLE"));
  await migrate(bus, { storage: "memory" });
  const abort = new AbortController();
  const mirror = await mirrorBucket(bus, "manifests", Numbers, { signal: abort.signal });
  abort.abort();
  assert.equal(await mirror.ended, undefined);
});
