/** Servers that others publish, unchanged. */
import assert from "node:assert/strict";
import { newId } from "@patchbay/contracts";
import { join } from "node:path";
import { delimiter } from "node:path";
import { McpAnswer } from "./answer.ts";
import { ResourceContents, Resources } from "./resources.ts";
import { code, published, startMcpStudio } from "./testing/mcp_studio.ts";

Deno.test("the reference server: every kind of answer comes through", async (t) => {
  await using studio = await startMcpStudio({ server: published("server-everything", "stdio"), name: "everything" });
  const { commands, title } = await studio.manifest();
  assert.equal(title, "Everything");

  await t.step("schemas are published as the server has them", () => {
    const { args, effect, undo } = commands["echo"]!;
    assert.deepEqual(Object.keys(Object(args)["properties"]), ["message"]);
    assert.equal(typeof args["$schema"], "string");
    assert.deepEqual([effect, undo], ["destructive", "none"], "nothing is known of what a tool does");
  });
  await t.step("text", async () => {
    const { text } = McpAnswer.parse(await studio.call("echo", { message: "Grüße, 世界" }));
    assert.match(text, /Grüße, 世界/);
  });
  await t.step(
    "an argument that does not fit never reaches the server",
    () => assert.rejects(studio.call("echo", { message: 7 }), code("INVALID_ARGUMENTS", /message/)),
  );
  await t.step("a picture becomes an asset", async () => {
    const { files } = McpAnswer.parse(await studio.call("get-tiny-image"));
    assert.equal(files[0]?.mediaType, "image/png");
    const bytes = await studio.bytes(files[0]!);
    assert.deepEqual([...bytes.slice(1, 4)].map((byte) => String.fromCharCode(byte)).join(""), "PNG");
  });
  await t.step("structured content is the value, and is checked", async () => {
    const value = await studio.call("get-structured-content", { location: "New York" });
    assert.equal(typeof Object(value).temperature, "number");
    assert.ok(Object(commands["get-structured-content"]?.result)["properties"]["temperature"]);
  });
  await t.step("progress is told while a tool runs", async () => {
    await using reports = studio.progress();
    await studio.bus.nc.flush();
    const done = studio.call("trigger-long-running-operation", { duration: 0.5, steps: 4 });
    const fractions: number[] = [];
    for await (const { message } of reports) {
      if (message.payload.fraction !== undefined) fractions.push(message.payload.fraction);
      if (fractions.at(-1) === 1) break;
    }
    await done;
    assert.ok(fractions.length >= 2, String(fractions));
  });
  await t.step("a cancelled tool is cancelled at the server", async () => {
    const id = newId();
    await using reports = studio.progress();
    await studio.bus.nc.flush();
    const long = studio.call("trigger-long-running-operation", { duration: 60, steps: 300 }, { id, timeoutMs: 60_000 });
    for await (const _ of reports) break;
    studio.cancel(id);
    await assert.rejects(long, code("OUTCOME_UNKNOWN"));
    await studio.call("echo", { message: "still there" });
  });
  await t.step("resources are listed and read", async () => {
    const { resources } = Resources.parse(await studio.call("list_resources"));
    assert.ok(resources.length > 0);
    const { contents } = ResourceContents.parse(await studio.call("read_resource", { uri: resources[0]!.uri }));
    assert.equal(contents[0]?.uri, resources[0]!.uri);
    await assert.rejects(studio.call("read_resource", { uri: "demo://nothing" }));
  });
  await t.step("every tool has been called", async () => {
    const called = new Set(["echo", "get-tiny-image", "get-structured-content", "trigger-long-running-operation"]);
    for (const [name, { args }] of Object.entries(commands)) {
      if (called.has(name) || name.endsWith("_resource") || name.endsWith("_resources")) continue;
      const sample = SAMPLES[name] ?? {};
      const outcome = await studio.call(name, sample).then(() => "ok", (error) => error.code);
      assert.ok(["ok", "COMMAND_FAILED"].includes(outcome), `${name} ${JSON.stringify(args)}: ${outcome}`);
    }
  });
});

