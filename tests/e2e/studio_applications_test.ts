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
