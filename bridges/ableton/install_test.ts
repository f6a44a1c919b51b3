import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { join } from "node:path";
import { installScript, remoteScripts, SCRIPT_FOLDER } from "./install.ts";

async function temporaryFolder() {
  const path = await Deno.makeTempDir({ prefix: "patchbay-install-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** What the archive unpacks to. */
async function unpacked(folder: string): Promise<string> {
  const root = join(folder, "AbletonOSC-master");
  for (
    const [path, text] of [["__init__.py", "a"], ["manager.py", "b"], ["abletonosc/__init__.py", "c"], [
      ".git/config",
      "d",
    ]]
  ) {
    await Deno.mkdir(join(root, path!, ".."), { recursive: true });
    await Deno.writeTextFile(join(root, path!), text!);
  }
  return folder;
}

Deno.test("AbletonOSC is copied from where it was unpacked, under the name that Live shows; an older copy is replaced", async () => {
  await using folder = await temporaryFolder();
  const from = await unpacked(join(folder.path, "download"));
  const targetDir = join(folder.path, "Remote Scripts");
  const first = await installScript({ from, targetDir });
  assert.equal(first.path, join(targetDir, SCRIPT_FOLDER));
  await Deno.writeTextFile(join(targetDir, SCRIPT_FOLDER, "old.py"), "");
  const { path } = await installScript({ from: join(from, "AbletonOSC-master"), targetDir });
  const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
  assert.deepEqual(names, ["__init__.py", "abletonosc", "manager.py"]);
  assert.equal((await installScript({ targetDir })).path, path);
});

Deno.test("without the script it is said where to get it, and a folder without it is refused", async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(installScript({ targetDir: folder.path }), (error) => {
    assert.ok(error instanceof PatchbayError && error.code === "NOT_FOUND");
    return /github\.com\/ideoforms\/AbletonOSC/.test(error.remedy);
  });
  await assert.rejects(installScript({ from: folder.path, targetDir: folder.path }), { code: "NOT_FOUND" });
});

Deno.test("a folder that only has the script's name is left alone", async () => {
  await using folder = await temporaryFolder();
  const from = await unpacked(join(folder.path, "download"));
  const work = join(folder.path, SCRIPT_FOLDER, "years_of_work.txt");
  await Deno.mkdir(join(folder.path, SCRIPT_FOLDER));
  await Deno.writeTextFile(work, "kept");
  await assert.rejects(installScript({ from, targetDir: folder.path }), { code: "CONFLICT" });
  assert.equal(await Deno.readTextFile(work), "kept");
});

Deno.test("Live's folder for remote scripts is known on Windows and macOS", () => {
  const env = { get: (name: string) => ({ HOME: "/Users/a", USERPROFILE: "/Users/b" })[name] };
  assert.equal(
    remoteScripts({ env, os: "darwin" }),
    join("/Users/a", "Music", "Ableton", "User Library", "Remote Scripts"),
  );
  assert.equal(
    remoteScripts({ env, os: "windows" }),
    join("/Users/b", "Documents", "Ableton", "User Library", "Remote Scripts"),
  );
  assert.equal(remoteScripts({ env, os: "linux" }), undefined);
});
