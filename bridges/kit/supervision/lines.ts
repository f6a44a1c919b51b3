/** What a child prints, line by line; a line without an end is cut instead of kept, and a flood is held up. */
import { pause } from "./backoff.ts";

const MAX_LINE_LENGTH = 4_000;
/** So much is read in a second, in characters; then the child waits until the second is over. */
const MAX_PER_SECOND = 16 * 1024 * 1024;
/** So many lines are passed on in a second; the rest is counted. */
const LINES_PER_SECOND = 200;

/** Resolves when the stream ends, or the signal fires. */
export async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onLine: (line: string) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  let rest = "";
  let window = { since: performance.now(), length: 0 };
  const give = (line: string) => onLine(printable(line.slice(0, MAX_LINE_LENGTH)));
  try {
    for await (const text of stream.pipeThrough(new TextDecoderStream(), { signal })) {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) give(line);
      if (rest.length > MAX_LINE_LENGTH) {
        give(rest);
        rest = "";
      }
      window.length += text.length;
      const age = performance.now() - window.since;
      if (age < 1000 && window.length < MAX_PER_SECOND) continue;
      if (window.length >= MAX_PER_SECOND) await pause(1000 - age, signal);
      window = { since: performance.now(), length: 0 };
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (rest !== "") give(rest);
}

/** What would move a terminal's cursor, or forge a line of the log, is shown as a sign that something was there. */
const printable = (line: string) => line.replaceAll(/(?!\t)\p{Cc}/gu, "\u{FFFD}");

/** Passes on as many lines as people can read, and says how many it left out. */
export function readable(onLine: (line: string) => void): { line(line: string): void; end(): void } {
  let window = { since: -Infinity, lines: 0 };
  const end = () => {
    const leftOut = window.lines - LINES_PER_SECOND;
    if (leftOut > 0) onLine(`… ${leftOut} more lines left out`);
    window = { since: performance.now(), lines: 0 };
  };
  return {
    line(line) {
      if (performance.now() - window.since >= 1000) end();
      if (++window.lines <= LINES_PER_SECOND) onLine(line);
    },
    end,
  };
}
