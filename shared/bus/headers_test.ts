import assert from "node:assert/strict";
import { MsgHdrsImpl } from "@nats-io/nats-core";
import { envelope, HEADERS } from "@patchbay/contracts";
import fc from "fast-check";
import { withCode } from "./bus_fixture.ts";
import { checkSize, envelopeHeaders, fromHeaders, headerBytes, toHeaders } from "./headers.ts";

const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,20}$/);
const value = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
const record = fc.dictionary(name, value, { noNullPrototype: true });

Deno.test("the size that is counted is the size that is sent", () => {
  fc.assert(fc.property(record, (headers) => {
    const all = toHeaders(headers);
    assert.ok(all instanceof MsgHdrsImpl);
    if (Object.keys(headers).length > 0) assert.equal(headerBytes(headers), all.encode().length);
  }));
});

Deno.test("headers come out as they went in", () => {
  fc.assert(fc.property(record, (headers) => {
    assert.deepEqual(Object.fromEntries(fromHeaders(toHeaders(headers))), headers);
  }));
  assert.equal(fromHeaders(undefined).size, 0);
});

Deno.test("a header that would begin a new line is refused", () => {
  for (const bad of ["a\r\nNats-Msg-Id: x", "a\nb", "a\rb"]) assert.throws(() => toHeaders({ "X-Bad": bad }));
  assert.throws(() => toHeaders({ "X-Bad\r\nY": "a" }));
});

Deno.test("an envelope's headers say what the bus needs, and cannot be overruled", () => {
  const message = envelope({ type: "event", payload: {}, source: "test" });
  const headers = envelopeHeaders(message, {
    deadline: 12,
    priority: "low",
    messageId: message.id,
    headers: { "X-Own": "1", [HEADERS.correlationId]: "forged" },
  });
  assert.equal(headers[HEADERS.correlationId], message.metadata.correlationId);
  assert.equal(headers[HEADERS.deadline], "12");
  assert.equal(headers[HEADERS.priority], "low");
  assert.equal(headers[HEADERS.messageId], message.id);
  assert.equal(headers["X-Own"], "1");
});

Deno.test("a message at the limit passes, and one byte more does not", () => {
  const headers = { a: "b" };
  const limit = 100 + headerBytes(headers);
  checkSize("s", new Uint8Array(99), headers, limit);
  checkSize("s", new Uint8Array(100), headers, limit);
  assert.throws(() => checkSize("s", new Uint8Array(101), headers, limit), withCode("PAYLOAD_TOO_LARGE"));
});
