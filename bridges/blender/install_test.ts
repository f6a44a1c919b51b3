import assert from "node:assert/strict";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { addonFiles } from "./addon_files.ts";
import { addonsFolder, installAddon } from "./install.ts";
import { packAddon } from "./pack.ts";

async function temporaryFolder() {
  const path = await Deno.makeTempDir({ prefix: "patchbay-install-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("the add-on is copied whole, and what an older one left is gone", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(join(folder.path, "patchbay"));
  await Deno.writeTextFile(join(folder.path, "patchbay", "removed_long_ago.py"), "");
  await Deno.writeTextFile(join(folder.path, "patchbay", "blender_manifest.toml"), "");
  const { path } = await installAddon({ targetDir: folder.path });
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  assert.ok(names.includes("__init__.py") && names.includes("blender_manifest.toml"));
  assert.ok(!names.includes("removed_long_ago.py"));
});

Deno.test("a folder that only has the add-on's name is left alone", async () => {
  await using folder = await temporaryFolder();
  const work = join(folder.path, "patchbay", "years_of_work.txt");
  await Deno.mkdir(join(folder.path, "patchbay"));
  await Deno.writeTextFile(work, "kept");
  await assert.rejects(installAddon({ targetDir: folder.path }), { code: "CONFLICT" });
  assert.equal(await Deno.readTextFile(work), "kept");
});

Deno.test("the add-on goes to the add-ons of an old Blender, and to the extensions of one since 4.2", () => {
  const env = { get: (name: string) => ({ BLENDER_USER_RESOURCES: "/b" })[name] };
  assert.equal(addonsFolder("3.4", env), join("/b", "scripts", "addons"));
  assert.equal(addonsFolder("4.1", env), join("/b", "scripts", "addons"));
  assert.equal(addonsFolder("4.2", env), join("/b", "extensions", "user_default"));
  assert.equal(addonsFolder("5.0", env), join("/b", "extensions", "user_default"));
});

Deno.test("the archive holds the add-on in one folder, and packing it again gives the same bytes", async () => {
  await using folder = await temporaryFolder();
  const first = await Deno.readFile(await packAddon(folder.path));
  const entries = Object.keys(unzipSync(first));
  assert.deepEqual(entries.sort(), (await addonFiles()).map(({ path }) => `patchbay/${path}`).sort());
  assert.ok(!entries.some((name) => name.includes("__pycache__")));
  assert.deepEqual(await Deno.readFile(await packAddon(folder.path)), first);
});
