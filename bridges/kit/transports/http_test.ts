import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { httpTransport, type HttpTransportOptions } from "./http.ts";
import { MAX_BODY_BYTES } from "./http_post.ts";
import { testHost, type TestRpcServer, testRpcServer } from "./test_http.ts";
import type { Transport } from "./transport.ts";

const never = new AbortController().signal;
const events = { onNotification() {} };
const code = (expected: string, text = /./) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && text.test(error.message);

const healthy = (method: string) => method === "health" ? { version: "2025.1", protocol: 1 } : undefined;

async function linked(
  server: TestRpcServer,
  options: Partial<HttpTransportOptions> = {},
): Promise<Transport> {
  return await httpTransport({ url: server.url, ...options })(testHost(), events);
}

Deno.test("a request is answered over one connection that is kept, and health says who is there", async () => {
  await using server = testRpcServer(({ method, params }) => healthy(method) ?? { doubled: Number(params["n"]) * 2 });
  await using transport = await linked(server);
  assert.deepEqual(transport.peer, { appVersion: "2025.1", protocol: "1", capabilities: {} });
  for (const n of [1, 2, 3]) {
    assert.deepEqual(await transport.request("double", { n }, { signal: never }), { doubled: n * 2 });
  }
  assert.equal(server.connections.size, 1);
});

Deno.test("the application is asked one thing at a time, in order", async () => {
  await using server = testRpcServer(async ({ method }) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return healthy(method) ?? {};
  });
  await using transport = await linked(server);
  const names = Array.from({ length: 5 }, (_, i) => `m${i}`);
  await Promise.all(names.map((name) => transport.request(name, {}, { signal: never })));
  assert.equal(server.load.most, 1);
  assert.deepEqual(server.calls.map(({ method }) => method), ["health", ...names]);
});

Deno.test("no proxy gets to see what is said on this machine", async () => {
  await using proxy = testRpcServer(() => new Response("proxied"));
  await using server = testRpcServer(({ method }) => healthy(method));
  Deno.env.set("HTTP_PROXY", proxy.url);
  try {
    await using transport = await linked(server);
    await transport.request("any", {}, { signal: never });
  } finally {
    Deno.env.delete("HTTP_PROXY");
  }
  assert.equal(proxy.calls.length, 0);
});

Deno.test("a wrong token is LINK_REFUSED, the right one is not", async () => {
  await using server = testRpcServer(({ method }) => healthy(method), { token: "right" });
  await assert.rejects(linked(server, { token: "wrong" }), code("LINK_REFUSED", /refuses the token/));
  await using _transport = await linked(server, { token: "right" });
});

Deno.test("an older and a newer protocol are refused with both versions", async () => {
  for (const protocol of [0, 3]) {
    await using server = testRpcServer(() => ({ version: "1", protocol }));
    await assert.rejects(
      linked(server, { protocols: { oldest: 1, newest: 2 } }),
      code("UNSUPPORTED_VERSION", new RegExp(`speaks protocol ${protocol}, this bridge 1 to 2`)),
    );
  }
});

Deno.test("where nobody listens it says so, with the address and what to do", async () => {
  const server = testRpcServer();
  await server[Symbol.asyncDispose]();
  await assert.rejects(linked(server), (error) => {
    assert.ok(code("APP_NOT_CONNECTED", new RegExp(new URL(server.url).host))(error));
    return /Start the application and its server/.test((error as PatchbayError).remedy);
  });
});

Deno.test("an address elsewhere is refused unless it is asked for, and then it takes TLS", () => {
  assert.throws(
    () => httpTransport({ url: "http://192.0.2.1/" }),
    code("INVALID_CONFIGURATION", /not on this machine/),
  );
  assert.throws(() => httpTransport({ url: "http://192.0.2.1/", remote: true }), code("INVALID_CONFIGURATION"));
  assert.throws(() => httpTransport({ url: "http://u:p@127.0.0.1/" }), code("INVALID_CONFIGURATION", /password/));
});

Deno.test("the application's own error comes with its code and context", async () => {
  const problem = { code: "NOT_FOUND", context: { available: ["Hero"] } };
  await using server = testRpcServer(({ method, id }) =>
    healthy(method) ?? Response.json({ jsonrpc: "2.0", id, error: { code: -32021, message: "no Cube", data: problem } })
  );
  await using transport = await linked(server);
  await assert.rejects(transport.request("x", {}, { signal: never }), (error) => {
    assert.ok(code("NOT_FOUND", /no Cube/)(error));
    assert.deepEqual((error as PatchbayError).context, { available: ["Hero"] });
    return true;
  });
});

