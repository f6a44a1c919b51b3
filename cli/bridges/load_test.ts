import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { parseItem } from "./item.ts";
import { loadBridge } from "./load.ts";

const code = (expected: string, message: RegExp) => (error: unknown) =>
  error instanceof PatchbayError && error.code === expected && message.test(error.message);

async function inFolder(mod: string | undefined, test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-load-" });
  try {
    if (mod !== undefined) await Deno.writeTextFile(join(folder, "mod.ts"), mod);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("an application of this checkout is found by its name", async () => {
  assert.equal((await loadBridge(parseItem("blender@ws-07"))).title, "Blender");
});

Deno.test("an unknown application is refused with those that there are", () =>
  assert.rejects(loadBridge(parseItem("photoshop")), code("UNKNOWN_APP", /there is .*blender/)));

for (const how of ["export const bridge =", "export default"]) {
  Deno.test(`a folder's bridge is found: ${how}`, () =>
    inFolder(`${how} { app: "lamp", title: "Lamp", start: () => Promise.reject() };`, async (folder) => {
      assert.equal((await loadBridge(parseItem(`${folder}@desk`))).app, "lamp");
      await assert.rejects(loadBridge(parseItem(`${folder}:x`)), code("INVALID_CONFIGURATION", /takes nothing after/));
    }));
}

Deno.test("a folder without a bridge is refused with what is missing", async () => {
  await inFolder(
    undefined,
    (folder) => assert.rejects(loadBridge(parseItem(folder)), code("INVALID_CONFIGURATION", /there is no .*mod\.ts/)),
  );
  await inFolder(
    "export const lamp = 1;",
    (folder) => assert.rejects(loadBridge(parseItem(folder)), code("INVALID_CONFIGURATION", /exports no `bridge`/)),
  );
  await inFolder(
    "export const bridge = { app: 'lamp' };",
    (folder) => assert.rejects(loadBridge(parseItem(folder)), code("INVALID_CONFIGURATION", /no BridgeDefinition/)),
  );
});

Deno.test("the application behind osc is the one that its file names", async () => {
  const { app, title } = await loadBridge(parseItem("osc:supercollider@desk"));
  assert.deepEqual([app, title], ["supercollider", "SuperCollider"]);
  await assert.rejects(
    loadBridge(parseItem("osc:no-such.yaml")),
    code("INVALID_CONFIGURATION", /no-such\.yaml cannot be read/),
  );
});
