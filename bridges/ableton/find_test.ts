import assert from "node:assert/strict";
import { join } from "node:path";
import { findLive, installedLive } from "./find.ts";
import { SCRIPT_FOLDER } from "./install.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-find-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const environment = (variables: Record<string, string>) => ({ get: (name: string) => variables[name] });

async function writeScript(folder: string): Promise<void> {
  const script = join(folder, SCRIPT_FOLDER);
  await Deno.mkdir(join(script, "abletonosc"), { recursive: true });
  for (const file of ["__init__.py", "manager.py", "abletonosc/__init__.py"]) {
    await Deno.writeTextFile(join(script, file), "");
  }
}

Deno.test("a quiet look finds Live and the script by their files, and says what is missing", () =>
  inFolder(async (folder) => {
    const env = environment({ HOME: folder });
    const options = { env, os: "darwin", quietly: true } as const;
    assert.equal((await findLive({ ...options, env: environment({ HOME: "/nowhere" }) })).incomplete, undefined);

    await Deno.mkdir(join(folder, "Applications", "Ableton Live 12 Suite.app"), { recursive: true });
    const without = await findLive(options);
    assert.deepEqual([without.found, without.incomplete], [false, true]);
    assert.match(
      `${without.what}. ${without.remedy}`,
      /Live 12 Suite\.app, without AbletonOSC.*patchbay install ableton/,
    );

    const scripts = join(folder, "Music", "Ableton", "User Library", "Remote Scripts");
    await writeScript(scripts);
    const complete = await findLive(options);
    assert.equal(complete.found, true);
    assert.match(complete.what, /Live 12 Suite\.app, with AbletonOSC/);
    assert.equal(complete.remedy, undefined);
  }));

Deno.test("of several Lives the newest is found, on Windows too, and a path that is named is the only one", () =>
  inFolder(async (folder) => {
    for (const name of ["Live 9 Suite", "Live 12 Standard", "Live 11 Suite", "Live Database"]) {
      await Deno.mkdir(join(folder, "Ableton", name), { recursive: true });
    }
    const env = environment({ ProgramData: folder });
    assert.equal(await installedLive({ env, os: "windows" }), join(folder, "Ableton", "Live 12 Standard"));
    assert.equal(await installedLive({ env: environment({ PATCHBAY_ABLETON: folder }), os: "linux" }), folder);
    const nowhere = environment({ ProgramData: folder, PATCHBAY_ABLETON: join(folder, "nothing") });
    assert.equal(await installedLive({ env: nowhere, os: "windows" }), undefined);
    assert.equal(await installedLive({ env, os: "linux" }), undefined);
  }));
