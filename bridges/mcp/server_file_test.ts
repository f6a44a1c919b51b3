import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { readServerFile } from "./server_file.ts";

const env = (name: string) => ({ TOKEN: "secret" } as Record<string, string>)[name];

async function read(text: string, name = "") {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "servers.yaml");
    await Deno.writeTextFile(file, text);
    return { folder, ...await readServerFile(`${file}${name}`, env) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const refused = (text: string, message: RegExp, name = "") =>
  assert.rejects(
    read(text, name),
    (error) =>
      error instanceof PatchbayError && error.code === "INVALID_CONFIGURATION" && message.test(error.message) &&
      error.remedy !== "",
  );

Deno.test("a server that is started: its program, its folder, and its secrets from the environment", async () => {
  const { app, title, connect, folder } = await read(`
mcpServers:
  My Files:
    command: node
    args: [server.js, "\${TOKEN}"]
    env: { KEY: "\${env:TOKEN}" }
    cwd: sub
`);
  assert.deepEqual([app, title], ["my-files", "My Files"]);
  assert.ok("child" in connect);
  assert.deepEqual(connect.child, {
    command: "node",
    args: ["server.js", "secret"],
    env: { KEY: "secret" },
    cwd: join(folder, "sub"),
    limits: { memoryMiB: 4_096, processes: 128 },
  });
});

Deno.test("a server that is there already: JSON, a bearer token in the headers, one of several", async () => {
  const file = JSON.stringify({
    mcpServers: {
      a: { url: "http://127.0.0.1:1/mcp" },
      blender: { url: "http://127.0.0.1:2/mcp", headers: { Authorization: "Bearer ${TOKEN}" } },
    },
  });
  const { app, connect } = await read(file, "#blender");
  assert.equal(app, "blender-mcp", "Patchbay's own bridge keeps its name");
  assert.ok("http" in connect);
  assert.deepEqual(connect.http, { url: "http://127.0.0.1:2/mcp", remote: false, token: "secret" });
});

Deno.test("the file of an editor is understood too, and words of other clients are let be", async () => {
  const { app } = await read(
    `{"servers": {"x": {"type": "stdio", "command": "x", "alwaysAllow": ["a"], "gallery": 1}}}`,
  );
  assert.equal(app, "x");
});

for (
  const [what, text, message, name] of [
    ["no YAML", "a: [", /no YAML/, ""],
    ["no servers", "a: 1", /no 'mcpServers'/, ""],
    ["several and no name", "mcpServers: {a: {command: x}, b: {command: y}}", /which server: there are a, b/, ""],
    ["an unknown name", "mcpServers: {a: {command: x}}", /no server 'c': there are a/, "#c"],
    ["a field of another kind", "mcpServers: {a: {command: 7}}", /mcpServers\.a\.command/, ""],
    ["an unknown effect", "mcpServers: {a: {command: x, tools: {t: {effect: nice}}}}", /tools\.t\.effect/, ""],
    ["a typing error in a tool", "mcpServers: {a: {command: x, tools: {t: {efect: read}}}}", /tools\.t/, ""],
    ["a missing variable", "mcpServers: {a: {command: x, args: ['${NONE}']}}", /args\.0 needs \$NONE/, ""],
    ["another header", "mcpServers: {a: {url: 'http://x', headers: {Cookie: y}}}", /headers\.Cookie/, ""],
    ["the old transport", "mcpServers: {a: {type: sse, url: 'http://x'}}", /sse/, ""],
    ["one that is off", "mcpServers: {a: {command: x, disabled: true}}", /disabled/, ""],
    ["a name of Patchbay's own", "mcpServers: {a: {command: x, app: blender}}", /Patchbay's own/, ""],
    ["nothing but odd characters", "mcpServers: {'###': {command: x}}", /app: my-server|no name/, "####"],
  ] as const
) {
  Deno.test(`${what}: refused with the field`, () => refused(text, message, name));
}

Deno.test("a file that is not there is refused", () =>
  assert.rejects(readServerFile("/nowhere/servers.yaml#a", env), /cannot be read/));
