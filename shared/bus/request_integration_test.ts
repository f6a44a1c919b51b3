import assert from "node:assert/strict";
import { envelope, HEADERS, PatchbayError, UnavailableError, ValidationError } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { untilConnected, withCode } from "./bus_fixture.ts";
import { type Call, endpoint } from "./endpoint.ts";
import { request, type RequestOptions } from "./request.ts";
import { startService } from "./service.ts";

const Numbers = z.looseObject({ n: z.number() });
type Numbers = z.infer<typeof Numbers>;

const SUBJECT = "patchbay.v1.cmd.counter.ws-01.increment";

function ask(bus: Bus, n: unknown = 1, options: Partial<RequestOptions<typeof Numbers>> = {}) {
  const message = envelope({ type: "command", payload: { n }, source: "test" });
  return request(bus, SUBJECT, message, { payload: Numbers, absent: "BRIDGE_OFFLINE", timeoutMs: 5_000, ...options });
}

function serve(bus: Bus, handler: (call: Call<Numbers>) => unknown) {
  return startService(bus, {
    name: "counter",
    version: "1.0.0",
    description: "counts",
    source: "counter.ws-01",
    graceMs: 100,
    endpoints: [endpoint({ name: "increment", subject: SUBJECT, payload: Numbers, type: "result", handler })],
  });
}

/** A handler that has been called and does not end before its signal fires. */
function hanging() {
  const called = Promise.withResolvers<Call<Numbers>>();
  const handler = (call: Call<Numbers>) => {
    called.resolve(call);
    return new Promise((_, reject) => call.signal.addEventListener("abort", () => reject(call.signal.reason)));
  };
  return { handler, called: called.promise };
}

Deno.test("a request is answered, and its correlation id, cause and deadline are passed on", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const calls: Call<Numbers>[] = [];
  await using _service = await serve(bus, (call) => {
    calls.push(call);
    return { n: call.payload.n + 1 };
  });
  const message = envelope({ type: "command", payload: { n: 41 }, source: "test" });
  const before = Date.now();
  const reply = await request(bus, SUBJECT, message, {
    payload: Numbers,
    absent: "BRIDGE_OFFLINE",
    timeoutMs: 5_000,
    priority: "high",
    headers: { "X-Extra": "yes" },
  });
  assert.equal(reply.payload.n, 42);
  assert.equal(reply.type, "result");
  assert.equal(reply.metadata.source, "counter.ws-01");
  assert.equal(reply.metadata.target, "test");
  assert.equal(reply.metadata.correlationId, message.metadata.correlationId);
  assert.equal(reply.metadata.causationId, message.id);
  const [call] = calls;
  assert.ok(call?.deadline !== undefined && call.deadline >= before + 5_000 && call.deadline <= Date.now() + 5_000);
  assert.equal(call.headers.get(HEADERS.priority), "high");
  assert.equal(call.headers.get(HEADERS.correlationId), message.metadata.correlationId);
  assert.equal(call.headers.get("X-Extra"), "yes");
});

Deno.test("a request to nobody fails at once with what the absence means", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  // were it not at once, the deadline of a minute would be far past the test's own patience
  const error = await ask(bus, 1, { timeoutMs: 60_000 }).catch((error) => error);
  assert.ok(error instanceof UnavailableError);
  assert.equal(error.code, "BRIDGE_OFFLINE");
  assert.match(error.message, /^Cannot ask counter\.ws-01 for increment: nobody answers there$/);
  await assert.rejects(ask(bus, 1, { absent: "SERVICE_UNAVAILABLE" }), withCode("SERVICE_UNAVAILABLE"));
});

Deno.test("a handler that does not end is given up at the deadline, and its signal fires", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const { handler, called } = hanging();
  await using _service = await serve(bus, handler);
  await assert.rejects(ask(bus, 1, { timeoutMs: 200 }), withCode("DEADLINE_EXCEEDED"));
  const { signal } = await called;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  assert.ok(withCode("DEADLINE_EXCEEDED")(signal.reason));
});

