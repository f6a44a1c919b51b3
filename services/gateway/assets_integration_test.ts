import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { startTestNats } from "@patchbay/testing";
import { startTestGateway } from "./testing/studio.ts";

async function studio(assetBytes = 10_000_000) {
  const nats = await startTestNats();
  const gateway = await startTestGateway(await nats.connect("gateway"), { limits: { assetBytes } });
  return {
    ...gateway,
    put: (content: BodyInit, { name = "hero.png", type = "image/png", method = "PUT" } = {}) =>
      gateway.ask(`/v1/assets?name=${encodeURIComponent(name)}`, {
        method,
        body: content,
        headers: { "content-type": type },
      }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await nats[Symbol.asyncDispose]();
    },
  };
}

const bytes = (size: number) => Uint8Array.from({ length: size }, (_, i) => (i * 7) % 251);

Deno.test("what is put is got again, under its digest, safely labelled", async () => {
  await using s = await studio();
  const content = bytes(300_000);
  const stored = await s.put(new Blob([content]).stream(), { name: "Würfel.png" });
  assert.equal(stored.status, 201);
  const ref = await stored.json();
  assert.equal(ref.id, createHash("sha256").update(content).digest("hex"));
  assert.equal(ref.size, content.length);
  const response = await s.ask(stored.headers.get("location") ?? "");
  assert.deepEqual(await response.bytes(), content);
  const header = (name: string) => response.headers.get(name);
  assert.equal(header("content-type"), "image/png");
  assert.equal(header("content-length"), String(content.length));
  assert.equal(header("etag"), `"${ref.id}"`);
  assert.equal(header("x-content-type-options"), "nosniff");
  assert.equal(header("content-security-policy"), "default-src 'none'; sandbox");
  assert.equal(header("content-disposition"), `inline; filename="W_rfel.png"; filename*=UTF-8''W%C3%BCrfel.png`);
  assert.deepEqual(await (await s.ask("/v1/assets")).json(), { assets: [ref] });
});

Deno.test("a page that was put as an asset is only downloaded", async () => {
  await using s = await studio();
  const { id } = await (await s.put("<script>1</script>", { name: "x.html", type: "text/html; charset=utf-8" })).json();
  const response = await s.ask(`/v1/assets/${id}`);
  assert.equal(response.headers.get("content-disposition"), 'attachment; filename="x.html"');
  await response.body?.cancel();
});

Deno.test("one range of an asset is sent; what is no range is passed over; what is outside is refused", async () => {
  await using s = await studio();
  const content = bytes(300_000);
  const { id } = await (await s.put(content)).json();
  const get = (range: string, headers: Record<string, string> = {}) =>
    s.ask(`/v1/assets/${id}`, { headers: { range, ...headers } });
  for (
    const [range, start, end] of [["bytes=0-9", 0, 9], ["bytes=131071-131073", 131071, 131073], [
      "bytes=-5",
      299_995,
      299_999,
    ]] as const
  ) {
    const response = await get(range);
    assert.equal(response.status, 206, range);
    assert.equal(response.headers.get("content-range"), `bytes ${start}-${end}/300000`);
    assert.deepEqual(await response.bytes(), content.subarray(start, end + 1));
  }
  for (const whole of ["bytes=9-1", "bytes=0-1,5-6", "rows=1-2"]) {
    const response = await get(whole);
    assert.equal(response.status, 200, whole);
    assert.equal((await response.bytes()).length, content.length);
  }
  const outside = await get("bytes=300000-");
  assert.equal(outside.status, 416);
  assert.equal(outside.headers.get("content-range"), "bytes */300000");
  assert.equal((await outside.json()).status, 416);
  const changed = await get("bytes=0-9", { "if-range": '"another"' });
  assert.equal(changed.status, 200);
  await changed.body?.cancel();
});

Deno.test("an asset that the caller has is not sent, and HEAD sends no content", async () => {
  await using s = await studio();
  const { id } = await (await s.put(bytes(200_000))).json();
  const had = await s.ask(`/v1/assets/${id}`, { headers: { "if-none-match": `"${id}"` } });
  assert.equal(had.status, 304);
  assert.equal(await had.text(), "");
  const head = await s.ask(`/v1/assets/${id}`, { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(head.headers.get("content-length"), "200000");
  assert.equal(await head.text(), "");
});

Deno.test("an asset that is too large is refused, by its declared length or on the way", async () => {
  await using s = await studio(1000);
  const endless = new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(bytes(400)) });
  for (const content of [bytes(1001), endless]) {
    const response = await s.put(content);
    assert.equal(response.status, 413);
    assert.equal((await response.json()).code, "PAYLOAD_TOO_LARGE");
  }
  assert.deepEqual(await (await s.ask("/v1/assets")).json(), { assets: [] });
});

Deno.test("a name with a path, a type that is none, and an unknown digest are refused", async () => {
  await using s = await studio();
  for (const name of ["../../etc/passwd", "a\\b", "a\nb"]) {
    assert.equal((await s.put("x", { name })).status, 400, name);
  }
  assert.equal((await s.put("x", { type: "png" })).status, 400);
  assert.equal((await s.ask(`/v1/assets/${"0".repeat(64)}`)).status, 404);
  assert.equal((await s.ask("/v1/assets/..%2f..%2fkey")).status, 400);
  assert.equal((await s.put("", { method: "POST" })).status, 201);
});
