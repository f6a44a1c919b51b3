import assert from "node:assert/strict";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { PatchbayError } from "@patchbay/contracts";
import type { McpConnectOptions } from "./open.ts";
import { denoEnv, type TestMcp, testMcp } from "./test_mcp.ts";
import { modernServer } from "./test_modern_server.ts";

const { signal } = new AbortController();
const script = import.meta.resolve("./test_modern_server.ts").slice("file://".length);
const child: McpConnectOptions = {
  child: { command: Deno.execPath(), args: ["run", "-A", "--no-check", script], cwd: Deno.cwd(), env: denoEnv() },
};

/** The same server over HTTP, for as long as it is needed. */
function overHttp(): { options: McpConnectOptions } & AsyncDisposable {
  const handler = createMcpHandler(modernServer);
  const stop = new AbortController();
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: stop.signal },
    (request) => handler.fetch(request),
  );
  return {
    options: { http: { url: `http://127.0.0.1:${http.addr.port}/mcp` } },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await handler.close();
      await http.finished;
    },
  };
}

async function check(test: TestMcp): Promise<void> {
  assert.deepEqual([test.mcp.peer.appVersion, test.mcp.peer.protocol], ["7.0.0", "2026-07-28"]);
  assert.equal(await test.text("echo", { message: "ä" }), "ä");
  await assert.rejects(test.text("echo", { message: 1 }), (error) => error instanceof PatchbayError);
  const read = await test.mcp.request("resources/read", { uri: "test://note" }, { signal });
  assert.match(JSON.stringify(read), /noted/);
  const listed = await test.mcp.request("resources/list", {}, { signal });
  assert.match(JSON.stringify(listed), /test:\/\/note/);
  await test.mcp.ping?.();
  const patience = new AbortController();
  const hanging = test.mcp.request("tools/call", { name: "hang" }, { signal: patience.signal });
  await test.text("echo", { message: "still there" });
  patience.abort(new PatchbayError("CANCELLED", "enough"));
  await assert.rejects(hanging, (error) => error instanceof PatchbayError && error.code === "OUTCOME_UNKNOWN");
}

Deno.test("a server of today's revision is spoken to in it, as a child", async () => {
  await using test = await testMcp(child);
  await check(test);
  await test.text("grow");
  while (test.heard.length === 0) await test.text("echo", { message: "wait" });
  assert.deepEqual(test.heard[0], ["notifications/tools/list_changed", {}]);
  const { tools } = await test.mcp.request("tools/list", {}, { signal }) as { tools: { name: string }[] };
  assert.ok(tools.some(({ name }) => name === "grown"));
});

Deno.test("a server of today's revision is spoken to in it, over HTTP", async () => {
  await using http = overHttp();
  await using test = await testMcp(http.options);
  await check(test);
});
