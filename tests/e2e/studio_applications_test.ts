/** A studio with the applications that its caller names. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createClient } from "@patchbay/client";
import { startPatchbay } from "../patchbay_command.ts";

Deno.test("a studio has a bridge for each application that is named, Blender's once, and ends at Ctrl-C", async () => {
  const home = await Deno.makeTempDir({ prefix: "patchbay-applications-" });
  try {
    const signal = AbortSignal.timeout(120_000);
    const named = ["blender", "ableton", "touchdesigner@stage"];
    await using studio = startPatchbay(["studio", ...named, "--simulate", "--home", home, "--port", "0"], { signal });
    await studio.line(/The Ableton Live simulator stands in for Ableton Live, as you asked/);
    const [, url = ""] = await studio.line(/Patchbay is running\.\s+(\S+)/);
    await studio.line(/^ableton\.\S+: ready/);
    await studio.line(/^touchdesigner\.stage: ready/);
    const key = (await Deno.readTextFile(join(home, "key"))).trim();
    const bridges = await createClient({ url, key }).bridges.list({ signal });
    const seen = bridges.map(({ app, simulated }) => ({ app, simulated })).sort((a, b) => a.app < b.app ? -1 : 1);
    assert.deepEqual(seen, ["ableton", "blender", "touchdesigner"].map((app) => ({ app, simulated: true })));
    studio.kill("SIGINT");
    const { code, text } = await studio.ended;
    assert.equal(code, 0, text);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("a studio has a bridge for each application that is found, which waits for its window and says what is missing", async () => {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-found-" });
  try {
    const signal = AbortSignal.timeout(120_000);
    const touchdesigner = join(folder, "TouchDesigner.app");
    const cascadeur = join(folder, "cascadeur");
    await Deno.mkdir(touchdesigner);
    await Deno.mkdir(join(cascadeur, "resources", "scripts", "python"), { recursive: true });
    const env = {
      HOME: folder,
      // another one's is on the PATH, if any
      PATCHBAY_BLENDER: join(folder, "blender"),
      PATCHBAY_TOUCHDESIGNER: touchdesigner,
      PATCHBAY_CASCADEUR: cascadeur,
    };
    const args = ["studio", "--home", join(folder, "home"), "--port", "0"];
    await using studio = startPatchbay(args, { env: { ...env, PATH: Deno.env.get("PATH") ?? "" }, signal });
    await studio.line(/^TouchDesigner at .*without the Patchbay component\. .*`patchbay install touchdesigner`/);
    await studio.line(/^Cascadeur in .*without Patchbay's server\. .*`patchbay install cascadeur`/);
    await studio.line(/^There is no Blender at .*the Blender simulator stands in/);
    const [, url = ""] = await studio.line(/Patchbay is running\.\s+(\S+)/);
    const key = (await Deno.readTextFile(join(folder, "home", "key"))).trim();
    const bridges = await createClient({ url, key }).bridges.list({ signal });
    const seen = bridges.map(({ app, simulated }) => `${app}${simulated ? " simulated" : ""}`).sort();
    assert.deepEqual(seen, ["blender simulated", "cascadeur", "touchdesigner"]);
    studio.kill("SIGINT");
    const { code, text } = await studio.ended;
    assert.equal(code, 0, text);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a studio for one application starts no other", async () => {
  const home = await Deno.makeTempDir({ prefix: "patchbay-only-" });
  try {
    const signal = AbortSignal.timeout(120_000);
    const args = ["studio", "--only", "cascadeur", "--simulate", "--home", home, "--port", "0"];
    await using studio = startPatchbay(args, { signal });
    const [, url = ""] = await studio.line(/Patchbay is running\.\s+(\S+)/);
    const key = (await Deno.readTextFile(join(home, "key"))).trim();
    const bridges = await createClient({ url, key }).bridges.list({ signal });
    assert.deepEqual(bridges.map(({ app }) => app), ["cascadeur"]);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