Deno.test("a request ends when its caller's signal fires, before and after it was sent", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const { handler, called } = hanging();
  await using _service = await serve(bus, handler);
  const abort = new AbortController();
  const asking = ask(bus, 1, { signal: abort.signal });
  await called;
  abort.abort(new Error("the person pressed Escape"));
  await assert.rejects(asking, withCode("CANCELLED"));
  await assert.rejects(ask(bus, 1, { signal: AbortSignal.abort() }), withCode("CANCELLED"));
});

Deno.test("what a handler throws arrives as the same error", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using _service = await serve(bus, () => {
    throw new PatchbayError("NOT_FOUND", "Cannot find object 'Hero'", {
      context: { available: ["Cube"] },
      issues: [{ path: ["args", "name"], message: "unknown" }],
    });
  });
  const error = await ask(bus).catch((error) => error);
  assert.ok(withCode("NOT_FOUND")(error));
  assert.equal(error.message, "Cannot find object 'Hero'");
  assert.deepEqual(error.context, { available: ["Cube"] });
  assert.deepEqual(error.issues, [{ path: ["args", "name"], message: "unknown" }]);
});

Deno.test("an unforeseen throw, at once or later, arrives as INTERNAL without its text", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using _service = await serve(bus, async ({ payload }) => {
    if (payload.n === 1) throw new Error("secret path /home/artist");
    await Promise.resolve();
    throw new TypeError("secret");
  });
  for (const n of [1, 2]) {
    const error = await ask(bus, n).catch((error) => error);
    assert.ok(withCode("INTERNAL")(error));
    assert.ok(!error.message.includes("secret"));
  }
});

Deno.test("a payload that does not fit is refused on both sides with where it does not", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using _service = await serve(bus, () => ({ n: "not a number" }));
  const refusedThere = await ask(bus, "x").catch((error) => error);
  assert.ok(refusedThere instanceof ValidationError);
  assert.deepEqual(refusedThere.issues[0]?.path, ["payload", "n"]);
  const refusedHere = await ask(bus, 1).catch((error) => error);
  assert.ok(refusedHere instanceof ValidationError);
  assert.equal(refusedHere.code, "INVALID_MESSAGE");
});

Deno.test("bytes that are no message are answered with a problem, and do not disturb the service", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using service = await serve(bus, ({ payload }) => payload);
  for (
    const bytes of [new Uint8Array([0xff, 0xfe]), new TextEncoder().encode("[".repeat(50_000)), new Uint8Array()]
  ) {
    const outcome = await bus.inbox.exchange({ subject: SUBJECT, data: bytes, headers: {}, timeoutMs: 5_000 });
    assert.ok(outcome.kind === "reply");
    assert.equal(outcome.message.headers?.get(HEADERS.serviceErrorCode), "400");
  }
  assert.equal((await ask(bus, 7)).payload.n, 7);
  assert.equal(service.stats().endpoints[0]?.num_errors, 3);
});

Deno.test("an answer that is too large arrives as PAYLOAD_TOO_LARGE instead of as silence", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using _service = await serve(bus, () => ({ n: 1, text: "x".repeat(bus.maxPayload) }));
  await assert.rejects(ask(bus), withCode("PAYLOAD_TOO_LARGE"));
});

Deno.test("a request of exactly the largest size passes, and one byte more is refused with the limit", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await using _service = await serve(bus, ({ payload }) => ({ n: payload.n }));
  const send = (padding: number) => {
    const message = envelope({ type: "command", payload: { n: 1, padding: "x".repeat(padding) }, source: "test" });
    return request(bus, SUBJECT, message, { payload: Numbers, absent: "BRIDGE_OFFLINE", timeoutMs: 5_000 });
  };
  const tooLarge = await send(bus.maxPayload).catch((error) => error);
  assert.ok(withCode("PAYLOAD_TOO_LARGE")(tooLarge));
  assert.equal(tooLarge.context.limitBytes, bus.maxPayload);
  const exact = bus.maxPayload - (tooLarge.context.sizeBytes - bus.maxPayload);
  assert.equal((await send(exact - 1)).payload.n, 1);
  assert.equal((await send(exact)).payload.n, 1);
  await assert.rejects(send(exact + 1), withCode("PAYLOAD_TOO_LARGE"));
  assert.equal((await send(1)).payload.n, 1, "the connection is still good");
});

