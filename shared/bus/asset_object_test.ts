import assert from "node:assert/strict";
import { AssetRef } from "@patchbay/contracts";
import { AssetObject, describeObject, metaSubject, refOf } from "./asset_object.ts";
import { rechunk } from "./asset_upload.ts";

Deno.test("an object's description is valid, and leads to a valid reference", () => {
  const sha256 = new Uint8Array(32).fill(0xfb);
  const object = describeObject(
    { name: "hero.png", mediaType: "image/png" },
    { nuid: "abc", sha256, size: 3, chunks: 1, chunkBytes: 1024 },
  );
  assert.deepEqual(AssetObject.parse(JSON.parse(JSON.stringify(object))), object);
  const ref = AssetRef.parse(refOf(object));
  assert.equal(ref.id, "fb".repeat(32));
  assert.equal(object.digest, "SHA-256=-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s=");
  assert.ok(/^\$O\.assets\.M\.[\w=-]+$/.test(metaSubject(ref.id)));
});

Deno.test("pieces of any size become chunks of one size, with nothing lost", async () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 256);
  const content = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0, size = 0; at < bytes.length; at += size, size = (size * 3 + 1) % 71) {
        controller.enqueue(bytes.subarray(at, at + size));
      }
      controller.close();
    },
  });
  const chunks = await Array.fromAsync(rechunk(content, 64, "Cannot", undefined));
  assert.ok(chunks.slice(0, -1).every(({ length }) => length === 64));
  assert.deepEqual(chunks.flatMap((chunk) => [...chunk]), [...bytes]);
});
