/** A server that dies, floods and lies. */
import assert from "node:assert/strict";
import { newId } from "@patchbay/contracts";
import { McpAnswer } from "./answer.ts";
import { ResourceContents, Resources } from "./resources.ts";
import { code, script, startMcpStudio, until } from "./testing/mcp_studio.ts";

const hostile = (...manner: string[]) => script(new URL("./testing/hostile_server.ts", import.meta.url), ...manner);
const HIDDEN = /\\u00[01]|[\p{Cc}\u202a-\u202e\u{e0000}-\u{e007f}]/u;

Deno.test("what a hostile server says of itself is shown without what cannot be seen, and has an end", async () => {
  await using studio = await startMcpStudio({ server: hostile() });
  const { commands, version } = await studio.manifest();
  assert.equal(version, "0.0.0");
  for (const [name, { summary, args, effect }] of Object.entries(commands)) {
    assert.ok(summary.length <= 600, name);
    assert.doesNotMatch(summary, HIDDEN);
    assert.doesNotMatch(JSON.stringify(args), HIDDEN);
    const expected = ["list_resources", "read_resource"].includes(name) ? "read" : "destructive";
    assert.equal(effect, expected, `${name}: an annotation that nobody vouched for was believed`);
  }
  assert.match(studio.bridge.reason, /\.\.\/\.\.\/1/);
  assert.doesNotMatch(studio.bridge.reason, HIDDEN);
  await assert.rejects(studio.call("fail"), (error) => error instanceof Error && !HIDDEN.test(error.message));
  const { resources, leftOut } = Resources.parse(await studio.call("list_resources"));
  assert.deepEqual([resources.length, leftOut], [500, 500]);
  assert.doesNotMatch(JSON.stringify(resources), HIDDEN);
});

Deno.test("odd names become commands, each the same at every start", async () => {
  await using studio = await startMcpStudio({ server: hostile() });
  const { commands } = await studio.manifest();
  const names = Object.keys(commands);
  const tools = Object.fromEntries(names.map((name) => [String(commands[name]!["tool"]), name]));
  assert.match(tools["weather.get/now"]!, /^weather_get_now_[0-9a-f]{8}$/);
  assert.match(tools["weather get now"]!, /^weather_get_now_[0-9a-f]{8}$/);
  assert.match(tools["list_resources"]!, /^list_resources_[0-9a-f]{8}$/, "our own query keeps its name");
  assert.match(tools["日本語"]!, /^tool(_[0-9a-f]{8})?$/);
  for (const name of [tools["weather.get/now"]!, tools["weather get now"]!, tools["日本語"]!, tools["__proto__"]!]) {
    assert.ok(McpAnswer.safeParse(await studio.call(name)).success, name);
  }
});

Deno.test("schemas that cannot be worked with are left open, and those nearly so keep what is understood", async () => {
  await using studio = await startMcpStudio({ server: hostile() });
  const { commands } = await studio.manifest();
  for (const name of ["deep", "unreadable"]) {
    assert.deepEqual(commands[name]?.args, { type: "object" });
    await studio.call(name, { anything: 1 });
  }
  assert.deepEqual(commands["odd"]?.args["required"], ["a"]);
  await assert.rejects(studio.call("odd", { a: "x" }), code("INVALID_ARGUMENTS"));
  await studio.call("odd", { a: 1 });
});

Deno.test("a result that is not what the schema says is refused, whatever the annotations say", async () => {
  await using studio = await startMcpStudio({ server: hostile() });
  await assert.rejects(studio.call("lie"), code("INVALID_RESULT", /lie/));
  await assert.rejects(studio.call("lie_without"), code("COMMAND_FAILED", /structured content/));
  await assert.rejects(studio.call("not_base64"), code("INVALID_RESULT", /base64/));
  assert.match(McpAnswer.parse(await studio.call("talk")).text, /^talk/);
});

Deno.test("a server that dies under a call is said to, with its last words, and is started again", async () => {
  await using studio = await startMcpStudio({ server: hostile() });
  await assert.rejects(studio.call("crash"), code("APP_CRASHED", /out of memory|status 3/));
  await studio.bridge.ready(AbortSignal.timeout(30_000));
  assert.match(McpAnswer.parse(await studio.call("talk")).text, /^talk/);
});

