import assert from "node:assert/strict";
import { join } from "node:path";
import { type AssetRef, PatchbayError } from "@patchbay/contracts";
import { withAssets, withFiles } from "./asset_files.ts";

const id = "a".repeat(64);
const ref: AssetRef = { id, name: "wood.png", mediaType: "image/png", size: 3, digest: `sha-256:${id}` };

/** A private folder, and a store of one asset that remembers what is put into it. */
async function startStore() {
  const workDir = await Deno.makeTempDir({ prefix: "patchbay-assets-" });
  const stored: { name: string; bytes: number[] }[] = [];
  return {
    workDir,
    stored,
    getAsset: (wanted: string) =>
      Promise.resolve(wanted === id ? { ref, content: new Blob([new Uint8Array([1, 2, 3])]).stream() } : undefined),
    async putAsset(meta: { name: string; mediaType: string }, content: ReadableStream<Uint8Array> | Uint8Array) {
      stored.push({ name: meta.name, bytes: [...await new Response(content as BodyInit).bytes()] });
      return { ...ref, ...meta };
    },
    filesLeft: async () => (await Array.fromAsync(Deno.readDir(join(workDir, "incoming")))).length,
    [Symbol.asyncDispose]: () => Deno.remove(workDir, { recursive: true }),
  };
}

const made = (path: string) => ({ image: { $file: { path, name: "render.png", mediaType: "image/png" } }, width: 4 });

Deno.test("an asset is a file while the command runs, and no longer", async () => {
  await using store = await startStore();
  {
    await using files = await withFiles({ object: "Hero", texture: ref }, store);
    const { texture } = files.args as { texture: { $file: { path: string; name: string } } };
    assert.ok(texture.$file.path.endsWith(".png"));
    assert.equal(texture.$file.name, "wood.png");
    assert.deepEqual([...await Deno.readFile(texture.$file.path)], [1, 2, 3]);
  }
  assert.equal(await store.filesLeft(), 0);
});

Deno.test("an asset that nobody stored is NOT_FOUND, and what was fetched before it is deleted", async () => {
  await using store = await startStore();
  const missing = { ...ref, id: "b".repeat(64), digest: `sha-256:${"b".repeat(64)}` };
  await assert.rejects(
    withFiles({ first: ref, second: missing }, store),
    (error: unknown) => error instanceof PatchbayError && error.code === "NOT_FOUND",
  );
  assert.equal(await store.filesLeft(), 0);
});

Deno.test("a file in a result is stored, replaced by its reference, and deleted", async () => {
  await using store = await startStore();
  const path = join(store.workDir, "out");
  await Deno.writeFile(path, new Uint8Array([7]));
  const result = await withAssets(made(path), store) as { image: AssetRef; width: number };
  assert.equal(result.image.name, "render.png");
  assert.equal(result.width, 4);
  assert.deepEqual(store.stored, [{ name: "render.png", bytes: [7] }]);
  await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("a file outside the bridge's folder is not taken, not even through a link inside it", async () => {
  await using store = await startStore();
  const outside = await Deno.makeTempFile();
  try {
    const link = join(store.workDir, "link");
    await Deno.symlink(outside, link);
    for (const path of [outside, link, join(store.workDir, "missing"), join(store.workDir, "..")]) {
      await assert.rejects(
        withAssets(made(path), store),
        (error: unknown) => error instanceof PatchbayError && error.code === "INVALID_RESULT",
      );
    }
    assert.deepEqual(store.stored, []);
    assert.ok(await Deno.stat(outside));
  } finally {
    await Deno.remove(outside);
  }
});
