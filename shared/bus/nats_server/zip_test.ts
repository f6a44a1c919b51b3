import assert from "node:assert/strict";
import { extractFile } from "./zip.ts";
import { zipOf } from "./zip_fixture.ts";

const text = "hello ".repeat(1000);

Deno.test("a file comes out of the archive as it went in", async () => {
  const content = await extractFile(await zipOf("folder/program", text), "program", 10_000);
  assert.equal(new TextDecoder().decode(content), text);
});

Deno.test("a name that is not there is said", async () => {
  await assert.rejects(extractFile(await zipOf("folder/program", text), "other", 10_000), /no file 'other'/);
});

Deno.test("a file larger than allowed is refused before it is unpacked", async () => {
  await assert.rejects(extractFile(await zipOf("folder/program", text), "program", 100), /6000 bytes, more than 100/);
});

Deno.test("something else than an archive is refused", async () => {
  await assert.rejects(extractFile(new TextEncoder().encode("x".repeat(500)), "program", 100), /not a zip archive/);
  await assert.rejects(extractFile(new Uint8Array(), "program", 100), /not a zip archive/);
});

Deno.test("a file that is longer or shorter than the archive says is refused", async () => {
  for (const [size, reason] of [[10, /longer/], [9_000, /shorter/]] as const) {
    const archive = await zipOf("folder/program", text);
    const view = new DataView(archive.buffer);
    const directory = view.getUint32(archive.length - 22 + 16, true);
    const entry = directory + 46 + "folder/".length;
    view.setUint32(entry + 24, size, true);
    await assert.rejects(extractFile(archive, "program", 10_000), reason);
  }
});
