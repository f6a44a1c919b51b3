import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { startFaultProxy } from "@patchbay/testing";
import { startChild } from "../../supervision/child.ts";
import { denoEnv, testMcp } from "./test_mcp.ts";

const { signal } = new AbortController();
const code = (expected: string, message = /./) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);

/** A published server, run as it is. */
const published = (name: string, ...args: string[]) => ({
  command: Deno.execPath(),
  args: ["run", "-A", `npm:@modelcontextprotocol/${name}@2026.8.31`, ...args],
  cwd: Deno.cwd(),
  env: denoEnv(),
});

interface Listed {
  tools: { name: string }[];
  resources: { uri: string }[];
}

Deno.test("the reference server over stdio: tools, progress, resources", async () => {
  await using test = await testMcp({ child: published("server-everything", "stdio") });
  const { tools } = await test.mcp.request("tools/list", {}, { signal }) as Listed;
  assert.ok(tools.some(({ name }) => name === "echo"));
  assert.match(await test.text("echo", { message: "hello" }), /hello/);
  const progress: number[] = [];
  await test.mcp.request("tools/call", {
    name: "trigger-long-running-operation",
    arguments: { duration: 0.2, steps: 4 },
  }, { signal, progress: ({ fraction }) => fraction !== undefined && progress.push(fraction) });
  assert.deepEqual(progress, [0.25, 0.5, 0.75, 1]);
  const { resources } = await test.mcp.request("resources/list", {}, { signal }) as Listed;
  assert.ok(resources.length > 0);
  const read = await test.mcp.request("resources/read", { uri: resources[0]!.uri }, { signal });
  assert.ok(JSON.stringify(read).includes(resources[0]!.uri));
  await assert.rejects(test.text("no-such-tool"), (error) => error instanceof PatchbayError);
});

Deno.test("the file server writes and reads in its folder, and refuses the rest", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await using test = await testMcp({ child: published("server-filesystem", folder) });
  const path = join(folder, "note.txt");
  await test.text("write_file", { path, content: "ä note" });
  assert.equal(await Deno.readTextFile(path), "ä note");
  assert.match(await test.text("read_text_file", { path }), /ä note/);
  await assert.rejects(test.text("read_text_file", { path: "/etc/passwd" }), code("COMMAND_FAILED", /denied/i));
});

Deno.test("the reference server over HTTP, through a connection that breaks", async () => {
  await using stack = new AsyncDisposableStack();
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  const options = published("server-everything", "streamableHttp");
  const ready = Promise.withResolvers<void>();
  stack.use(startChild({
    ...options,
    env: { ...options.env, PORT: String(port) },
    onLine: (line) => /listening/i.test(line) && ready.resolve(),
  }));
  await ready.promise;
  const proxy = stack.use(await startFaultProxy({ target: { port } }));
  const test = stack.use(await testMcp({ http: { url: `http://127.0.0.1:${proxy.port}/mcp` }, timeoutMs: 5_000 }));
  assert.match(await test.text("echo", { message: "hello" }), /hello/);
  proxy.reset();
  assert.match(await test.text("echo", { message: "again" }), /again/);
  const progress: number[] = [];
  const long = test.mcp.request("tools/call", {
    name: "trigger-long-running-operation",
    arguments: { duration: 30, steps: 300 },
  }, {
    signal,
    progress: ({ fraction }) => fraction !== undefined && progress.push(fraction),
    deadline: Date.now() + 4_000,
  });
  while (progress.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  proxy.partition();
  await assert.rejects(long, code("DEADLINE_EXCEEDED"));
});
