import assert from "node:assert/strict";
import fc from "fast-check";
import { PatchbayError } from "@patchbay/contracts";
import { encodeFrame, FrameDecoder } from "./frames.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function join(parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function refuses(input: Uint8Array, code: string, decoder = new FrameDecoder()) {
  assert.throws(() => [...decoder.push(input)], (error) => error instanceof PatchbayError && error.code === code);
}

Deno.test("messages come out whole however the transport cuts them", () => {
  const message = fc.jsonValue().map((value) => ({ jsonrpc: "2.0", method: "ä€😀", params: { value } }));
  fc.assert(fc.property(
    fc.array(message, { minLength: 1, maxLength: 5 }),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
    (messages, sizes) => {
      const stream = join(messages.map(encodeFrame));
      const decoder = new FrameDecoder();
      const seen: unknown[] = [];
      for (let at = 0, i = 0; at < stream.length; i++) {
        const size = sizes[i % sizes.length]!;
        seen.push(...decoder.push(stream.slice(at, at + size)));
        at += size;
      }
      assert.deepEqual(seen, JSON.parse(JSON.stringify(messages)));
      assert.equal(decoder.atBoundary, true);
    },
  ));
});

Deno.test("half a frame yields nothing and is known to be half", () => {
  const decoder = new FrameDecoder();
  const frame = encodeFrame({ a: 1 });
  assert.deepEqual([...decoder.push(frame.slice(0, -1))], []);
  assert.equal(decoder.atBoundary, false);
  assert.deepEqual([...decoder.push(frame.slice(-1))], [{ a: 1 }]);
});

Deno.test("two frames in one read are two messages", () => {
  assert.deepEqual([...new FrameDecoder().push(join([encodeFrame(1), encodeFrame(2)]))], [1, 2]);
});

Deno.test("a character split between two reads survives", () => {
  const frame = encodeFrame("é");
  const decoder = new FrameDecoder();
  const cut = frame.length - 2;
  assert.deepEqual([...decoder.push(frame.slice(0, cut)), ...decoder.push(frame.slice(cut))], ["é"]);
});

Deno.test("the header's case and other fields do not matter", () => {
  const text = "content-type: application/vscode-jsonrpc; charset=utf-8\r\nCONTENT-LENGTH:2\r\n\r\n{}";
  assert.deepEqual([...new FrameDecoder().push(bytes(text))], [{}]);
});

Deno.test("an oversized frame is refused by its header, before its body comes", () => {
  refuses(bytes("Content-Length: 101\r\n\r\n"), "PAYLOAD_TOO_LARGE", new FrameDecoder(100));
});

Deno.test("garbage is refused", () => {
  refuses(bytes("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), "INVALID_MESSAGE");
  refuses(new Uint8Array(5000).fill(120), "INVALID_MESSAGE");
  refuses(bytes("Content-Length: -5\r\n\r\n"), "INVALID_MESSAGE");
  refuses(bytes("Content-Length: 3\r\n\r\n{x}"), "INVALID_MESSAGE");
  refuses(join([bytes("Content-Length: 2\r\n\r\n"), new Uint8Array([0xc3, 0x28])]), "INVALID_MESSAGE");
});

Deno.test("any bytes give messages or a PatchbayError, nothing else", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (chunks) => {
    const decoder = new FrameDecoder();
    try {
      for (const chunk of chunks) Array.from(decoder.push(chunk));
    } catch (error) {
      assert.ok(error instanceof PatchbayError);
    }
  }));
});
