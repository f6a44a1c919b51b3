import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { encode } from "fast-png";
import { whenWritten } from "./pending_files.ts";

const never = new AbortController().signal;
const PNG = encode({ width: 2, height: 2, data: new Uint8Array(16), channels: 4, depth: 8 });

async function pendingPicture() {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-pending-" });
  const path = join(folder, "a.png");
  const $pending = { path, name: "a.png", mediaType: "image/png" };
  return {
    path,
    result: { image: { $pending }, frame: 3 },
    ready: { image: { $file: $pending }, frame: 3 },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("what is not drawn later passes as it is", async () => {
  assert.deepEqual(await whenWritten({ frame: 3 }, never), { frame: 3 });
  assert.equal(await whenWritten(null, never), null);
});

Deno.test("a picture is one when it is whole, and not before", async () => {
  await using picture = await pendingPicture();
  await Deno.writeFile(picture.path, PNG.slice(0, 20));
  await assert.rejects(whenWritten(picture.result, never, 10), /has not drawn/);
  const waiting = whenWritten(picture.result, never);
  await Deno.writeFile(picture.path, PNG);
  assert.deepEqual(await waiting, picture.ready);
});

Deno.test("a picture that does not come is told so, and a call that is given up does not wait", async () => {
  await using picture = await pendingPicture();
  await assert.rejects(
    whenWritten(picture.result, never, 10),
    (error) => error instanceof PatchbayError && error.code === "APP_UNRESPONSIVE" && /minimised/.test(error.message),
  );
  const stop = new AbortController();
  const waiting = whenWritten(picture.result, stop.signal);
  stop.abort(new Error("given up"));
  await assert.rejects(waiting, /given up/);
});
