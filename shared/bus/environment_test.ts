import assert from "node:assert/strict";
import { busFromEnvironment } from "./environment.ts";

Deno.test("the environment names servers and the credentials file; what is wrong is named, not shown", () => {
  assert.deepEqual(busFromEnvironment({}), { servers: ["nats://127.0.0.1:4222"] });
  const set = { PATCHBAY_NATS_URL: "nats://a:4222,nats://b:4222", PATCHBAY_NATS_CREDENTIALS: "/c.json", OTHER: "1" };
  assert.deepEqual(busFromEnvironment(set), {
    servers: ["nats://a:4222", "nats://b:4222"],
    credentialsFile: "/c.json",
  });
  assert.throws(() => busFromEnvironment({ PATCHBAY_NATS_URL: "" }), {
    code: "INVALID_CONFIGURATION",
    message: /PATCHBAY_NATS_URL/,
  });
});
