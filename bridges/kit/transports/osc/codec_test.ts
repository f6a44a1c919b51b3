import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import * as foreign from "node-osc";
import { PatchbayError } from "@patchbay/contracts";
import type { OscArgument } from "./argument.ts";
import { decodePacket, encodeBundle, encodeMessage, MAX_DATAGRAM_BYTES } from "./codec.ts";

const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;
const text = fc.string({ unit: "grapheme" }).map((string) => string.replaceAll("\0", ""));

Deno.test("every type arrives as it was sent", () => {
  const args: OscArgument[] = [
    1,
    -(2 ** 31),
    0.5,
    { type: "f", value: 1 },
    { type: "d", value: Math.PI },
    2 ** 40,
    2n ** 62n,
    "ä — 🎛",
    "",
    true,
    false,
    null,
    new Uint8Array([1, 2, 3, 4, 5]),
    { type: "i", value: 7 },
  ];
  const [message] = decodePacket(encodeMessage({ address: "/a", args }));
  assert.deepEqual(message, {
    address: "/a",
    args: [
      1,
      -(2 ** 31),
      0.5,
      1,
      Math.PI,
      2 ** 40,
      2n ** 62n,
      "ä — 🎛",
      "",
      true,
      false,
      null,
      new Uint8Array([1, 2, 3, 4, 5]),
      7,
    ],
  });
});

Deno.test("a 32-bit float reads as the number that a person would write", () => {
  const read = (value: number) =>
    decodePacket(encodeMessage({ address: "/a", args: [{ type: "f", value }] }))[0]?.args[0];
  for (const value of [0.1, 120.1, 0.85, 1 / 3, 16777216, 1e-9, 3.4e38]) {
    assert.equal(Math.fround(read(value) as number), Math.fround(value));
  }
  assert.deepEqual([read(0.1), read(120.1), read(0.85)], [0.1, 120.1, 0.85]);
});

Deno.test("messages of any arguments arrive as they were sent", () => {
  const argument = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), text, fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(fc.array(argument), (args) => {
      assert.deepEqual(decodePacket(encodeMessage({ address: "/any/thing", args })), [{ address: "/any/thing", args }]);
    }),
  );
});

Deno.test("whatever bytes come, there are messages or INVALID_MESSAGE", () => {
  const broken = fc.tuple(fc.uint8Array({ maxLength: 64 }), fc.constantFrom("", "#bundle\0", "/a\0\0,ifsbhd\0\0"))
    .map(([bytes, head]) => new Uint8Array([...new TextEncoder().encode(head), ...bytes]));
  fc.assert(
    fc.property(broken, (bytes) => {
      try {
        decodePacket(bytes);
      } catch (error) {
        if (!code("INVALID_MESSAGE")(error)) throw error;
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("bundles within bundles are bounded, and parts do not reach out of them", () => {
  let nested: Uint8Array = encodeMessage({ address: "/deep", args: [] });
  for (let depth = 0; depth < 9; depth++) {
    const header = encodeBundle([]);
    nested = new Uint8Array([...header, 0, 0, nested.length >> 8, nested.length & 255, ...nested]);
  }
  assert.throws(() => decodePacket(nested), code("INVALID_MESSAGE"));
  const long = new Uint8Array([...encodeBundle([]), 0x7f, 0xff, 0xff, 0xff]);
  assert.throws(() => decodePacket(long), code("INVALID_MESSAGE"));
  const endless = new Uint8Array([...encodeBundle([]), 0, 0, 0, 0]);
  assert.throws(() => decodePacket(endless), code("INVALID_MESSAGE"));
});

Deno.test("a bundle says when its messages take effect", () => {
  const at = Date.UTC(2026, 10, 21, 12, 0, 0, 250);
  const messages = [{ address: "/a", args: [1] }, { address: "/b", args: [] }];
  const read = decodePacket(encodeBundle(messages, at));
  assert.deepEqual(read.map(({ address }) => address), ["/a", "/b"]);
  for (const message of read) assert.ok(Math.abs(message.at! - at) < 0.001);
  assert.deepEqual(decodePacket(encodeBundle(messages)), messages);
});

Deno.test("what fits no datagram, and what is no address, is not sent", () => {
  const large = new Uint8Array(MAX_DATAGRAM_BYTES);
  assert.throws(() => encodeMessage({ address: "/a", args: [large] }), code("PAYLOAD_TOO_LARGE"));
  for (const address of ["", "a", "/a b", "/a\0b", "/ä"]) {
    assert.throws(() => encodeMessage({ address, args: [] }), code("INVALID_REQUEST"));
  }
});

Deno.test("a foreign program reads what we write, and we what it writes", () => {
  const ours = foreign.decode(
    Buffer.from(encodeMessage({ address: "/live/track", args: [1, 0.5, "Bass", true, null] })),
  );
  assert.deepEqual(ours, {
    oscType: "message",
    address: "/live/track",
    args: [1, 0.5, "Bass", true, null].map((value) => ({ value })),
  });
  const message = new foreign.Message("/x", 1, 0.5, "ü", true, Buffer.from([1, 2, 3]));
  assert.deepEqual(decodePacket(foreign.encode(message)), [{
    address: "/x",
    args: [1, 0.5, "ü", true, new Uint8Array([1, 2, 3])],
  }]);
  const bundle = foreign.decode(Buffer.from(encodeBundle([{ address: "/a", args: [2] }], 1_790_000_000_500)));
  assert.equal(bundle.timetag, 1_790_000_000.5);
  assert.equal(decodePacket(foreign.encode(new foreign.Bundle(["/a", 1], ["/b", 2]))).length, 2);
});
