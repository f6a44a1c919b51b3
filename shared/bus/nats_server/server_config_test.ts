import assert from "node:assert/strict";
import { formatServerConfig } from "./server_config.ts";

const base = { host: "127.0.0.1", port: -1, storeDir: "/data", users: [] };

Deno.test("values cannot break out of their quotes", () => {
  const text = formatServerConfig({ ...base, storeDir: 'a" }\nport: 1' });
  assert.equal(text.split("\n").filter((line) => line.startsWith("port:")).length, 1);
});

Deno.test("without users there is no authorization block", () => {
  assert.ok(!formatServerConfig(base).includes("authorization"));
});

Deno.test("permissions are written in the server's words", () => {
  const text = formatServerConfig({
    ...base,
    syncAlways: true,
    users: [{
      nkey: "UABC",
      permissions: {
        publish: { allow: ["a.>"] },
        subscribe: { allow: ["b"], deny: ["c"] },
        allowResponses: { max: 1, expires: "1m" },
      },
    }],
    extra: "max_payload: 2MB",
  });
  for (const part of ['"nkey": "UABC"', '"allow_responses"', '"sync_interval": "always"', "max_payload: 2MB"]) {
    assert.ok(text.includes(part), `${part} is missing in\n${text}`);
  }
});
