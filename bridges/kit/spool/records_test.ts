import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32 } from "./crc32.ts";
import { decodeRecord, decodeRecords, encodeRecord } from "./records.ts";

/** A field name as RFC 9110 has it. */
const headerName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,30}$/);
const message = fc.record({
  subject: fc.string({ minLength: 1 }),
  headers: fc.dictionary(headerName, fc.string()).map((headers) => ({ ...headers })),
  data: fc.uint8Array({ maxLength: 300 }),
});

function joined(parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

Deno.test("the checksum is the one that zip has", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

Deno.test("messages are read as they were written", () => {
  fc.assert(fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
    const found = [...decodeRecords(joined(messages.map(encodeRecord)))].map(({ message }) => message);
    assert.deepEqual(JSON.parse(JSON.stringify(found)), JSON.parse(JSON.stringify(messages)));
  }));
});

Deno.test("a file that was torn anywhere gives the messages that were whole before", () => {
  const records = ["a", "bc", "def"].map((text) =>
    encodeRecord({ subject: text, headers: { "Nats-Msg-Id": text }, data: new TextEncoder().encode(text) })
  );
  const bytes = joined(records);
  const ends = records.map((_, i) => records.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0));
  for (let length = 0; length <= bytes.length; length++) {
    const whole = ends.filter((end) => end <= length).length;
    assert.equal([...decodeRecords(bytes.subarray(0, length))].length, whole, `${length} bytes`);
  }
});

Deno.test("a damaged record is none, and neither is one of an impossible length", () => {
  const record = encodeRecord({ subject: "s", headers: {}, data: new TextEncoder().encode("content") });
  for (let at = 0; at < record.length; at++) {
    const damaged = record.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    assert.equal(decodeRecord(damaged), undefined, `byte ${at}`);
  }
});