/** What the reference server's tools need. */
const SAMPLES: Record<string, Record<string, unknown>> = {
  "get-annotated-message": { messageType: "success", includeImage: true },
  "get-resource-links": { count: 2 },
  "get-resource-reference": { resourceType: "Text", resourceId: 1 },
  "get-sum": { a: 1, b: 2 },
  "gzip-file-as-resource": { name: "a.gz", data: "data:text/plain,hello", outputType: "resource" },
  "simulate-research-query": { topic: "patch bays" },
};

Deno.test("the file server: its annotations are believed where the configuration says so", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await using studio = await startMcpStudio({
    server: {
      ...published("server-filesystem", folder),
      trustAnnotations: true,
      tools: {
        write_file: { phrases: ["write {content} to {path}"], idempotent: true },
        move_file: { undo: { command: "move_file", args: { source: { $ref: "args.destination" } } } },
        directory_tree: { hidden: true },
      },
    },
    name: "files",
  });
  const { commands } = await studio.manifest();
  assert.equal(commands["read_text_file"]?.effect, "read");
  assert.equal(commands["read_text_file"]?.kind, "query");
  assert.equal(commands["write_file"]?.effect, "destructive");
  assert.deepEqual(commands["write_file"]?.phrases, ["write {content} to {path}"]);
  assert.equal(Object(commands["move_file"]?.undo).command, "move_file");
  assert.equal(commands["directory_tree"], undefined);
  const path = join(folder, "nöte.txt");
  await studio.call("write_file", { path, content: "ä note" });
  assert.equal(await Deno.readTextFile(path), "ä note");
  assert.match(JSON.stringify(await studio.call("read_text_file", { path })), /ä note/);
  await assert.rejects(studio.call("read_text_file", { path: "/etc/passwd" }), code("COMMAND_FAILED", /denied/i));
});

async function imports(python: string, module: string): Promise<boolean> {
  try {
    const args = ["-c", `import ${module}`];
    return (await new Deno.Command(python, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** The first Python on the PATH that has the package. */
async function pythonWith(module: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    const python = join(folder, "python3");
    const found = await imports(python, module);
    if (found) return python;
  }
  return undefined;
}

const python = await pythonWith("mcp_server_time");

Deno.test({
  name: `a server from PyPI tells the time${python === undefined ? " (left out: no Python with mcp-server-time)" : ""}`,
  ignore: python === undefined,
  async fn() {
    const server = { command: python ?? "", args: ["-m", "mcp_server_time", "--local-timezone=UTC"] };
    await using studio = await startMcpStudio({ server, name: "time" });
    const now = await studio.call("get_current_time", { timezone: "Europe/Berlin" });
    assert.match(JSON.stringify(now), /Europe\/Berlin/);
    const args = { source_timezone: "UTC", time: "12:00", target_timezone: "Asia/Tokyo" };
    assert.match(JSON.stringify(await studio.call("convert_time", args)), /21:00/);
    await assert.rejects(studio.call("get_current_time", { timezone: "Nowhere/Land" }), code("COMMAND_FAILED"));
  },
});

Deno.test("the reference server, recorded, is simulated without it", async () => {
  const workDir = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(workDir, { recursive: true }));
  const server = published("server-filesystem", workDir);
  let real: Record<string, unknown>;
  {
    await using studio = await startMcpStudio({ server, name: "files", workDir });
    real = (await studio.manifest()).commands;
  }
  const gone = { command: "/nowhere/at/all" };
  await using studio = await startMcpStudio({ server: gone, name: "files", workDir, mode: "simulator" });
  assert.deepEqual((await studio.manifest()).commands, real);
  assert.match(studio.bridge.reason, /simulated/);
  assert.equal(studio.bridge.presence.simulated, true);
  await studio.call("write_file", { path: "/a.txt", content: "made up" });
  assert.match(JSON.stringify(await studio.call("read_text_file", { path: "/a.txt" })), /made up/);
  await studio.call("move_file", { source: "/a.txt", destination: "/b.txt" });
  await assert.rejects(studio.call("read_text_file", { path: "/a.txt" }), code("COMMAND_FAILED", /no file/));
  assert.match(JSON.stringify(await studio.call("read_text_file", { path: "/b.txt" })), /made up/);
});
