import assert from "node:assert/strict";
import { redact, redactText } from "./redact.ts";

const secretNames = [
  "password",
  "token",
  "apiKey",
  "api_key",
  "Authorization",
  "Set-Cookie",
  "access_token",
  "refreshToken",
  "seed",
  "clientSecret",
];
const plainNames = ["inputTokens", "maxTokens", "name", "secretary", "keyframe", "tokens", "author"];

for (const name of secretNames) {
  Deno.test(`a field called '${name}' is redacted, wherever it lies`, () => {
    assert.deepEqual(redact({ a: [{ [name]: "s" }] }), { a: [{ [name]: "[redacted]" }] });
  });
}

for (const name of plainNames) {
  Deno.test(`a field called '${name}' is kept`, () => {
    assert.deepEqual(redact({ [name]: "s" }), { [name]: "s" });
  });
}

Deno.test("secrets are taken out of text by their looks", () => {
  const text = "key pb_a1b2c3_0123456789abcdef, Bearer abcdef.ghijkl, sk-ant-0123456789, nats://u:p@host:4222";
  assert.equal(
    redactText(text),
    "key pb_a1b2c3_[redacted], Bearer [redacted], [redacted], nats://[redacted]@host:4222",
  );
});

Deno.test("the seed of an nkey and a private key are taken out", () => {
  assert.equal(redactText(`seed SU${"A".repeat(56)} end`), "seed [redacted] end");
  assert.equal(redactText("-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----"), "[redacted]");
});

Deno.test("a cycle is cut", () => {
  const value: Record<string, unknown> = { a: 1 };
  value["self"] = value;
  assert.deepEqual(redact(value), { a: 1, self: "[circular]" });
});

Deno.test("the same value twice is no cycle", () => {
  const shared = { a: 1 };
  assert.deepEqual(redact([shared, shared]), [{ a: 1 }, { a: 1 }]);
});

Deno.test("an error keeps its name, message and cause, without their secrets", () => {
  const error = new TypeError("no nats://u:p@host", { cause: new Error("Bearer abcdefghijk") });
  const { name, message, cause } = redact(error) as { name: string; message: string; cause: { message: string } };
  assert.deepEqual([name, message, cause.message], ["TypeError", "no nats://[redacted]@host", "Bearer [redacted]"]);
});

Deno.test("what JSON cannot hold becomes text", () => {
  assert.deepEqual(
    redact([10n, new Date(0), new Uint8Array(3), new Map([["token", "x"]]), new Set([1]), () => 1]),
    ["10", "1970-01-01T00:00:00.000Z", "[3 bytes]", { token: "[redacted]" }, [1], "[function]"],
  );
});

Deno.test("the value itself is not changed", () => {
  const value = { password: "x", deep: { token: "y" } };
  redact(value);
  assert.deepEqual(value, { password: "x", deep: { token: "y" } });
});
