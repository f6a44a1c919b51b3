import assert from "node:assert/strict";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { installedVersion } from "./app_files.ts";
import { findCascadeur } from "./find.ts";
import { installServer } from "./install.ts";
import { cascadeur } from "./manifest.ts";

const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;

/** A folder that looks like an installed Cascadeur. */
async function cascadeurFolder(...below: string[]) {
  const root = await Deno.makeTempDir({ prefix: "patchbay-install-" });
  const folder = join(root, ...below);
  const scripts = join(folder, "resources", "scripts", "python");
  await Deno.mkdir(join(scripts, "commands"), { recursive: true });
  return { root, folder, scripts, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

const environment = (variables: Record<string, string>) => ({ get: (name: string) => variables[name] });

Deno.test("the server lies where Cascadeur looks for packages, commands and hooks, and says its version", async () => {
  await using place = await cascadeurFolder();
  const { path } = await installServer({ targetDir: place.folder });
  assert.equal(path, place.scripts);
  for (
    const file of [
      "patchbay_cascadeur/running.py",
      "commands/patchbay/start.py",
      "events/application_started/patchbay_server.py",
      "events/scene_activated/patchbay_server.py",
    ]
  ) assert.ok((await Deno.stat(join(place.scripts, file))).isFile, file);
  assert.equal(await installedVersion(place.scripts), cascadeur.version);
});

Deno.test("installing again replaces the older server, leaves other scripts alone, and nothing old behind", async () => {
  await using place = await cascadeurFolder();
  await installServer({ targetDir: place.folder });
  await Deno.writeTextFile(join(place.scripts, "patchbay_cascadeur", "gone.py"), "");
  await Deno.writeTextFile(join(place.scripts, "commands", "mine.py"), "mine");
  await installServer({ targetDir: place.folder });
  await assert.rejects(Deno.stat(join(place.scripts, "patchbay_cascadeur", "gone.py")), Deno.errors.NotFound);
  assert.equal(await Deno.readTextFile(join(place.scripts, "commands", "mine.py")), "mine");
});

Deno.test("what only has the server's name is not replaced", async () => {
  await using place = await cascadeurFolder();
  await Deno.mkdir(join(place.scripts, "patchbay_cascadeur"));
  await Deno.writeTextFile(join(place.scripts, "patchbay_cascadeur", "diary.txt"), "");
  await assert.rejects(installServer({ targetDir: place.folder }), code("CONFLICT"));
});

Deno.test("Cascadeur is found in the usual places of each system, the newest first", async () => {
  await using windows = await cascadeurFolder("Cascadeur");
  const onWindows = environment({ ProgramFiles: windows.root });
  assert.equal((await findCascadeur({ env: onWindows, os: "windows" })).folder, windows.folder);
  await using mac = await cascadeurFolder("Applications", "Cascadeur 2026.1.app", "Contents", "MacOS");
  assert.equal((await findCascadeur({ env: environment({ HOME: mac.root }), os: "darwin" })).folder, mac.folder);
  await using linux = await cascadeurFolder("cascadeur-2026.1");
  assert.equal((await findCascadeur({ env: environment({ HOME: linux.root }), os: "linux" })).folder, linux.folder);
});

Deno.test("a Cascadeur that is not where it was said to be is not replaced by another, and the error says so", async () => {
  await assert.rejects(findCascadeur({ path: "/nowhere" }), (error: unknown) => {
    assert.ok(code("APP_NOT_FOUND")(error));
    return JSON.stringify((error as PatchbayError).context["tried"]).includes("/nowhere");
  });
});
