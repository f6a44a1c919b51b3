import assert from "node:assert/strict";
import type { PatchbayError } from "@patchbay/contracts";
import { readJson } from "./json_body.ts";

const post = (body: BodyInit, headers: Record<string, string> = { "content-type": "application/json" }) =>
  new Request("http://127.0.0.1/", { method: "POST", body, headers });

const refused = (request: Request, code: string, maxBytes = 1000) =>
  assert.rejects(readJson(request, maxBytes), (error: PatchbayError) => error.code === code);

Deno.test("a JSON body is read, with or without its length", async () => {
  assert.deepEqual(await readJson(post('{"a":1}'), 1000), { a: 1 });
  const stream = ReadableStream.from([new TextEncoder().encode('{"a"'), new TextEncoder().encode(":1}")]);
  assert.deepEqual(await readJson(post(stream), 1000), { a: 1 });
  assert.deepEqual(await readJson(post("[]", { "content-type": "application/problem+json; charset=utf-8" }), 1000), []);
});

Deno.test("a body that is too large is refused by its declared length, or as soon as it is over", async () => {
  await refused(post("[]", { "content-type": "application/json", "content-length": "1001" }), "PAYLOAD_TOO_LARGE");
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 100;
      controller.enqueue(new Uint8Array(100).fill(32));
    },
  });
  await refused(post(endless), "PAYLOAD_TOO_LARGE");
  assert.ok(sent <= 1300, `${sent} bytes were taken`);
});

Deno.test("what is no JSON, no UTF-8, too deep, or of another type is refused", async () => {
  await refused(post("{"), "INVALID_REQUEST");
  await refused(post(""), "INVALID_REQUEST");
  await refused(post(new Uint8Array([34, 0xff, 34])), "INVALID_REQUEST");
  await refused(post("[".repeat(100_000) + "]".repeat(100_000)), "INVALID_REQUEST", 1_000_000);
  await refused(post("{}", { "content-type": "text/plain" }), "INVALID_REQUEST");
});
