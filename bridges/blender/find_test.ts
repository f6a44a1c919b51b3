import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { findBlender } from "./find.ts";

const environment = (variables: Record<string, string>) => ({ get: (name: string) => variables[name] });

async function folderWithBlender(...below: string[]) {
  const root = await Deno.makeTempDir({ prefix: "patchbay-find-" });
  const folder = join(root, ...below);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "blender"), "", { mode: 0o755 });
  return {
    root,
    blender: join(folder, "blender"),
    async [Symbol.asyncDispose]() {
      await Deno.remove(root, { recursive: true });
    },
  };
}

Deno.test("Blender is found on the PATH", async () => {
  await using place = await folderWithBlender();
  const env = environment({ PATH: `/nowhere:${place.root}` });
  assert.equal(await findBlender({ env, os: "linux" }), place.blender);
});

Deno.test("PATCHBAY_BLENDER goes before the PATH, and the option before both", async () => {
  await using onPath = await folderWithBlender();
  await using named = await folderWithBlender("named");
  const env = environment({ PATH: onPath.root, PATCHBAY_BLENDER: named.blender });
  assert.equal(await findBlender({ env, os: "linux" }), named.blender);
  assert.equal(await findBlender({ env, os: "linux", path: onPath.blender }), onPath.blender);
});

Deno.test("of several versions in a usual place, the newest is found", async () => {
  await using home = await folderWithBlender("Applications", "blender-3.6.2");
  const newer = join(home.root, "Applications", "blender-4.10.0");
  await Deno.mkdir(newer);
  await Deno.writeTextFile(join(newer, "blender"), "");
  const env = environment({ PATH: "", HOME: home.root });
  const found = await findBlender({ env, os: "linux" });
  // a machine with Blender in /usr/bin answers that one first
  assert.ok(found === join(newer, "blender") || !found.startsWith(home.root));
});

Deno.test("a Blender that is not where it was said to be is not replaced by another, and the error says so", async () => {
  await assert.rejects(findBlender({ path: "/nowhere/blender" }), (error: unknown) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "APP_NOT_FOUND");
    assert.deepEqual(error.context["tried"], ["/nowhere/blender"]);
    return true;
  });
});
