import assert from "node:assert/strict";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { until, untilConnected, withCode } from "./bus_fixture.ts";
import { callApi } from "./jetstream_api.ts";
import { openStore } from "./key_value.ts";
import { acquireLease, type Lease, leaseHolder } from "./lease.ts";
import { migrate } from "./migrate.ts";

/** Waits until the lease can be had. */
async function acquired(bus: Bus, key: string, owner: string): Promise<Lease> {
  let lease: Lease | undefined;
  await until(async () => (lease = await acquireLease(bus, key, { owner, ttlMs: 1_000 })) !== undefined);
  assert.ok(lease !== undefined);
  return lease;
}

async function lost({ lost }: Lease): Promise<unknown> {
  if (!lost.aborted) await new Promise((resolve) => lost.addEventListener("abort", resolve, { once: true }));
  return lost.reason;
}

Deno.test("a lease has one holder, and the next one gets a higher fencing token", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const first = await acquired(bus, "run.r1", "first");
  assert.equal(await acquireLease(bus, "run.r1", { owner: "second" }), undefined);
  await using _other = await acquired(bus, "run.r2", "second");
  await first[Symbol.asyncDispose]();
  await using second = await acquired(bus, "run.r1", "second");
  assert.ok(second.revision > first.revision);
  assert.equal(second.lost.aborted, false);
});

Deno.test("a lease that somebody asked for who left at once is free", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  for (let round = 0; round < 60; round++) {
    const leave = new AbortController();
    const asked = acquireLease(bus, `run.r${round}`, { owner: "first", ttlMs: 600_000, signal: leave.signal });
    // before the question is sent, while it is on its way, and after
    for (const from = performance.now(); performance.now() - from < round / 40;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    leave.abort();
    await asked.then((lease) => lease?.[Symbol.asyncDispose](), () => {});
    await using next = await acquireLease(bus, `run.r${round}`, { owner: "second" });
    assert.ok(next !== undefined, `round ${round}`);
  }
});

Deno.test("a lease is renewed for as long as it is held", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using lease = await acquired(bus, "k", "holder");
  const store = openStore(bus, "leases");
  // past three times its time to live by its renewals: they come every third of it
  await until(async () => (await store.last("k"))!.revision >= lease.revision + 9);
  assert.equal(await acquireLease(bus, "k", { owner: "other" }), undefined);
  assert.equal(lease.lost.aborted, false);
});

Deno.test("a holder that cannot renew its lease is told, and somebody else gets it with a higher token", async () => {
  await using nats = await startTestNats();
  const [bus, frozen] = [await nats.connect("test"), await nats.connect("frozen")];
  await migrate(bus);
  await using stale = await acquired(frozen, "k", "frozen");
  // a partition: it can no longer say anything
  await frozen.nc.close();
  assert.ok(withCode("LEASE_LOST")(await lost(stale)));
  await using next = await acquired(bus, "k", "next");
  assert.ok(next.revision > stale.revision);
});

Deno.test("a lease that was taken from its holder is lost at the next renewal, and not given back by it", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const lease = await acquired(bus, "k", "holder");
  await callApi(bus, "STREAM.PURGE.KV_leases", { filter: "$KV.leases.k" }, z.looseObject({}));
  const usurper = await acquired(bus, "k", "usurper");
  assert.ok(withCode("LEASE_LOST")(await lost(lease)));
  await lease[Symbol.asyncDispose]();
  assert.equal(await acquireLease(bus, "k", { owner: "third" }), undefined);
  await usurper[Symbol.asyncDispose]();
});

Deno.test("a holder keeps its lease over a short absence of the broker", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using lease = await acquireLease(bus, "k", { owner: "holder", ttlMs: 20_000 });
  assert.ok(lease !== undefined);
  await nats.kill();
  await untilConnected(bus, false);
  await nats.restart();
  await untilConnected(bus);
  assert.equal(await acquireLease(bus, "k", { owner: "other" }), undefined);
  assert.equal(lease.lost.aborted, false);
});

Deno.test("of many that want one lease, one gets it", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  const leases = await Promise.all(
    Array.from({ length: 20 }, (_, n) => acquireLease(bus, "k", { owner: `replica ${n}` })),
  );
  const held = leases.filter((lease) => lease !== undefined);
  assert.equal(held.length, 1);
  await held[0]?.[Symbol.asyncDispose]();
});

Deno.test("a lease says who has it, and can be taken over from a holder that is known to be gone", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  assert.equal(await leaseHolder(bus, "k"), undefined);
  const first = await acquireLease(bus, "k", { owner: "first", facts: { pid: 7 } });
  const holder = await leaseHolder(bus, "k");
  assert.deepEqual([holder?.owner, holder?.facts["pid"], holder?.revision], ["first", 7, first?.revision]);
  assert.equal(await acquireLease(bus, "k", { owner: "late", over: 1_000 }), undefined);
  await using second = await acquireLease(bus, "k", { owner: "second", over: holder?.revision ?? 0 });
  assert.ok(second !== undefined && first !== undefined && second.revision > first.revision);
  assert.equal((await leaseHolder(bus, "k"))?.owner, "second");
  await first[Symbol.asyncDispose]();
  assert.equal((await leaseHolder(bus, "k"))?.owner, "second", "what was taken over is not given back");
});

Deno.test("a lease is not valid past its time, though nobody has had time to notice", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await migrate(bus);
  await using lease = await acquired(bus, "k", "holder");
  assert.ok(lease.valid());
  // the process stands still, as in SIGSTOP: no timer runs
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_100);
  assert.equal(lease.valid(), false);
});
