/** Scripts that the bridge does not start: they dial it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { dialAppLink, startChild } from "@patchbay/bridge-kit";
import { BRIDGE, fileOf, hasPython, startScriptStudio, until } from "./testing/script_studio.ts";

const HELPER = fileOf("python");

for (const transport of ["websocket", "unix", "tcp"] as const) {
  Deno.test({
    name: `a script in Python that somebody else starts dials its bridge over ${transport}, and comes again`,
    ignore: !hasPython,
    async fn() {
      await using studio = await startScriptStudio({
        argument: "listen:troubled",
        ready: false,
        change: (script) => ({ ...script, listen: { transport } }),
      });
      const start = () =>
        startChild({
          command: "python3",
          args: [fileOf("testing/troubled.py")],
          cwd: studio.linksDir,
          env: {
            PYTHONPATH: HELPER,
            PATCHBAY_LINKS: studio.linksDir,
            PATCHBAY_BRIDGE: BRIDGE,
            PATCHBAY_APP: "troubled",
          },
        });
      await until(() => Deno.stat(studio.linksDir).then(() => true, () => false));
      for (let time = 0; time < 2; time++) {
        await using _script = start();
        await studio.bridge.ready(AbortSignal.timeout(20_000));
        assert.deepEqual(await studio.call("count", { by: 2 }), { count: 2 });
        const text = "ä".repeat(100_000);
        assert.equal(Object(await studio.call("say", { text })).length ?? text.length, text.length);
        await _script.stop();
        await until(() => studio.bridge.status !== "idle");
      }
    },
  });
}

Deno.test("a script in TypeScript is twenty lines", async () => {
  await using studio = await startScriptStudio({ argument: "listen:counter", ready: false });
  await until(() => Deno.stat(studio.linksDir).then(() => true, () => false));
  await using _script = startChild({
    command: Deno.execPath(),
    args: ["run", "-A", "--no-check", fileOf("examples/counter.ts"), BRIDGE],
    cwd: fileOf("examples"),
    env: { PATCHBAY_LINKS: studio.linksDir },
  });
  await studio.bridge.ready(AbortSignal.timeout(20_000));
  await studio.call("add", { by: 4 });
  assert.deepEqual(await studio.state(), { count: 0 });
  const source = await Deno.readTextFile(fileOf("examples/counter.ts"));
  assert.ok(source.split("\n").length <= 25, "it is longer than it says");
});

Deno.test("a script that offers something else from now on says so, and stays linked", async () => {
  await using studio = await startScriptStudio({ argument: "listen:shifting", ready: false });
  await until(() => Deno.stat(join(studio.linksDir, "shifting-desk.json")).then(() => true, () => false));
  let names = ["first"];
  await using link = await dialAppLink({
    app: "shifting",
    bridge: BRIDGE,
    appVersion: "1",
    linksDir: studio.linksDir,
    manifest: () => ({ commands: Object.fromEntries(names.map((name) => [name, {}])) }),
    snapshot: () => ({}),
    execute: ({ command }) => command,
  });
  let gone = false;
  void link.closed.then(() => gone = true);
  await studio.bridge.ready(AbortSignal.timeout(20_000));
  assert.equal(await studio.call("first"), "first");
  names = ["second"];
  link.manifestChanged();
  await until(async () => "second" in (await studio.manifest()).commands);
  await studio.bridge.ready(AbortSignal.timeout(20_000));
  assert.equal(await studio.call("second"), "second");
  assert.equal(gone, false);
});