Deno.test("a request on a subject that is not allowed fails at once, and names it", async () => {
  await using nats = await startTestNats({
    users: [{
      user: "guest",
      password: "guest",
      permissions: { publish: { allow: ["patchbay.v1.svc.>"] }, subscribe: { allow: ["_INBOX_guest.>"] } },
    }],
  });
  const bus = await nats.connect("guest", { user: "guest", password: "guest", inboxPrefix: "_INBOX_guest" });
  const error = await ask(bus, 1, { timeoutMs: 60_000 }).catch((error) => error);
  assert.ok(withCode("FORBIDDEN")(error));
  assert.equal(error.context.subject, SUBJECT);
  await using elsewhere = await nats.connect("guest", { user: "guest", password: "guest" });
  await assert.rejects(
    request(elsewhere, "patchbay.v1.svc.a.b", envelope({ type: "command", payload: {}, source: "guest" }), {
      payload: Numbers,
      absent: "SERVICE_UNAVAILABLE",
      timeoutMs: 60_000,
    }),
    withCode("FORBIDDEN"),
    "replies cannot come to an inbox that is not ours",
  );
});

Deno.test("a request that was sent before the broker died ends at its deadline, or with the late answer", async () => {
  await using nats = await startTestNats();
  const [client, server] = [await nats.connect("client"), await nats.connect("server")];
  const { handler, called } = hanging();
  const release = Promise.withResolvers<void>();
  const waiting = Promise.withResolvers<void>();
  await using _service = await serve(server, async (call) => {
    if (call.payload.n === 1) return await handler(call);
    waiting.resolve();
    await release.promise;
    return { n: call.payload.n };
  });
  const lost = ask(client, 1, { timeoutMs: 1_000 });
  const late = ask(client, 2, { timeoutMs: 30_000 });
  await Promise.all([called, waiting.promise]);
  const lostEnds = assert.rejects(lost, withCode("DEADLINE_EXCEEDED"));
  await nats.kill();
  await nats.restart();
  await Promise.all([untilConnected(client), untilConnected(server)]);
  // its inbox is known again
  await client.nc.flush();
  release.resolve();
  assert.equal((await late).payload.n, 2);
  await lostEnds;
});

Deno.test("a request while the bus is away waits for it, and fails with BUS_UNAVAILABLE at its deadline", async () => {
  await using nats = await startTestNats();
  const [client, server] = [await nats.connect("client"), await nats.connect("server")];
  await using service = await serve(server, ({ payload }) => payload);
  await nats.kill();
  await untilConnected(client, false);
  await assert.rejects(ask(client, 1, { timeoutMs: 100 }), withCode("BUS_UNAVAILABLE"));
  const abort = new AbortController();
  const cancelled = assert.rejects(ask(client, 1, { signal: abort.signal }), withCode("CANCELLED"));
  abort.abort();
  await cancelled;
  const waiting = retryWhileOffline(() => ask(client, 3, { timeoutMs: 30_000 }));
  await nats.restart();
  assert.equal((await waiting).payload.n, 3);
  assert.equal(service.stats().endpoints[0]?.num_requests, 1);
});

Deno.test("an answer that comes after its request was given up is counted, and disturbs nobody", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const release = Promise.withResolvers<void>();
  await using _service = await serve(bus, async ({ payload }) => {
    if (payload.n === 1) await release.promise;
    return payload;
  });
  await assert.rejects(ask(bus, 1, { timeoutMs: 50 }), withCode("DEADLINE_EXCEEDED"));
  release.resolve();
  assert.equal((await ask(bus, 2)).payload.n, 2);
  assert.equal(bus.inbox.late, 1);
});

/** The service may come back a moment after the client. */
async function retryWhileOffline<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PatchbayError) || error.code !== "BRIDGE_OFFLINE") throw error;
    }
  }
}
