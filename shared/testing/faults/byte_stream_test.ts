import assert from "node:assert/strict";
import type { ByteStream } from "@patchbay/bridge-kit";
import { faultyStream } from "./byte_stream.ts";
import { Faults } from "./faults.ts";
import type { FaultPlanInput } from "./fault_plan.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A stream in this process, and its other end. */
function pair(rules: FaultPlanInput["rules"]) {
  const [up, down] = [new TransformStream<Bytes, Bytes>(), new TransformStream<Bytes, Bytes>()];
  const closed = Promise.withResolvers<void>();
  const inner: ByteStream = { readable: up.readable, writable: down.writable, close: closed.resolve };
  const faults = new Faults({ seed: 3, rules });
  const stream = faultyStream(inner, { faults, name: "pipe" });
  return {
    faults,
    stream,
    writer: up.writable.getWriter(),
    written: down.readable,
    closed: closed.promise,
    [Symbol.dispose]() {
      stream.close();
      faults[Symbol.dispose]();
    },
  };
}

const text = (bytes: Bytes[]) => bytes.map((piece) => new TextDecoder("latin1").decode(piece));

Deno.test("what is written in one piece is read in many, and the end comes after it", async () => {
  using test = pair([{ fault: "split", maxBytes: 3, direction: "up" }]);
  void test.writer.write(new TextEncoder().encode("Content-Length: 2\r\n\r\n{}"));
  void test.writer.close();
  const pieces = text(await Array.fromAsync(test.stream.readable));
  assert.equal(pieces.join(""), "Content-Length: 2\r\n\r\n{}");
  assert.ok(pieces.length >= 8, `${pieces.length} pieces`);
});

Deno.test("what is written in many pieces is read in one", async () => {
  using test = pair([{ fault: "coalesce", ms: 10, direction: "up" }]);
  for (const piece of ["a", "b", "c"]) void test.writer.write(new TextEncoder().encode(piece));
  void test.writer.close();
  assert.deepEqual(text(await Array.fromAsync(test.stream.readable)), ["abc"]);
});

Deno.test("a stream that is cut ends within what it was sending, and closes", async () => {
  using test = pair([{ fault: "cut", afterBytes: 4, direction: "down" }]);
  const writer = test.stream.writable.getWriter();
  writer.closed.catch(() => {});
  void writer.write(new TextEncoder().encode("half a frame")).catch(() => {});
  assert.deepEqual(text(await Array.fromAsync(test.written)), ["half"]);
  await test.closed;
  assert.match(test.faults.print(), /pipe down: cut after 4 bytes/);
});
