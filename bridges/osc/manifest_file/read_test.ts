import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ManifestDocument, manifestDocument, PatchbayError } from "@patchbay/contracts";
import { findManifest } from "../find_manifest.ts";
import { SHIPPED, shippedPath } from "../shipped.ts";
import { appManifest } from "../manifest/app_manifest.ts";
import { parseManifestFile, readManifestFile } from "./read.ts";

const HEAD = "app: lamp\ntitle: Lamp\nport: 9000\n";
const told = (text: string, ...lines: RegExp[]) =>
  assert.throws(() => parseManifestFile(text, "lamp.yaml"), (error: unknown) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "INVALID_CONFIGURATION");
    for (const line of lines) assert.match(error.message, line);
    return true;
  });

Deno.test("a manifest file of a few lines is an application", () => {
  const file = parseManifestFile(
    `${HEAD}commands:
  dim:
    summary: Dims the lamp.
    args: { level: { type: number, minimum: 0, maximum: 1 } }
    send: { address: /dim, args: [{ arg: level }] }
`,
    "lamp.yaml",
  );
  const manifest = appManifest(file);
  assert.equal(manifest.app, "lamp");
  assert.deepEqual(manifest.commands["dim"]?.args.safeParse({ level: 2 }).success, false);
});

Deno.test("what is wrong is said with its line and its field", () => {
  told(`${HEAD}hots: 127.0.0.1\n`, /lamp\.yaml:\d+:\d+: .*hots/);
  told("app: Lamp\ntitle: Lamp\nport: 9000\n", /lamp\.yaml:1:6: app: .*lower-case/);
  told("app: lamp\ntitle: Lamp\nport: ninety\n", /lamp\.yaml:3:7: port: .*number/);
  told(
    `${HEAD}commands:\n  dim:\n    summary: Dims.\n    send: { address: dim }\n`,
    /lamp\.yaml:7:\d+: commands\.dim\.send.*OSC address/,
  );
  told(
    `${HEAD}commands:\n  dim:\n    summary: Dims.\n    send: { address: "/dim/{level}" }\n`,
    /lamp\.yaml:7:\d+: commands\.dim\.send\.address: '\{level\}' is no argument/,
  );
  told(`${HEAD}commands: {\n`, /lamp\.yaml:\d+:\d+/);
  told(`${HEAD}title: again\n`, /lamp\.yaml:4:1: .*unique/);
  told("just text", /lamp\.yaml/);
});

Deno.test("a manifest file says everything that is wrong with it at once", () => {
  told(
    `${HEAD}commands:
  dim:
    summary: Dims.
    args: { on: { type: choice } }
    send: { address: /dim, args: [{ arg: level }] }
    undo: { command: brighten }
    phrases: ["dim to {level}"]
    result: { level: { at: 0, from: 1 }, was: { of: before, at: 0 } }
  ask: { summary: Asks., kind: query, send: { address: /ask } }
`,
    /choices: a choice needs its choices/,
  );
  told(
    `${HEAD}commands:
  dim:
    summary: Dims.
    send: { address: /dim, args: [{ arg: level }] }
    undo: { command: brighten }
    phrases: ["dim to {level}"]
    verify: { address: /dim }
    result: { was: { of: before, at: 0 } }
  ask: { summary: Asks., kind: query, send: { address: /ask } }
  start: { summary: Starts., kind: init }
state:
  - { hear: /a, fields: { a: { at: 0 } } }
  - { hear: /b, fields: { a: { at: 0, part: 1 } } }
`,
    /commands\.dim\.send\.args\.0: 'level' is no argument/,
    /commands\.dim\.undo\.command: there is no command 'brighten'/,
    /commands\.dim\.phrases\.0: '\{level\}' is no argument/,
    /commands\.dim\.verify: needs either/,
    /commands\.dim\.result\.was\.of: the command has no `before`/,
    /commands\.ask: a query needs a `reply`/,
    /commands\.start\.kind: needs `launch`/,
    /state\.1\.a: 'a' is in the state twice/,
    /state\.1\.fields\.a: needs one of/,
  );
});

Deno.test("each makes one entry for every number, and a mistake is told at the line that it was written in", () => {
  const text = (address: string) =>
    `${HEAD}channels:
  fader_{n}:
    each: { n: 1..3 }
    summary: Fader {n}.
    address: ${address}
    value: { at: 0, type: number }
state:
  - { each: { n: [7, 8] }, hear: "/a{n}", fields: { "a{n}": { at: 0 } } }
`;
  const file = parseManifestFile(text('"/fader/{n}"'), "lamp.yaml");
  assert.deepEqual(Object.keys(file.channels), ["fader_1", "fader_2", "fader_3"]);
  assert.equal(file.channels["fader_3"]?.address, "/fader/3");
  assert.deepEqual(file.state.map((entry) => "fields" in entry && Object.keys(entry.fields)), [["a7"], ["a8"]]);
  told(text('"no address {n}"'), /lamp\.yaml:8:14: channels\.fader_\{n\}\.address/);
  told(text("/f").replace("1..3", "3..1"), /lamp\.yaml:6:\d+: channels\.fader_\{n\}\.each\.n: needs a list or a range/);
  told(text("/f").replace("1..3", "1..999"), /at most 500/);
});

Deno.test("a file that cannot be read, or sends files from elsewhere, is refused", async () => {
  await assert.rejects(readManifestFile("/nowhere/lamp.yaml"), /cannot be read/);
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/lamp.yaml`;
    await Deno.writeTextFile(path, `${HEAD}listen: { start: [{ address: /a, args: [{ file: ../secret }] }] }\n`);
    await assert.rejects(readManifestFile(path), /only files beside it/);
    await Deno.writeFile(path, new Uint8Array([0xff, 0xfe]));
    await assert.rejects(readManifestFile(path), /no text in UTF-8/);
    await Deno.writeTextFile(path, `${HEAD}description: &a [&b [*a, *a], *b]\n`);
    await assert.rejects(
      readManifestFile(path),
      (error) => error instanceof PatchbayError && error.code === "INVALID_CONFIGURATION",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the manifests that are shipped travel: every schema of them becomes JSON Schema", async () => {
  for (const name of SHIPPED) {
    const { file } = await readManifestFile(shippedPath(name));
    const document = JSON.parse(JSON.stringify(manifestDocument(appManifest(file))));
    assert.deepEqual(ManifestDocument.parse(document), document);
  }
});

Deno.test("an argument may say where the program is, instead of the file", async () => {
  const path = fileURLToPath(new URL("../testing/lights.yaml", import.meta.url));
  const { file } = await findManifest(`${path}?host=10.0.0.5&port=8000&localPort=8001`);
  assert.deepEqual([file.app, file.host, file.port, file.localPort], ["lights", "10.0.0.5", 8000, 8001]);
  assert.equal((await findManifest("touchosc")).file.app, "touchosc");
  await assert.rejects(findManifest("touchosc?port=none"), /port/);
  await assert.rejects(findManifest("touchosc?color=red"), /color/);
});
