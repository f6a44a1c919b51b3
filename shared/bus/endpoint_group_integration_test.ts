import assert from "node:assert/strict";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { until, withCode } from "./bus_fixture.ts";
import { groupedEndpoint } from "./endpoint_group.ts";
import { natsCommand, WITHOUT_NATS_COMMAND } from "./nats_command_fixture.ts";
import { callService } from "./request.ts";
import { startService } from "./service.ts";

const verb = (name: string, handler: () => Promise<unknown> | unknown, token = name) =>
  groupedEndpoint({ name, token, payload: z.looseObject({}), type: "result", handler });

const call = (bus: Bus, name: string) =>
  callService(bus, "demo", name, {}, { result: z.unknown(), source: "test", timeoutMs: 5_000 });

async function grouped(bus: Bus, replica: string, endpoints = [verb("who", () => ({ replica }))]) {
  const about = { name: "demo", version: "1.0.0", description: replica, source: "demo" };
  const service = await startService(bus, { ...about, endpoints: [] });
  const group = await service.addGroup({ prefix: "patchbay.v1.svc.demo", queue: "demo", endpoints });
  return { service, group, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

Deno.test("endpoints of one group share a subscription, and each counts its own calls", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const endpoints = Array.from({ length: 50 }, (_, n) => verb(`verb_${n}`, () => ({ n })));
  await using one = await grouped(bus, "one", [...endpoints, verb("snapshot", () => ({ all: true }), "_snapshot")]);
  assert.deepEqual(await Promise.all([7, 7, 49].map((n) => call(bus, `verb_${n}`))), [{ n: 7 }, { n: 7 }, { n: 49 }]);
  assert.deepEqual(await call(bus, "_snapshot"), { all: true });
  const counted = one.service.stats().endpoints.filter(({ num_requests }) => num_requests > 0);
  assert.deepEqual(counted.map(({ name, subject, num_requests }) => [name, subject, num_requests]), [
    ["verb_7", "patchbay.v1.svc.demo.verb_7", 2],
    ["verb_49", "patchbay.v1.svc.demo.verb_49", 1],
    ["snapshot", "patchbay.v1.svc.demo._snapshot", 1],
  ]);
  assert.equal(one.service.stats().endpoints.length, 51);
});

Deno.test("what a group has no endpoint for is an unknown command", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using _one = await grouped(bus, "one");
  await assert.rejects(call(bus, "whom"), withCode("UNKNOWN_COMMAND"));
  await assert.rejects(call(bus, "constructor"), withCode("UNKNOWN_COMMAND"));
  assert.deepEqual(await call(bus, "who"), { replica: "one" });
});

Deno.test("a group that is left takes nothing new, finishes what it took, and can be joined again", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const gate = Promise.withResolvers<void>();
  let begun = 0;
  const slow = verb("who", async () => {
    begun++;
    await gate.promise;
    return { replica: "one" };
  });
  await using one = await grouped(bus, "one", [slow]);
  const running = call(bus, "who");
  await until(() => begun === 1);
  one.group.leave();
  await assert.rejects(call(bus, "who"), withCode("SERVICE_UNAVAILABLE"));
  await using _two = await grouped(bus, "two");
  for (let n = 0; n < 20; n++) assert.deepEqual(await call(bus, "who"), { replica: "two" });
  gate.resolve();
  assert.deepEqual(await running, { replica: "one" });
  one.group.join();
  await until(async () => JSON.stringify(await call(bus, "who")).includes("one"));
  assert.equal(one.service.stats().endpoints.length, 1, "it is listed all the while");
});

Deno.test("a service that ends waits for the calls of its groups, and joins no more", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const gate = Promise.withResolvers<void>();
  const one = await grouped(bus, "one", [verb("who", () => gate.promise.then(() => ({})))]);
  const running = call(bus, "who");
  await until(() => one.service.stats().endpoints[0]?.data.running === 1);
  const ending = one.service[Symbol.asyncDispose]();
  gate.resolve();
  await ending;
  assert.deepEqual(await running, {});
  one.group.join();
  assert.equal(one.group.joined, false);
  await assert.rejects(call(bus, "who"), withCode("SERVICE_UNAVAILABLE"));
});

Deno.test("a group whose subject this user may not serve is refused", async () => {
  await using nats = await startTestNats({
    users: [{
      user: "narrow",
      password: "narrow",
      permissions: { publish: {}, subscribe: { deny: ["patchbay.v1.svc.demo.>"] } },
    }],
  });
  const bus = await nats.connect("narrow", { user: "narrow", password: "narrow" });
  await assert.rejects(grouped(bus, "one"), withCode("FORBIDDEN"));
});

Deno.test("services of one connection are each found by their id", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using one = await grouped(bus, "one");
  const ask = async (subject: string) => {
    const outcome = await bus.inbox.exchange({ subject, data: new Uint8Array(), headers: {}, timeoutMs: 5_000 });
    return outcome.kind === "reply" ? JSON.parse(outcome.message.string()) : outcome.kind;
  };
  {
    await using two = await grouped(bus, "two");
    assert.equal((await ask(`$SRV.INFO.demo.${two.service.id}`)).description, "two");
    assert.equal((await ask(`$SRV.INFO.demo.${one.service.id}`)).description, "one");
    assert.equal(await ask("$SRV.INFO.demo.other"), "nobody");
  }
  assert.equal((await ask("$SRV.PING")).id, one.service.id);
});

Deno.test({
  name: "`nats micro` lists and measures each endpoint of a group" + WITHOUT_NATS_COMMAND,
  ignore: WITHOUT_NATS_COMMAND !== "",
  async fn() {
    await using server = await startTestNats();
    const bus = await server.connect("test");
    await using _one = await grouped(bus, "one", [verb("who", () => ({})), verb("where", () => ({}))]);
    await call(bus, "who");
    const info = await natsCommand(server.url, "micro", "info", "demo");
    assert.ok(info.includes("patchbay.v1.svc.demo.who") && info.includes("patchbay.v1.svc.demo.where"), info);
    const document = JSON.parse(await natsCommand(server.url, "micro", "stats", "demo", "--json"));
    const Stats = z.object({ endpoints: z.array(z.object({ name: z.string(), num_requests: z.number() })) });
    const { endpoints } = Stats.parse(Array.isArray(document) ? document[0] : document);
    assert.deepEqual(endpoints, [{ name: "who", num_requests: 1 }, { name: "where", num_requests: 0 }]);
  },
});
