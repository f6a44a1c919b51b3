/** What `patchbay new-bridge` writes works: its own tests pass, in the checkout and elsewhere. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { hasProgram } from "@patchbay/testing";
import { CHECKOUT, placeOf } from "./place.ts";
import { TRANSPORT_NAMES } from "./transports.ts";
import { writeBridge } from "./write.ts";

async function inTempFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-new-bridge-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs Deno as a person would, in a folder. */
async function deno(cwd: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.ok(success, `deno ${args.join(" ")}:\n${said}`);
  return said;
}

const hasPython = await hasProgram("python3");

for (const transport of TRANSPORT_NAMES) {
  Deno.test({
    name: `a new bridge over ${transport}, outside of the checkout, passes its own tests, lint and format`,
    ignore: transport === "script" && !hasPython,
    fn: () =>
      inTempFolder(async (folder) => {
        const place = placeOf({ app: "led-wall", dir: "led-wall", cwd: folder, root: CHECKOUT });
        const files = await writeBridge({ app: "led-wall", transport, place, root: CHECKOUT });
        for (const name of ["README.md", "adapter.ts", "deno.json", "main.ts", "manifest.ts", "mod.ts"]) {
          assert.ok(files.includes(name), name);
        }
        // the types of all templates are checked with the checkout; here, that they are found from elsewhere
        const types = transport === "stdio" ? [] : ["--no-check"];
        const report = await deno(place.folder, "test", "--no-prompt", "-A", ...types);
        assert.match(report, /ok \| 6 passed \| 0 failed/);
        await deno(place.folder, "lint");
        await deno(place.folder, "fmt", "--check");
        for (const name of files.filter((name) => name !== "deno.lock")) {
          const text = await Deno.readTextFile(join(place.folder, name));
          assert.doesNotMatch(text, /lamp|\.\.\/(common|stdio)/i, `${name} still says what the templates say`);
        }
      }),
  });
}

/** The parts of the checkout that a bridge is built from: a checkout of its own. */
const PARTS = ["shared/contracts", "shared/telemetry", "shared/bus", "shared/testing", "bridges/kit"];

async function copyCheckout(to: string): Promise<void> {
  const config: unknown = JSON.parse(await Deno.readTextFile(join(CHECKOUT, "deno.json")));
  const workspace = PARTS.map((part) => `./${part}`);
  await Deno.writeTextFile(join(to, "deno.json"), JSON.stringify({ ...Object(config), workspace }, null, 2));
  await Deno.copyFile(join(CHECKOUT, "deno.lock"), join(to, "deno.lock"));
  for (const part of PARTS) await copyFolder(join(CHECKOUT, part), join(to, part));
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

Deno.test("a new bridge inside a checkout is a member of its workspace, and passes its tests there", () =>
  inTempFolder(async (root) => {
    await copyCheckout(root);
    const place = placeOf({ app: "lamp", cwd: join(root, "shared"), root });
    await writeBridge({ app: "lamp", transport: "socket", place, root });
    assert.equal(place.folder, join(root, "bridges", "lamp"));
    const { workspace } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
    assert.deepEqual(workspace.slice(-2), ["./bridges/kit", "./bridges/lamp"]);
    assert.match(await deno(root, "test", "--no-prompt", "-A", "bridges/lamp/"), /ok \| 6 passed \| 0 failed/);
  }));

Deno.test("nothing is overwritten: neither a folder with something in it, nor a file, nor a bridge that there is", () =>
  inTempFolder(async (folder) => {
    const conflict = (error: unknown) => error instanceof PatchbayError && error.code === "CONFLICT";
    const write = (app: string, dir: string) =>
      writeBridge({
        app,
        transport: "stdio",
        place: placeOf({ app, dir, cwd: folder, root: CHECKOUT }),
        root: CHECKOUT,
      });
    await Deno.writeTextFile(join(folder, "kept.txt"), "mine");
    await assert.rejects(write("lamp", "."), conflict);
    await assert.rejects(write("lamp", "kept.txt"), conflict);
    await assert.rejects(write("blender", "blender"), conflict);
    assert.deepEqual((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["kept.txt"]);
    assert.equal(await Deno.readTextFile(join(folder, "kept.txt")), "mine");
  }));
