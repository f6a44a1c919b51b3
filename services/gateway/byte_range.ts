/** One byte range of a representation (RFC 9110, section 14). */

export interface ByteRange {
  /** First byte. */
  start: number;
  /** Last byte, inclusive. */
  end: number;
}

/**
 * The range that a `Range` header asks for.
 * `undefined` means the whole: no header, another unit, several ranges, or a header that is not well formed (which must be ignored).
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (match === null) return undefined;
  const [, first, last] = match;
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return length === 0 ? "unsatisfiable" : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  if (last !== "" && Number(last) < start) return undefined;
  if (start >= size) return "unsatisfiable";
  return { start, end: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
}

/** Lets only the range through, and ends the source as soon as it is over. */
export function sliceStream(source: ReadableStream<Uint8Array>, range: ByteRange): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let position = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (position <= range.end) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        const from = Math.max(range.start - position, 0);
        const to = Math.min(range.end + 1 - position, value.length);
        position += value.length;
        if (from >= to) continue;
        controller.enqueue(value.subarray(from, to));
        if (position <= range.end) return;
      }
      await reader.cancel();
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
