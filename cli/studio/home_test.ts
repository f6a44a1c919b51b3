import assert from "node:assert/strict";
import { join } from "node:path";
import { openHome, readKey, runningStudio } from "./home.ts";

async function inTempFolder(test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await test(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

Deno.test("a second studio on the same folder is refused and told where the first one is", () =>
  inTempFolder(async (path) => {
    using first = await openHome(path, () => "key");
    await first.announce({ url: "http://127.0.0.1:7420", pid: 1, startedAt: 0 });
    await assert.rejects(openHome(path, () => "other"), {
      code: "ALREADY_RUNNING",
      message: /at http:\/\/127\.0\.0\.1:7420$/,
    });
  }));

Deno.test("a folder keeps its key, readable by its owner alone", () =>
  inTempFolder(async (path) => {
    (await openHome(path, () => "pb_1_a"))[Symbol.dispose]();
    using again = await openHome(path, () => "pb_2_b");
    assert.equal(again.key, "pb_1_a");
    assert.equal(await readKey(path), "pb_1_a");
    if (Deno.build.os !== "windows") assert.equal((await Deno.stat(join(path, "key"))).mode! & 0o777, 0o600);
  }));

Deno.test("an announcement that was left half written announces nothing", () =>
  inTempFolder(async (path) => {
    await Deno.writeTextFile(join(path, "studio.json"), '{"url": "http://127');
    assert.equal(await runningStudio(path), undefined);
  }));

Deno.test("a studio that has ended is not announced any more", () =>
  inTempFolder(async (path) => {
    const home = await openHome(path, () => "key");
    await home.announce({ url: "http://127.0.0.1:7420", pid: 1, startedAt: 0 });
    home[Symbol.dispose]();
    assert.equal(await runningStudio(path), undefined);
  }));
