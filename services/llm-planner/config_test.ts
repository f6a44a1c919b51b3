import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { readConfig } from "./config.ts";

Deno.test("without settings the phrasebook plans, and there is no key", () => {
  const { provider, claude } = readConfig({});
  assert.equal(provider, "phrasebook");
  assert.equal(claude.apiKey, "");
});

Deno.test("a key file wins over the variable, and its line end does not count", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "sk-from-file\n");
  const { claude } = readConfig({ ANTHROPIC_API_KEY: "sk-from-env", ANTHROPIC_API_KEY_FILE: path });
  assert.equal(claude.apiKey, "sk-from-file");
  await Deno.remove(path);
});

Deno.test("a bad setting is named, and its value is not told", () => {
  const attempt = () => readConfig({ ANTHROPIC_API_KEY: "sk-secret", ANTHROPIC_BASE_URL: "sk-secret" });
  assert.throws(attempt, (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "INVALID_CONFIGURATION");
    assert.match(error.message, /ANTHROPIC_BASE_URL/);
    assert.doesNotMatch(error.message, /sk-secret/);
    return true;
  });
});
