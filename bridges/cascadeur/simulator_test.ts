import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { findPython, simulatorLaunch } from "./simulator.ts";

Deno.test("without a Python there is no simulator, and the problem says what to do", async () => {
  await assert.rejects(findPython({ get: () => "/nowhere" }), (error: unknown) => {
    assert.ok(error instanceof PatchbayError && error.code === "APP_NOT_FOUND");
    return /Install Python/.test(error.remedy);
  });
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
