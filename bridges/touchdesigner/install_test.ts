import assert from "node:assert/strict";
import { join } from "node:path";
import { componentFiles } from "./component_files.ts";
import { installComponent, nextStep, userFolder } from "./install.ts";

async function temporaryFolder() {
  const path = await Deno.makeTempDir({ prefix: "patchbay-install-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("installing copies the component, replaces an older one, and may be done again", async () => {
  await using folder = await temporaryFolder();
  await Deno.mkdir(join(folder.path, "patchbay", "patchbay_td"), { recursive: true });
  await Deno.writeTextFile(join(folder.path, "patchbay", "build.py"), "");
  await Deno.writeTextFile(join(folder.path, "patchbay", "patchbay_td", "removed_long_ago.py"), "");
  for (let times = 0; times < 2; times++) {
    const { path, next } = await installComponent({ targetDir: folder.path });
    assert.ok(next.includes(join(path, "build.py").replaceAll("\\", "/")), next);
    const names = (await Array.fromAsync(Deno.readDir(join(path, "patchbay_td")))).map(({ name }) => name);
    assert.ok(names.includes("session.py") && !names.includes("removed_long_ago.py"));
  }
});

Deno.test("a folder that only has the component's name is left alone", async () => {
  await using folder = await temporaryFolder();
  const work = join(folder.path, "patchbay", "years_of_work.toe");
  await Deno.mkdir(join(folder.path, "patchbay"));
  await Deno.writeTextFile(work, "kept");
  await assert.rejects(installComponent({ targetDir: folder.path }), { code: "CONFLICT" });
  assert.equal(await Deno.readTextFile(work), "kept");
});

Deno.test("what is installed is the component alone: no stand-in, no tests", async () => {
  const paths = (await componentFiles()).map(({ path }) => path);
  assert.ok(
    paths.includes("build.py") && paths.includes("component/boot.py") && paths.includes("patchbay_td/__init__.py"),
  );
  assert.ok(paths.every((path) => /^(build\.py|component\/\w+\.py|patchbay_td\/\w+\.py)$/.test(path)), paths.join());
});

Deno.test("the component goes to the user's documents, on Windows and macOS", () => {
  const env = { get: (name: string) => ({ USERPROFILE: "/users/ada", HOME: "/home/ada" })[name] };
  assert.equal(userFolder(env, "windows"), join("/users/ada", "Documents", "Derivative", "Patchbay"));
  assert.equal(userFolder(env, "darwin"), join("/home/ada", "Documents", "Derivative", "Patchbay"));
});

Deno.test("the line to paste is one that Python reads, whatever the folder is called", () => {
  assert.ok(nextStep('/home/a "b"/ü').includes('runpy.run_path("/home/a \\"b\\"/ü/build.py")'));
});
