import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { openMcp } from "./mod.ts";
import { denoEnv, testHost, type TestMcp, testMcp, textOf } from "./test_mcp.ts";

const script = import.meta.resolve("./test_mcp_server.ts").slice("file://".length);
const { signal } = new AbortController();
const code = (expected: string, message = /./) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);

const server = (manner: string): Promise<TestMcp> => testMcp({ child: child(manner), startTimeoutMs: 15_000 });
const child = (manner: string) => ({
  command: Deno.execPath(),
  args: ["run", "-A", "--no-check", script, manner],
  cwd: Deno.cwd(),
  env: denoEnv(),
});
const shell = (script: string) => ({ child: { command: "/bin/sh", args: ["-c", script], cwd: Deno.cwd() } });

for (const manner of ["good", "greets", "floods stderr", "slow", "dies of questions"]) {
  Deno.test(`a server that is ${manner} is reached, and its tools are called`, async () => {
    await using test = await server(manner);
    assert.equal(test.mcp.peer.appVersion, "1.2.3");
    assert.equal(test.mcp.peer.protocol, "2025-06-18");
    assert.equal(await test.text("echo"), "echo");
    await test.mcp.ping?.();
  });
}

Deno.test("a server that is silent about what it does not know is an older one", async () => {
  await using test = await testMcp({ child: child("silent about questions"), startTimeoutMs: 3_000 });
  assert.equal(await test.text("echo"), "echo");
});

Deno.test("a list comes whole, all pages of it; one without an end does not come", async () => {
  {
    await using test = await server("good");
    const listed = await test.mcp.request("tools/list", {}, { signal }) as { tools: { name: string }[] };
    assert.deepEqual(listed.tools.map(({ name }) => name), ["tool_0", "tool_1", "tool_2"]);
  }
  await using test = await server("endless list");
  await assert.rejects(test.mcp.request("tools/list", {}, { signal }), code("INVALID_RESULT"));
});

Deno.test("a server sees nothing of the studio: no environment but what every child gets", async () => {
  Deno.env.set("PATCHBAY_TEST_TOKEN", "secret");
  try {
    await using test = await server("good");
    const env = await test.text("env");
    assert.ok(env.includes("PATH"));
    assert.ok(!env.includes("secret"), env);
  } finally {
    Deno.env.delete("PATCHBAY_TEST_TOKEN");
  }
});

Deno.test("what a tool says when it fails, and how a call is refused, arrive with a code", async () => {
  await using test = await server("good");
  await assert.rejects(test.text("fail"), code("COMMAND_FAILED", /'fail' failed: no such layer/));
  await assert.rejects(test.text("refuse"), code("INVALID_ARGUMENTS", /layer is missing/));
  await assert.rejects(test.text("nonsense"), code("INVALID_RESULT"));
  await assert.rejects(test.mcp.request("tools/call", { tool: 1 }, { signal }), code("INVALID_REQUEST"));
  await assert.rejects(test.mcp.request("sampling/createMessage", {}, { signal }), code("UNKNOWN_COMMAND"));
  assert.equal(await test.text("twice"), "once");
  assert.equal(await test.text("echo"), "echo");
});

Deno.test("progress and what is said unasked arrive", async () => {
  await using test = await server("good");
  const progress: unknown[] = [];
  const call = { name: "progress", arguments: {} };
  await test.mcp.request("tools/call", call, { signal, progress: (made) => progress.push(made) });
  assert.deepEqual(progress, [{ fraction: 0.25 }, { fraction: 0.5 }]);
  await test.text("change");
  while (test.heard.length < 2) await test.text("echo");
  assert.deepEqual(test.heard.map(([method]) => method).sort(), [
    "notifications/message",
    "notifications/tools/list_changed",
  ]);
});

Deno.test("a call that is cancelled, or out of time, ends at once, and the server is told no more than that", async () => {
  await using test = await server("good");
  const patience = new AbortController();
  const call = { name: "hang", arguments: {} };
  const hanging = test.mcp.request("tools/call", call, { signal: patience.signal });
  await test.text("echo");
  patience.abort(new PatchbayError("CANCELLED", "by ada@studio.example"));
  // the server is told, and says nothing of what it has done by then
  await assert.rejects(hanging, code("OUTCOME_UNKNOWN", /cancelled after it was sent/));
  const late = test.mcp.request("tools/call", call, { signal, deadline: Date.now() + 20 });
  await assert.rejects(late, code("DEADLINE_EXCEEDED"));
  const told = await test.text("cancelled");
  assert.ok(told.includes("cancelled") && !told.includes("ada"), told);
});

Deno.test("a server that crashes takes its calls with it, and says how", async () => {
  await using test = await server("good");
  const call = (name: string) => test.mcp.request("tools/call", { name, arguments: {} }, { signal });
  const hanging = assert.rejects(call("hang"), code("APP_CRASHED"));
  await assert.rejects(call("crash"), code("APP_CRASHED", /ended with status 3; it printed: out of memory/));
  await hanging;
  assert.equal((await test.mcp.closed).code, "APP_CRASHED");
  await assert.rejects(call("echo"), code("APP_CRASHED"));
});

Deno.test("a server that prints what is no message is given up, one that sends too much as well", async () => {
  {
    await using test = await server("good");
    await assert.rejects(test.text("garbage"), code("INVALID_MESSAGE", /this is no message/));
  }
  await using test = await server("good");
  await assert.rejects(test.text("huge"), code("PAYLOAD_TOO_LARGE"));
  assert.equal((await test.mcp.closed).code, "PAYLOAD_TOO_LARGE");
});

for (
  const [what, options, expected, message] of [
    [
      "is not there",
      { child: { command: "patchbay-no-such-server", cwd: Deno.cwd() } },
      "APP_NOT_FOUND",
      /no such program/,
    ],
    ["ends at once", shell("echo no licence >&2; exit 7"), "APP_START_FAILED", /with status 7; it printed: no licence/],
    ["says nothing", { ...shell("sleep 100"), startTimeoutMs: 90 }, "APP_START_FAILED", /does not answer within 90 ms/],
    ["prints garbage without an end", shell("yes garbage"), "INVALID_MESSAGE", /prints what is no message/],
  ] as const
) {
  Deno.test(`a server that ${what} is ${expected}`, async () => {
    await assert.rejects(openMcp(options)(testHost(), { onNotification: () => {} }), code(expected, message));
  });
}

Deno.test("opening ends when the bridge stops", async () => {
  const stop = new AbortController();
  const opening = openMcp(shell("sleep 100"))(testHost(stop.signal), { onNotification: () => {} });
  stop.abort(PatchbayError.of("APP_NOT_CONNECTED", "the bridge stops"));
  await assert.rejects(opening, code("APP_NOT_CONNECTED", /the bridge stops/));
});

Deno.test("a result that is text is read as it is", async () => {
  await using test = await server("good");
  const result = await test.mcp.request("tools/call", { name: "ä — 🎛", arguments: {} }, { signal });
  assert.equal(textOf(result), "ä — 🎛");
});
