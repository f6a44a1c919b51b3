import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { decodeEnvelope, encodeEnvelope, Envelope, envelope, MessageType } from "./envelope.ts";
import { PatchbayError } from "./patchbay_error.ts";
import { JsonValue, MAX_JSON_DEPTH } from "./json.ts";

const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const refused = (code: string) => (error: unknown) => error instanceof PatchbayError && error.code === code;
const sample = () => envelope({ type: "event", payload: { a: 1 }, source: "blender.ws-07" });

/** JSON has no -0. */
const json = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));
const withoutProto = (value: unknown) => !JSON.stringify(value).includes("__proto__");

Deno.test("an envelope comes out of its bytes as it went in", () => {
  fc.assert(fc.property(
    fc.constantFrom(...MessageType.options),
    json.filter(withoutProto),
    fc.string({ minLength: 1, maxLength: 200, unit: "grapheme" }).filter((text) => text.length <= 200),
    (type, payload, source) => {
      const message = envelope({ type, payload, source });
      assert.deepEqual(decodeEnvelope(encodeEnvelope(message), JsonValue), message);
    },
  ));
});

Deno.test("unknown fields of an envelope are kept, at every level", () => {
  const message = { ...sample(), extra: [1], metadata: { ...sample().metadata, later: true } };
  const decoded = decodeEnvelope(bytes(message), JsonValue);
  assert.deepEqual(decoded["extra"], [1]);
  assert.equal(decoded.metadata["later"], true);
});

Deno.test("an envelope without one of its fields is refused", () => {
  for (const field of ["type", "v", "id", "payload", "metadata"] as const) {
    const { [field]: _, ...rest } = sample();
    assert.throws(() => decodeEnvelope(bytes(rest), JsonValue), refused("INVALID_MESSAGE"), field);
  }
  for (const field of ["timestamp", "source", "correlationId"] as const) {
    const { [field]: _, ...metadata } = sample().metadata;
    assert.throws(() => decodeEnvelope(bytes({ ...sample(), metadata }), JsonValue), refused("INVALID_MESSAGE"), field);
  }
});

Deno.test("an envelope of another version is refused with UNSUPPORTED_VERSION", () => {
  fc.assert(fc.property(fc.integer().filter((v) => v !== 1), (v) => {
    assert.throws(() => decodeEnvelope(bytes({ ...sample(), v }), JsonValue), refused("UNSUPPORTED_VERSION"));
  }));
});

Deno.test("bytes that are no envelope are refused, whatever they are", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map((text) => new TextEncoder().encode(text))), (content) => {
      assert.throws(() => decodeEnvelope(content, JsonValue), (error) => error instanceof PatchbayError);
    }),
  );
});

Deno.test("a payload is accepted up to the greatest depth and refused past it", () => {
  const nest = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const message = (depth: number) =>
    new TextEncoder().encode(JSON.stringify({ ...sample(), payload: "@" }).replace('"@"', nest(depth)));
  decodeEnvelope(message(MAX_JSON_DEPTH), JsonValue);
  assert.throws(() => decodeEnvelope(message(MAX_JSON_DEPTH + 1), JsonValue), refused("INVALID_MESSAGE"));
  assert.throws(() => decodeEnvelope(message(500_000), JsonValue), refused("INVALID_MESSAGE"));
});

Deno.test("a huge string is read as it is, and refused where a name belongs", () => {
  const huge = "x".repeat(5_000_000);
  assert.equal(decodeEnvelope(bytes({ ...sample(), payload: huge }), z.string()).payload.length, huge.length);
  const metadata = { ...sample().metadata, source: huge };
  assert.throws(() => decodeEnvelope(bytes({ ...sample(), metadata }), JsonValue), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.ok(error.message.length < 500, "the huge string is not in the message");
    return error.code === "INVALID_MESSAGE";
  });
});

Deno.test("a payload of the wrong shape is refused with the path inside the message", () => {
  assert.throws(() => decodeEnvelope(bytes(sample()), z.object({ a: z.string() })), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.deepEqual(error.issues.map(({ path }) => path), [["payload", "a"]]);
    return true;
  });
});

Deno.test("a payload with NaN is refused before it becomes null on the wire", () => {
  assert.equal(Envelope.safeParse({ ...sample(), payload: { at: [NaN] } }).success, false);
});
