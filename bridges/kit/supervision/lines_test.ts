import assert from "node:assert/strict";
import { startChild } from "./child.ts";
import { eachLine, readable } from "./lines.ts";
import { sh } from "./test_processes.ts";

async function linesOf(...chunks: (string | Uint8Array<ArrayBuffer>)[]): Promise<string[]> {
  const bytes = chunks.map((chunk) => typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  const lines: string[] = [];
  await eachLine(ReadableStream.from(bytes), (line) => lines.push(line));
  return lines;
}

Deno.test("lines come out whole however they are cut, and a character too", async () => {
  assert.deepEqual(await linesOf("on", "e\r\ntw", "o\nthree"), ["one", "two", "three"]);
  const bytes = new TextEncoder().encode("é\n");
  assert.deepEqual(await linesOf(bytes.slice(0, 1), bytes.slice(1)), ["é"]);
});

Deno.test("bytes that are no text, and signs that move a cursor, cannot forge a line", async () => {
  assert.deepEqual(await linesOf(new Uint8Array([0xff, 0x41, 0x0a]), "\x1b[2Jgone\tkept\rover\n"), [
    "\u{FFFD}A",
    "\u{FFFD}[2Jgone\tkept\u{FFFD}over",
  ]);
});

Deno.test("a flood is passed on up to what people can read, and counted", () => {
  const lines: string[] = [];
  const flood = readable((line) => lines.push(line));
  for (let i = 0; i < 1_000; i++) flood.line(`line ${i}`);
  flood.end();
  assert.equal(lines.length, 201);
  assert.equal(lines.at(-1), "… 800 more lines left out");
});

Deno.test("a script that floods both its outputs neither fills the memory nor keeps its end", async () => {
  let passed = 0;
  await using child = startChild({
    ...sh("yes flood >&2 & yes flood & sleep 0.3; echo last words; kill %1 %2 2>/dev/null; exit 9"),
    onLine: () => passed++,
    limits: { wallMs: 30_000 },
  });
  const exit = await child.exited;
  assert.equal(exit.code, 9);
  assert.equal(exit.lastLines.length, 20);
  assert.ok(passed > 0 && passed < 10_000, `${passed} lines`);
});

Deno.test("whoever reads can stop reading", async () => {
  const stop = new AbortController();
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({ pull: () => new Promise(() => {}) });
  const reading = eachLine(endless, () => {}, stop.signal);
  stop.abort();
  await reading;
});