const rpc = (id: unknown, more: object) => JSON.stringify({ jsonrpc: "2.0", id, ...more });
for (
  const [what, answer, expected, text] of [
    ["a page", () => new Response("<html>"), "INVALID_RESULT", /status 200, and no JSON-RPC/],
    ["half a message", () => new Response('{"jsonrpc":"2.0","id":'), "INVALID_RESULT", /no JSON-RPC/],
    ["two answers", (id) => new Response(rpc(id, { result: 1 }) + rpc(id, { result: 2 })), "INVALID_RESULT", /./],
    ["a batch", (id) => Response.json([{ jsonrpc: "2.0", id, result: 1 }]), "INVALID_RESULT", /./],
    [
      "another request's answer",
      () => new Response(rpc(99, { result: 1 })),
      "INVALID_RESULT",
      /request 99 instead of 2/,
    ],
    ["neither result nor error", (id) => new Response(rpc(id, {})), "INVALID_RESULT", /neither/],
    ["bytes that are no UTF-8", () => new Response(new Uint8Array([0x22, 0xc3, 0x28, 0x22])), "INVALID_RESULT", /./],
    ["a redirect", () => Response.redirect("http://127.0.0.1:1/"), "LINK_REFUSED", /elsewhere \(302\)/],
    ["a broken server", () => new Response("oops", { status: 500 }), "INVALID_RESULT", /status 500/],
  ] satisfies [string, (id: unknown) => Response, string, RegExp][]
) {
  Deno.test(`${what} is ${expected}, and the next request is answered`, async () => {
    await using server = testRpcServer(({ method, id }) => method === "bad" ? answer(id) : healthy(method) ?? {});
    await using transport = await linked(server);
    await assert.rejects(transport.request("bad", {}, { signal: never }), code(expected, text));
    assert.deepEqual(await transport.request("good", {}, { signal: never }), {});
  });
}

Deno.test("64 MiB go both ways; a byte more is PAYLOAD_TOO_LARGE in either", async () => {
  const around = rpc(2, { method: "echo", params: { text: "" } }).length;
  await using server = testRpcServer(({ method, params, id }) =>
    method === "flood" ? new Response(new Uint8Array(MAX_BODY_BYTES + 1)) : healthy(method) ??
      new Response(rpc(id, { result: params["text"] }))
  );
  await using transport = await linked(server);
  const text = "x".repeat(MAX_BODY_BYTES - around);
  assert.equal(await transport.request("echo", { text }, { signal: never }), text);
  const more = { text: `${text}${"x".repeat(100)}` };
  await assert.rejects(transport.request("echo", more, { signal: never }), code("PAYLOAD_TOO_LARGE", /send/));
  await assert.rejects(transport.request("flood", {}, { signal: never }), code("PAYLOAD_TOO_LARGE", /read/));
  assert.deepEqual(await transport.request("health", {}, { signal: never }), healthy("health"));
});

Deno.test("a request that is never answered ends at its deadline, or when it is cancelled", async () => {
  const gate = Promise.withResolvers<void>();
  await using server = testRpcServer(({ method }) => healthy(method) ?? gate.promise);
  await using transport = await linked(server);
  const late = transport.request("hold", {}, { signal: never, deadline: Date.now() + 20 });
  await assert.rejects(late, code("DEADLINE_EXCEEDED", /hold/));
  const cancel = new AbortController();
  const held = transport.request("hold", {}, { signal: cancel.signal });
  const waiting = transport.request("never sent", {}, { signal: cancel.signal });
  cancel.abort(new PatchbayError("CANCELLED", "enough"));
  // it cannot be told, and nobody says how far it came
  await assert.rejects(held, code("OUTCOME_UNKNOWN", /run hold was cancelled after it was sent/));
  await assert.rejects(waiting, code("CANCELLED"));
  gate.resolve();
  assert.deepEqual(await transport.ping?.(), healthy("health"));
  assert.ok(!server.calls.some(({ method }) => method === "never sent"));
});

Deno.test("a server that dies in the middle of an answer is APP_CRASHED, one that is gone APP_NOT_CONNECTED", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const dying = (async () => {
    const { value: connection } = await listener[Symbol.asyncIterator]().next();
    await connection?.read(new Uint8Array(10_000));
    const body = rpc(1, { result: { version: "1" } });
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`;
    await connection?.write(new TextEncoder().encode(head + body));
    await connection?.read(new Uint8Array(10_000));
    await connection?.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"));
    connection?.close();
    listener.close();
  })();
  const open = httpTransport({ url: `http://127.0.0.1:${listener.addr.port}/` });
  await using transport = await open(testHost(), events);
  await assert.rejects(transport.request("x", {}, { signal: never }), code("APP_CRASHED", /did not finish its answer/));
  assert.equal((await transport.closed).code, "APP_CRASHED");
  await dying;
  await assert.rejects(open(testHost(), events), code("APP_NOT_CONNECTED"));
});

Deno.test("what is told needs no answer", async () => {
  const told = Promise.withResolvers<unknown>();
  await using server = testRpcServer((call) => {
    if (call.method === "note") told.resolve(call);
    return healthy(call.method);
  });
  await using transport = await linked(server);
  transport.notify("note", { text: "hello" });
  assert.deepEqual(await told.promise, { jsonrpc: "2.0", method: "note", params: { text: "hello" } });
});
