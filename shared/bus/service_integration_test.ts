import assert from "node:assert/strict";
import { envelope, HEADERS, newId, PatchbayError, Result, toProblem } from "@patchbay/contracts";
import { currentCorrelationId } from "@patchbay/telemetry";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { rejection, until, withCode } from "./bus_fixture.ts";
import { endpoint, serviceEndpoint } from "./endpoint.ts";
import { toHeaders } from "./headers.ts";
import { callService, request } from "./request.ts";
import { type ServiceDefinition, startService } from "./service.ts";

const Any = z.looseObject({});
const Numbers = z.looseObject({ n: z.number() });

const start = (bus: Bus, endpoints: ServiceDefinition["endpoints"], options: Partial<ServiceDefinition> = {}) =>
  startService(bus, { name: "demo", version: "1.2.3", description: "a demo", source: "demo", endpoints, ...options });

const call = (bus: Bus, verb: string, payload: unknown = {}) =>
  callService(bus, "demo", verb, payload, { result: Any, source: "test", timeoutMs: 5_000 });

/** What discovery answers on a subject. */
async function discover(bus: Bus, subject: string): Promise<unknown> {
  const outcome = await bus.inbox.exchange({ subject, data: new Uint8Array(), headers: {}, timeoutMs: 5_000 });
  return outcome.kind === "reply" ? JSON.parse(outcome.message.string()) : outcome.kind;
}

Deno.test("a service is called by its verbs, and replicas share the calls", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const verb = (replica: string) => serviceEndpoint("demo", "who", { payload: Any, handler: () => ({ replica }) });
  await using first = await start(bus, [verb("first")]);
  await using second = await start(bus, [verb("second")]);
  for (let i = 0; i < 40; i++) await call(bus, "who");
  const counts = [first, second].map((service) => service.stats().endpoints[0]?.num_requests ?? 0);
  assert.equal(counts.reduce((a, b) => a + b), 40, "each call reached one replica");
  assert.ok(counts.every((count) => count > 0), `both worked: ${counts}`);
});

Deno.test("a handler works, and logs, under the caller's correlation id", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using _service = await start(bus, [serviceEndpoint("demo", "whose", {
    payload: Any,
    async handler() {
      await Promise.resolve();
      return { correlationId: currentCorrelationId() };
    },
  })]);
  const ids = [newId(), newId()];
  const answers = await Promise.all(
    ids.map((correlationId) => callService(bus, "demo", "whose", {}, { result: Any, source: "test", correlationId })),
  );
  assert.deepEqual(answers.map((answer) => answer["correlationId"]), ids);
});

Deno.test("a service that is gone is unavailable at once", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const service = await start(bus, [serviceEndpoint("demo", "ping", { payload: Any, handler: () => ({}) })]);
  await call(bus, "ping");
  await service[Symbol.asyncDispose]();
  await service.stopped;
  await assert.rejects(call(bus, "ping"), withCode("SERVICE_UNAVAILABLE"));
});

Deno.test("disposing a service waits for the calls that run, and aborts those that outlast its patience", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const running = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const service = await start(bus, [serviceEndpoint("demo", "slow", {
    payload: Any,
    async handler() {
      running.resolve();
      await release.promise;
      return { done: true };
    },
  })]);
  const answer = call(bus, "slow");
  await running.promise;
  const disposing = service[Symbol.asyncDispose]();
  release.resolve();
  await disposing;
  assert.deepEqual(await answer, { done: true });

  const stuck = Promise.withResolvers<void>();
  const impatient = await start(bus, [serviceEndpoint("demo", "stuck", {
    payload: Any,
    handler: ({ signal }) => {
      stuck.resolve();
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  })], { graceMs: 50 });
  const cut = assert.rejects(call(bus, "stuck"), withCode("SERVICE_UNAVAILABLE"));
  await stuck.promise;
  await impatient[Symbol.asyncDispose]();
  await cut;
});

Deno.test("a service ends when its signal fires", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const abort = new AbortController();
  const service = await start(bus, [serviceEndpoint("demo", "ping", { payload: Any, handler: () => ({}) })], {
    signal: abort.signal,
  });
  abort.abort();
  await service.stopped;
  await assert.rejects(call(bus, "ping"), withCode("SERVICE_UNAVAILABLE"));
});

Deno.test("a late call is dropped and counted, and its handler does not run", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  let calls = 0;
  await using service = await start(bus, [
    serviceEndpoint("demo", "count", { payload: Any, handler: () => ({ n: ++calls }) }),
  ]);
  const message = envelope({ type: "command", payload: {}, source: "test" });
  const headers = toHeaders({ [HEADERS.deadline]: String(Date.now() - 1) });
  bus.nc.publish("patchbay.v1.svc.demo.count", JSON.stringify(message), { headers });
  await call(bus, "count");
  assert.equal(calls, 1);
  const [stats] = service.stats().endpoints;
  assert.equal(stats?.data.late, 1);
  assert.equal(stats?.num_requests, 1);
});

