import assert from "node:assert/strict";
import { ApiKey, apiKeyRecord, createApiKey, KeyRing, scopeFor } from "./keys.ts";

Deno.test("a new key opens the ring that holds its record, and the record does not hold the secret", () => {
  const { text, record } = createApiKey({ name: "studio", scopes: ["read", "write"] });
  assert.match(text, /^pb_[a-z0-9]+_[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(new KeyRing([record]).verify(text), record);
  assert.ok(!JSON.stringify(record).includes(text.split("_").slice(2).join("_")));
  assert.deepEqual(ApiKey.parse(record), record);
});

Deno.test("a key with another secret, another id, or no form at all opens nothing", () => {
  const { text, record } = createApiKey({ name: "studio", scopes: ["read"] });
  const ring = new KeyRing([record]);
  const other = createApiKey({ name: "other", scopes: ["read"] }).text;
  const wrongSecret = text.slice(0, -1) + (text.endsWith("A") ? "B" : "A");
  for (const wrong of [other, wrongSecret, "", "pb__", text + "A", ` ${text}`, text.toUpperCase()]) {
    assert.equal(ring.verify(wrong), undefined, wrong);
  }
});

Deno.test("the record of a key can be made again from its text", () => {
  const { text, record } = createApiKey({ name: "studio", scopes: ["admin"] });
  assert.deepEqual(apiKeyRecord(text, { name: "studio", scopes: ["admin"] }), record);
  assert.throws(() => apiKeyRecord("secret", { name: "x", scopes: [] }), TypeError);
});

Deno.test("a command that may do anything asks for the scope 'code'", () => {
  assert.equal(scopeFor("open"), "code");
  assert.equal(scopeFor("read"), "read");
});
