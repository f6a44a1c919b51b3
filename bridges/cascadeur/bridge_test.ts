import assert from "node:assert/strict";
import { join } from "node:path";
import { isBridgeDefinition } from "@patchbay/bridge-kit";
import { bridge } from "./mod.ts";

Deno.test("the bridge says whether Cascadeur is here, whether the server is in it, and what to do", async () => {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-definition-" });
  try {
    assert.ok(isBridgeDefinition(bridge));
    const nowhere = await bridge.find?.({ argument: join(folder, "nothing") });
    assert.equal(nowhere?.found, false);
    await Deno.mkdir(join(folder, "resources", "scripts", "python"), { recursive: true });
    const without = await bridge.find?.({ argument: folder });
    assert.deepEqual([without?.found, /patchbay install cascadeur/.test(without?.remedy ?? "")], [false, true]);
    const { path } = await bridge.install!({ target: folder });
    assert.equal((await bridge.find?.({ argument: folder }))?.found, true);
    await Deno.writeTextFile(join(path, "patchbay_cascadeur", "version.py"), 'SERVER_VERSION = "0.0.1"\n');
    const older = await bridge.find?.({ argument: folder });
    assert.match(`${older?.what} ${older?.remedy}`, /server 0\.0\.1 .*patchbay install cascadeur/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
