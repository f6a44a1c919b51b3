import assert from "node:assert/strict";
import type { PatchbayError } from "@patchbay/contracts";
import { readConfig } from "./config.ts";
import { createApiKey } from "./keys.ts";

async function withKeyFile(content: string, test: (path: string) => Promise<void>) {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, content);
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}

const invalid = (about: RegExp) => (error: PatchbayError) =>
  error.code === "INVALID_CONFIGURATION" && about.test(error.message);

Deno.test("the environment says where to listen, whom to trust and what to connect to", async () => {
  const { record } = createApiKey({ name: "studio", scopes: ["read"] });
  await withKeyFile(JSON.stringify({ keys: [record] }), async (path) => {
    const config = await readConfig({
      PATCHBAY_KEYS_FILE: path,
      PATCHBAY_PORT: "80",
      PATCHBAY_NATS_URL: "nats://a:4222,nats://b:4222",
      PATCHBAY_ALLOWED_ORIGINS: "https://a.example, https://b.example",
    });
    assert.deepEqual(config.keys, [record]);
    assert.equal(config.port, 80);
    assert.equal(config.host, "127.0.0.1");
    assert.deepEqual(config.bus.servers, ["nats://a:4222", "nats://b:4222"]);
    assert.deepEqual(config.allowedOrigins, ["https://a.example", "https://b.example"]);
    assert.deepEqual(config.allowedHosts, []);
  });
});

Deno.test("a wrong variable and a wrong key file are named", async () => {
  await assert.rejects(readConfig({}), invalid(/PATCHBAY_KEYS_FILE/));
  await assert.rejects(readConfig({ PATCHBAY_KEYS_FILE: "x", PATCHBAY_PORT: "99999" }), invalid(/PATCHBAY_PORT/));
  await assert.rejects(readConfig({ PATCHBAY_KEYS_FILE: "/nowhere/keys" }), invalid(/\/nowhere\/keys/));
  await withKeyFile('{"keys":[{"id":"x"}]}', async (path) => {
    await assert.rejects(readConfig({ PATCHBAY_KEYS_FILE: path }), invalid(/keys/));
  });
});