Deno.test("a result that holds a problem carries the error headers, and counts as an error", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const subject = "patchbay.v1.cmd.counter.ws-01.increment";
  const problem = toProblem(new PatchbayError("COMMAND_FAILED", "The counter is stuck"));
  await using service = await start(bus, [endpoint({
    name: "increment",
    subject,
    payload: Any,
    type: "result",
    handler: ({ message }) => ({
      commandId: message.id,
      app: "counter",
      bridge: "ws-01",
      command: "increment",
      startedAt: Date.now(),
      durationMs: 1,
      ok: false,
      problem,
    }),
  })]);
  const message = envelope({ type: "command", payload: {}, source: "test" });
  const options = { payload: Result, absent: "BRIDGE_OFFLINE", timeoutMs: 5_000 } as const;
  const reply = await request(bus, subject, message, options);
  assert.equal(reply.type, "result");
  assert.ok(!reply.payload.ok && reply.payload.problem.code === "COMMAND_FAILED");
  const data = new TextEncoder().encode(JSON.stringify(message));
  const raw = await bus.inbox.exchange({ subject, data, headers: {}, timeoutMs: 5_000 });
  assert.ok(raw.kind === "reply");
  assert.equal(raw.message.headers?.get(HEADERS.serviceErrorCode), "422");
  assert.equal(raw.message.headers?.get(HEADERS.serviceError), problem.title);
  const [stats] = service.stats().endpoints;
  assert.equal(stats?.num_errors, 2);
  assert.equal(stats?.last_error, "422:COMMAND_FAILED: The counter is stuck");
});

Deno.test("discovery answers to everybody, by name, and by name and id", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using service = await start(bus, [
    serviceEndpoint("demo", "double", { payload: Numbers, handler: ({ payload }) => ({ n: payload.n * 2 }) }),
  ], { metadata: { host: "here" } });
  await call(bus, "double", { n: 1 });
  const identity = { name: "demo", id: service.id, version: "1.2.3", metadata: { host: "here" } };
  for (const subject of ["$SRV.PING", "$SRV.PING.demo", `$SRV.PING.demo.${service.id}`]) {
    assert.deepEqual(await discover(bus, subject), { type: "io.nats.micro.v1.ping_response", ...identity });
  }
  assert.equal(await discover(bus, "$SRV.PING.other"), "nobody");
  const Info = z.object({
    type: z.literal("io.nats.micro.v1.info_response"),
    id: z.literal(service.id),
    description: z.literal("a demo"),
    endpoints: z.tuple([z.object({
      name: z.literal("double"),
      subject: z.literal("patchbay.v1.svc.demo.double"),
      queue_group: z.literal("demo"),
      metadata: z.object({ format: z.literal("application/json"), request_schema: z.string() }),
    })]),
  });
  const info = Info.parse(await discover(bus, "$SRV.INFO.demo"));
  const schema = JSON.parse(info.endpoints[0].metadata.request_schema);
  assert.deepEqual(schema.properties, { n: { type: "number" } });
  const Stats = z.object({
    type: z.literal("io.nats.micro.v1.stats_response"),
    started: z.iso.datetime(),
    endpoints: z.tuple([z.object({ num_requests: z.literal(1), num_errors: z.literal(0), last_error: z.literal("") })]),
  });
  Stats.parse(await discover(bus, `$SRV.STATS.demo.${service.id}`));
});

Deno.test("the time that is counted is the handler's, to its last await", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const waitMs = 60;
  await using service = await start(bus, [serviceEndpoint("demo", "wait", {
    payload: Any,
    async handler() {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      return {};
    },
  })]);
  await Promise.all([call(bus, "wait"), call(bus, "wait")]);
  const [stats] = service.stats().endpoints;
  assert.ok(stats !== undefined);
  const averageMs = stats.average_processing_time / 1e6;
  // a timer may be a millisecond early; the upper limit only tells nanoseconds from other units
  assert.ok(averageMs > waitMs - 2 && averageMs < waitMs * 100, `${averageMs} ms`);
  assert.equal(stats.average_processing_time, Math.round(stats.processing_time / 2));
});

Deno.test("more calls than an endpoint takes at once are refused, not queued without end", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const release = Promise.withResolvers<void>();
  let running = 0;
  await using _service = await start(bus, [serviceEndpoint("demo", "narrow", {
    payload: Any,
    maxConcurrent: 2,
    async handler() {
      running++;
      await release.promise;
      return {};
    },
  })]);
  const taken = [call(bus, "narrow"), call(bus, "narrow")];
  await until(() => running === 2);
  await assert.rejects(call(bus, "narrow"), withCode("SERVICE_UNAVAILABLE"));
  release.resolve();
  await Promise.all(taken);
});

Deno.test("an endpoint can be added while the service runs", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using service = await start(bus, []);
  await service.addEndpoint(serviceEndpoint("demo", "late_comer", { payload: Any, handler: () => ({ here: true }) }));
  assert.deepEqual(await call(bus, "late_comer"), { here: true });
  assert.equal(service.stats().endpoints[0]?.name, "late_comer");
});

Deno.test("a service that may not listen on its subject does not start, and names it", async () => {
  await using nats = await startTestNats({
    users: [{
      user: "narrow",
      password: "narrow",
      permissions: { publish: {}, subscribe: { deny: ["patchbay.v1.svc.demo.>"] } },
    }],
  });
  const bus = await nats.connect("narrow", { user: "narrow", password: "narrow" });
  const error = await rejection(
    start(bus, [serviceEndpoint("demo", "ping", { payload: Any, handler: () => ({}) })]),
  );
  assert.ok(withCode("FORBIDDEN")(error));
  assert.equal(error.context["subject"], "patchbay.v1.svc.demo.ping");
});

Deno.test("a name or version that services may not have is refused", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await assert.rejects(start(bus, [], { name: "blender.ws-07" }), withCode("INVALID_CONFIGURATION"));
  await assert.rejects(start(bus, [], { version: "one" }), withCode("INVALID_CONFIGURATION"));
  const bad = endpoint({
    name: "a b",
    subject: "patchbay.v1.svc.a.b",
    payload: Any,
    type: "result",
    handler: () => ({}),
  });
  await assert.rejects(start(bus, [bad]), withCode("INVALID_CONFIGURATION"));
  assert.equal(await discover(bus, "$SRV.PING.demo"), "nobody", "nothing is left of what did not start");
});
