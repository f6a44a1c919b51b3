/** Servers over HTTP, of both generations of the protocol. */
import assert from "node:assert/strict";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { startChild } from "@patchbay/bridge-kit";
import { z } from "zod";
import { McpAnswer } from "./answer.ts";
import { ResourceContents } from "./resources.ts";
import { code, published, startMcpStudio, until } from "./testing/mcp_studio.ts";

function freePort(): number {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  return port;
}

/** The published reference server over HTTP, of the generation of 2025, with sessions. */
async function startEverything(port: number) {
  const { command, args, env } = published("server-everything", "streamableHttp");
  const ready = Promise.withResolvers<void>();
  const child = startChild({
    command: String(command),
    args: z.array(z.string()).parse(args),
    env: { ...z.record(z.string(), z.string()).parse(env), PORT: String(port) },
    cwd: Deno.cwd(),
    onLine: (line) => /listening/i.test(line) && ready.resolve(),
  });
  await ready.promise;
  return child;
}

Deno.test("the reference server over HTTP: it is waited for, lost with its process, and found again", async () => {
  const port = freePort();
  const server = { url: `http://127.0.0.1:${port}/mcp` };
  await using studio = await startMcpStudio({ server, name: "everything", ready: false });
  await until(() => studio.bridge.status === "disconnected");
  for (let time = 0; time < 2; time++) {
    await using _server = await startEverything(port);
    await studio.bridge.ready(AbortSignal.timeout(30_000));
    assert.match(McpAnswer.parse(await studio.call("echo", { message: "hällo" })).text, /hällo/);
    await _server.stop();
    await assert.rejects(studio.call("echo", { message: "gone" }), code("APP_NOT_CONNECTED"));
    await until(() => studio.bridge.status === "disconnected");
  }
});

/** A server of the revision 2026-07-28, which asks for a token. */
function startModern(port: number) {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "modern", version: "7.1.0" }, { capabilities: {} });
    server.registerTool(
      "add",
      {
        description: "Adds.",
        inputSchema: z.object({ a: z.number(), b: z.number() }),
        outputSchema: z.object({ sum: z.number() }),
        annotations: { readOnlyHint: true },
      },
      ({ a, b }) => ({ content: [], structuredContent: { sum: a + b } }),
    );
    server.registerResource("note", "test://note", { title: "A note" }, (uri) => ({
      contents: [{ uri: uri.href, text: "noted" }],
    }));
    return server;
  });
  const http = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
    if (request.headers.get("authorization") !== "Bearer theirs") return new Response("who?", { status: 401 });
    return handler.fetch(request);
  });
  return {
    async [Symbol.asyncDispose]() {
      await handler.close();
      await http.shutdown();
    },
  };
}

Deno.test("a server of today's revision over HTTP, with its own token and believed annotations", async () => {
  const port = freePort();
  await using _http = startModern(port);
  const server = { url: `http://127.0.0.1:${port}/mcp`, token: "theirs", trustAnnotations: true };
  await using studio = await startMcpStudio({ server, name: "modern" });
  const { commands, version } = await studio.manifest();
  assert.deepEqual([version, commands["add"]?.effect], ["7.1.0", "read"]);
  assert.deepEqual(await studio.call("add", { a: 1, b: 2 }), { sum: 3 });
  const { contents } = ResourceContents.parse(await studio.call("read_resource", { uri: "test://note" }));
  assert.equal(contents[0]?.text, "noted");
  assert.equal((await studio.state()).protocol, "2026-07-28");
});

Deno.test("a server that refuses us is said to", async () => {
  const port = freePort();
  await using _http = startModern(port);
  const server = { url: `http://127.0.0.1:${port}/mcp`, token: "wrong" };
  await using studio = await startMcpStudio({ server, name: "modern", ready: false });
  await until(() => studio.bridge.status === "disconnected");
  assert.match(studio.bridge.reason, /401|who\?|[Uu]nauthorized/);
});
