import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { openMcp } from "./mod.ts";
import { testHost, testMcp } from "./test_mcp.ts";

const code = (expected: string, message = /./) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);

interface Rpc {
  id?: number;
  method: string;
  params?: Record<string, unknown>;
}

interface TestServer extends AsyncDisposable {
  url: string;
  headers: Headers[];
}

/** A server of 2025 over HTTP. @param call answers a `tools/call` */
function server(call: (id: unknown, name: string) => Response | Promise<Response>): TestServer {
  const headers: Headers[] = [];
  const stop = new AbortController();
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: stop.signal },
    async (request) => {
      headers.push(new Headers(request.headers));
      if (request.method !== "POST") return new Response(null, { status: 405 });
      const { id, method, params }: Rpc = await request.json();
      if (id === undefined) return new Response(null, { status: 202 });
      if (method === "tools/call") return await call(id, String(params?.["name"]));
      if (method !== "initialize") return Response.json({ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } });
      const serverInfo = { name: "test", version: "9.9" };
      return Response.json({
        jsonrpc: "2.0",
        id,
        result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo },
      });
    },
  );
  return {
    url: `http://127.0.0.1:${http.addr.port}/mcp`,
    headers,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await http.finished;
    },
  };
}

const answer = (id: unknown, text: string) => ({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } });

Deno.test("a tool is called over HTTP, with the server's own token and nothing of ours", async () => {
  await using http = server((id, name) => Response.json(answer(id, name)));
  await using test = await testMcp({ http: { url: http.url, token: "theirs" } });
  assert.equal(test.mcp.peer.appVersion, "9.9");
  assert.equal(await test.text("echo"), "echo");
  for (const headers of http.headers) {
    assert.equal(headers.get("authorization"), "Bearer theirs");
    for (const name of ["cookie", "traceparent", "origin"]) assert.equal(headers.get(name), null);
  }
});

Deno.test("an answer as a stream of events is read, one that grows too large is not", async () => {
  const block = new TextEncoder().encode("x".repeat(1024 * 1024));
  await using http = server((id, name) => {
    if (name === "echo") {
      const event = `event: message\ndata: ${JSON.stringify(answer(id, "streamed"))}\n\n`;
      return new Response(event, { headers: { "content-type": "text/event-stream" } });
    }
    let sent = 0;
    const body = new ReadableStream({
      pull: (controller) => sent++ < 80 ? controller.enqueue(block) : controller.close(),
    });
    const type = name === "large json" ? "application/json" : "text/event-stream";
    return new Response(body, { headers: { "content-type": type } });
  });
  for (const large of ["large json", "large event"]) {
    await using test = await testMcp({ http: { url: http.url } });
    assert.equal(await test.text("echo"), "streamed");
    await assert.rejects(test.text(large), code("PAYLOAD_TOO_LARGE"));
  }
});

Deno.test("a server that refuses, breaks, redirects or answers nonsense is a problem with a code", async () => {
  await using http = server((id, name) => {
    switch (name) {
      case "refuses":
        return new Response("who are you?", { status: 403 });
      case "breaks":
        return new Response("oops", { status: 500 });
      case "redirects":
        return new Response(null, { status: 307, headers: { location: "http://192.0.2.1/mcp" } });
      case "nonsense":
        return new Response("<html>", { headers: { "content-type": "text/html" } });
      default:
        return Response.json(answer(id, "fine"));
    }
  });
  await using test = await testMcp({ http: { url: http.url, token: "theirs" } });
  await assert.rejects(test.text("refuses"), code("LINK_REFUSED"));
  for (const name of ["breaks", "redirects", "nonsense"]) {
    await assert.rejects(test.text(name), code("APP_NOT_CONNECTED"));
  }
  assert.equal(await test.text("fine"), "fine");
});

Deno.test("where nobody listens there is no application, and another machine has to be asked for", async () => {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  const open = (url: string) => openMcp({ http: { url } })(testHost(), { onNotification: () => {} });
  await assert.rejects(open(`http://127.0.0.1:${port}/mcp`), code("APP_NOT_CONNECTED"));
  await assert.rejects(open("http://studio.example/mcp"), code("INVALID_CONFIGURATION", /not on this machine/));
});

Deno.test("no proxy gets to see what is said to a server on this machine", async () => {
  await using proxy = server(() => new Response("proxied"));
  await using http = server((id, name) => Response.json(answer(id, name)));
  Deno.env.set("HTTP_PROXY", new URL(proxy.url).origin);
  try {
    await using test = await testMcp({ http: { url: http.url, token: "theirs" } });
    assert.equal(await test.text("echo"), "echo");
  } finally {
    Deno.env.delete("HTTP_PROXY");
  }
  assert.deepEqual(proxy.headers, []);
});
