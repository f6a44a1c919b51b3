import assert from "node:assert/strict";
import { MAX_INLINE_BYTES } from "@patchbay/contracts";
import { fitValue, type Store } from "./large_values.ts";

const id = "0".repeat(64);
const store: Store = (meta, content) => Promise.resolve({ ...meta, id, size: content.length, digest: `sha-256:${id}` });

Deno.test("what fits travels as it is, and what does not as a reference to its JSON", async () => {
  const text = (bytes: number) => "x".repeat(bytes - 2);
  assert.deepEqual(await fitValue(text(MAX_INLINE_BYTES), "c", store), { value: text(MAX_INLINE_BYTES) });
  const { value, valueIn } = await fitValue(text(MAX_INLINE_BYTES + 1), "c", store);
  assert.equal(valueIn, "asset");
  assert.deepEqual(value, {
    id,
    name: "c.json",
    mediaType: "application/json",
    size: MAX_INLINE_BYTES + 1,
    digest: `sha-256:${id}`,
  });
});
