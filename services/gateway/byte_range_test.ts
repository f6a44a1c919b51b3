import assert from "node:assert/strict";
import fc from "fast-check";
import { parseByteRange, sliceStream } from "./byte_range.ts";

Deno.test("a range is read as the standard has it", () => {
  assert.deepEqual(parseByteRange("bytes=0-3", 10), { start: 0, end: 3 });
  assert.deepEqual(parseByteRange("bytes=4-", 10), { start: 4, end: 9 });
  assert.deepEqual(parseByteRange("bytes=-3", 10), { start: 7, end: 9 });
  assert.deepEqual(parseByteRange("bytes=-30", 10), { start: 0, end: 9 });
  assert.deepEqual(parseByteRange("bytes=8-99", 10), { start: 8, end: 9 });
});

Deno.test("a range that is not well formed is ignored, one outside is refused", () => {
  for (const ignored of [undefined, "", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b"]) {
    assert.equal(parseByteRange(ignored, 10), undefined, String(ignored));
  }
  for (const outside of ["bytes=10-", "bytes=99-100", "bytes=-0"]) {
    assert.equal(parseByteRange(outside, 10), "unsatisfiable", outside);
  }
  assert.equal(parseByteRange("bytes=0-", 0), "unsatisfiable");
});

Deno.test("a slice of a stream is the slice of its bytes, however they are cut", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.uint8Array({ maxLength: 7 }), { minLength: 1, maxLength: 9 }),
    fc.nat(60),
    fc.nat(60),
    async (chunks, a, b) => {
      const whole = new Uint8Array(await new Blob(chunks).arrayBuffer());
      const range = parseByteRange(`bytes=${Math.min(a, b)}-${Math.max(a, b)}`, whole.length);
      if (typeof range !== "object") return;
      const slice = await new Response(sliceStream(ReadableStream.from(chunks), range)).bytes();
      assert.deepEqual([...slice], [...whole.subarray(range.start, range.end + 1)]);
    },
  ));
});

Deno.test("the source of a slice is ended once the range is over", async () => {
  let ended = false;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(4)),
    cancel: () => void (ended = true),
  });
  const slice = await new Response(sliceStream(source, { start: 1, end: 5 })).bytes();
  assert.equal(slice.length, 5);
  assert.ok(ended);
});
