import assert from "node:assert/strict";
import { newId, PatchbayError } from "@patchbay/contracts";
import { eventStream } from "./sse.ts";

const options = (over: { queuedEvents?: number; heartbeatMs?: number; signal?: AbortSignal } = {}) => ({
  limits: { queuedEvents: over.queuedEvents ?? 100, queuedCharacters: 1_000, heartbeatMs: over.heartbeatMs ?? 60_000 },
  correlationId: newId(),
  signal: over.signal ?? new AbortController().signal,
});

Deno.test("events travel with id, name and one line of data", async () => {
  const response = eventStream((push) => {
    push({ id: "7", event: "note", data: { text: "a\nb" } });
    push({ event: "other", data: 1 });
    return Promise.resolve();
  }, options());
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  assert.equal(
    await response.text(),
    'retry: 1000\n\nid: 7\nevent: note\ndata: {"text":"a\\nb"}\n\nevent: other\ndata: 1\n\n',
  );
});

Deno.test("a source that fails says so as its last event, without what is internal", async () => {
  const failing = (error: Error) => eventStream(() => Promise.reject(error), options()).text();
  assert.match(await failing(new PatchbayError("BUS_UNAVAILABLE", "Cannot read: x")), /event: error\ndata: .*BUS_UNAV/);
  assert.ok(!(await failing(new Error("secret"))).includes("secret"));
});

Deno.test("a reader that lags is told; silence brings comments; a reader that goes ends the source", async () => {
  const ended = Promise.withResolvers<void>();
  const response = eventStream(async (push, signal) => {
    for (let i = 0; i < 10; i++) push({ event: "n", data: i });
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    ended.resolve();
  }, options({ queuedEvents: 2, heartbeatMs: 1 }));
  let text = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes(": still here")) break;
  }
  assert.match(text, /event: lagged\ndata: \{"dropped":8\}\n\nevent: n\ndata: 8\n\nevent: n\ndata: 9\n\n: still here/);
  await ended.promise;
});

Deno.test("the gateway's end ends the stream", async () => {
  const gateway = new AbortController();
  const response = eventStream(
    (_push, signal) =>
      new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true })),
    options({ signal: gateway.signal }),
  );
  gateway.abort();
  assert.equal(await response.text(), "retry: 1000\n\n");
});

Deno.test("nothing is followed for an answer that nobody reads, such as one to HEAD", async () => {
  let followed = false;
  const response = eventStream(() => {
    followed = true;
    return Promise.resolve();
  }, options());
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(followed, false);
  assert.equal(await response.text(), "retry: 1000\n\n");
  assert.equal(followed, true);
});
