import assert from "node:assert/strict";
import { EMBEDDED_POLICIES, PatchbayError, SERVER_POLICIES } from "@patchbay/contracts";
import { readConfig } from "./config.ts";

const NATS = { PATCHBAY_NATS_URL: "nats://nats:4222" };

Deno.test("a conductor that runs by itself asks before anything changes, unless it is told otherwise", () => {
  assert.equal(readConfig(NATS).policies, SERVER_POLICIES);
  assert.equal(readConfig({ ...NATS, PATCHBAY_POLICIES: "server" }).policies, SERVER_POLICIES);
  assert.equal(readConfig({ ...NATS, PATCHBAY_POLICIES: "embedded" }).policies, EMBEDDED_POLICIES);
});

Deno.test("policies that there are none of are refused, with the variable", () => {
  assert.throws(() => readConfig({ ...NATS, PATCHBAY_POLICIES: "none" }), (error) => {
    assert.ok(error instanceof PatchbayError && error.code === "INVALID_CONFIGURATION");
    assert.match(error.message, /PATCHBAY_POLICIES/);
    return true;
  });
});