Deno.test("a server that takes more memory than it may is ended with why, and started again", async () => {
  await using studio = await startMcpStudio({ server: { ...hostile(), limits: { memoryMiB: 400 } } });
  await assert.rejects(studio.call("hoard"), code("APP_CRASHED", /may use 400/));
  await studio.bridge.ready(AbortSignal.timeout(30_000));
  assert.match(McpAnswer.parse(await studio.call("talk")).text, /^talk/);
});

Deno.test("a tool that never answers fails at its deadline, and can be cancelled", async () => {
  await using studio = await startMcpStudio({ server: hostile() });
  await assert.rejects(studio.call("hang", {}, { timeoutMs: 300 }), code("DEADLINE_EXCEEDED"));
  const id = newId();
  const hanging = studio.call("hang", {}, { id });
  await until(() => studio.bridge.status === "executing");
  studio.cancel(id);
  await assert.rejects(hanging, code("OUTCOME_UNKNOWN"));
  assert.match(McpAnswer.parse(await studio.call("talk")).text, /^talk/);
});

Deno.test("floods of progress, of logs and of changes end, and the bridge answers", async () => {
  await using studio = await startMcpStudio({ server: hostile() });
  for (const flood of ["flood_progress", "flood_log", "flood_changes"]) {
    assert.equal(McpAnswer.parse(await studio.call(flood)).text, "flooded");
    await studio.bridge.ready(AbortSignal.timeout(30_000));
  }
  assert.match(McpAnswer.parse(await studio.call("talk")).text, /^talk/);
});

Deno.test("an answer of six megabytes travels as an asset, a long resource as a file", async () => {
  await using studio = await startMcpStudio({ server: hostile() });
  const value = Object(await studio.call("large"));
  assert.equal(value.mediaType, "application/json");
  const { contents } = ResourceContents.parse(await studio.call("read_resource", { uri: "x:1" }));
  assert.equal(contents[0]?.file?.mediaType, "text/plain");
  assert.equal(contents[0]?.file?.size, 500_000);
});

Deno.test("a changed list is announced, on the same server", async () => {
  await using studio = await startMcpStudio({ server: hostile() });
  await studio.call("grow");
  await until(async () => "grown" in (await studio.manifest()).commands);
  await studio.bridge.ready(AbortSignal.timeout(30_000));
  await studio.call("grown");
  await studio.call("shrink");
  await until(async () => !("grown" in (await studio.manifest()).commands));
});

Deno.test("half a list is never announced", async () => {
  await using studio = await startMcpStudio({ server: hostile("half a list"), ready: false });
  await until(() => studio.bridge.status === "disconnected");
  assert.match(studio.bridge.reason, /disk full/);
  assert.deepEqual((await studio.manifest()).commands, {});
});

Deno.test("a server that offers something else at each question works all the same", async () => {
  await using studio = await startMcpStudio({ server: hostile("fickle") });
  assert.match(McpAnswer.parse(await studio.call("talk")).text, /^talk/);
});

Deno.test("of three thousand tools, as many are commands as a manifest has room for; the state says how many are not", async () => {
  await using studio = await startMcpStudio({ server: hostile("many") });
  const { commands } = await studio.manifest();
  const tools = Object.keys(commands).filter((name) => name.startsWith("tool_"));
  assert.ok(tools.length > 300 && tools.length <= 500, String(tools.length));
  assert.ok(JSON.stringify(commands).length < 700_000);
  const { leftOut } = await studio.state();
  assert.equal(leftOut, 3_000 - tools.length);
  assert.equal(McpAnswer.parse(await studio.call("tool_0")).text.slice(0, 6), "tool_0");
});

Deno.test("tools that are listed wrongly are left out, and hide none of the others", async () => {
  await using studio = await startMcpStudio({ server: hostile("broken list") });
  const { commands } = await studio.manifest();
  assert.deepEqual(Object.keys(commands), ["list_resources", "read_resource", "talk"]);
  assert.match(McpAnswer.parse(await studio.call("talk")).text, /^talk/);
});

Deno.test("a server that is not there is waited for, with why", async () => {
  await using studio = await startMcpStudio({ server: { command: "/nowhere/server" }, ready: false });
  await until(() => studio.bridge.status === "disconnected");
  assert.match(studio.bridge.reason, /no such program/);
});
