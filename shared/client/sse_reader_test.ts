import assert from "node:assert/strict";
import fc from "fast-check";
import { readEvents, type ReceivedEvent } from "./sse_reader.ts";

async function read(...chunks: string[]): Promise<ReceivedEvent[]> {
  return await Array.fromAsync(readEvents(ReadableStream.from(chunks)));
}

const STREAM =
  "retry: 1000\n\n: hello\n\nid: 7\nevent: note\ndata: {\ndata: }\n\ndata:x\r\n\r\nevent: lone\n\nid\ndata\n\ndata: cut";
const EVENTS: ReceivedEvent[] = [
  { event: "note", data: "{\n}", lastEventId: "7" },
  { event: "message", data: "x", lastEventId: "7" },
  { event: "message", data: "", lastEventId: "" },
];

Deno.test("events are read as the standard has it; comments and what is cut off are not events", async () => {
  assert.deepEqual(await read(STREAM), EVENTS);
});

Deno.test("events are the same however the stream is cut", async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat(STREAM.length), { maxLength: 8 }), async (cuts) => {
    const at = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
    assert.deepEqual(await read(...at.slice(1).map((end, i) => STREAM.slice(at[i], end))), EVENTS);
  }));
});
