/** What a child prints, line by line; a line without an end is cut instead of kept. */
const MAX_LINE_LENGTH = 4_000;

/** Resolves when the stream ends. */
export async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.slice(0, MAX_LINE_LENGTH));
    if (rest.length > MAX_LINE_LENGTH) {
      onLine(rest.slice(0, MAX_LINE_LENGTH));
      rest = "";
    }
  }
  if (rest !== "") onLine(rest);
}
