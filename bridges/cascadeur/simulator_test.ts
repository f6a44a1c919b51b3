import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { findPython, simulatorLaunch } from "./simulator.ts";

Deno.test("without a Python there is no simulator, and the problem says what to do", async () => {
  await assert.rejects(findPython({ env: { get: () => "/nowhere" } }), (error: unknown) => {
    assert.ok(error instanceof PatchbayError && error.code === "APP_NOT_FOUND");
    return /Install Python/.test(error.remedy);
  });
});

Deno.test({
  name: "the first Python on the PATH that can run the form is taken",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "patchbay-pythons-" });
    try {
      const [bare, rich] = [join(folder, "bare"), join(folder, "rich")];
      for (const [path, status] of [[bare, 1], [rich, 0]] as const) {
        await Deno.mkdir(path);
        await Deno.writeTextFile(join(path, "python3"), `#!/bin/sh\nexit ${status}\n`, { mode: 0o755 });
      }
      const env = { get: () => [join(folder, "nowhere"), bare, rich].join(delimiter) };
      assert.equal(await findPython({ env }), join(bare, "python3"));
      assert.equal(await findPython({ env, form: "async" }), join(rich, "python3"));
      await assert.rejects(findPython({ env: { get: () => bare }, form: "async" }), (error: unknown) => {
        assert.ok(error instanceof PatchbayError && error.code === "APP_NOT_FOUND");
        return /aiohttp/.test(error.message) && /Install aiohttp/.test(error.remedy);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a simulator is started with settings of its own, and code off unless it is allowed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-simulator-" });
  try {
    const { env, cwd } = await simulatorLaunch({ folder, form: "sync", python: "python3" });
    assert.equal(cwd, folder);
    const config = JSON.parse(await Deno.readTextFile(env!["PATCHBAY_CASCADEUR_CONFIG"]!));
    assert.deepEqual(config, { form: "sync", allow_code: false });
    assert.equal(env!["PATCHBAY_CASCADEUR_SERVER"], join(folder, "server.json"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
