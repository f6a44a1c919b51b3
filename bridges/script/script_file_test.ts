import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { readScript } from "./script_file.ts";

async function read(files: Record<string, string>, name: string) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [file, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, file), text);
    return { folder, ...await readScript(join(folder, name)) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a script is an application of its file's name, run by its ending, with limits and the helper", async () => {
  const { app, title, program, folder } = await read({ "My Lights.py": "" }, "My Lights.py");
  assert.deepEqual([app, title], ["my-lights", "My Lights"]);
  assert.match(program!.command, /python/);
  assert.deepEqual(program!.args, ["-u", join(folder, "My Lights.py")]);
  assert.match(program!.env!["PYTHONPATH"]!, /bridges.script.python/);
  assert.ok(program!.limits.memoryMiB! > 0 && program!.limits.processes! > 0);
  const typescript = await read({ "a.ts": "" }, "a.ts");
  assert.deepEqual(typescript.program!.args.slice(0, 2), ["run", "--no-prompt"]);
});

Deno.test("a file says more: another program, its limits, its environment", async () => {
  const yaml = `
app: wall
title: LED wall
script: wall.rb
command: ruby
args: [--quiet]
env: { WALL: "10.0.0.5" }
limits: { memoryMiB: 64 }
`;
  const { app, title, program, folder } = await read({ "x.yaml": yaml, "wall.rb": "" }, "x.yaml");
  assert.deepEqual([app, title, program!.command], ["wall", "LED wall", "ruby"]);
  assert.deepEqual(program!.args, [join(folder, "wall.rb"), "--quiet"]);
  assert.equal(program!.env!["WALL"], "10.0.0.5");
  assert.equal(program!.limits.memoryMiB, 64);
  assert.ok(program!.limits.processes! > 0, "a limit that nobody named stays");
});

Deno.test("a script may dial its bridge, or be dialled", async () => {
  const { app, listen, program } = await readScript("listen:clock");
  assert.deepEqual([app, listen, program], ["clock", { transport: "websocket" }, undefined]);
  const dialled = await read({ "x.yaml": "connect: { url: 'ws://127.0.0.1:9000/', token: t }" }, "x.yaml");
  assert.deepEqual(dialled.connect, { url: "ws://127.0.0.1:9000/", token: "t" });
});

for (
  const [what, yaml, message] of [
    ["two ways at once", "{ listen: {}, command: x }", /exactly one/],
    ["no way at all", "{ title: x }", /exactly one/],
    ["a typing error", "{ comand: x }", /comand|Unrecognized/],
    ["a script that is not there", "{ script: none.py }", /no such file/],
    ["a name of Patchbay's own", "{ app: blender, command: x }", /Patchbay's own/],
    ["no YAML", "a: [", /no YAML/],
  ] as const
) {
  Deno.test(`${what}: refused with the field`, () =>
    assert.rejects(
      read({ "x.yaml": yaml }, "x.yaml"),
      (error) =>
        error instanceof PatchbayError && error.code === "INVALID_CONFIGURATION" && message.test(error.message),
    ));
}
