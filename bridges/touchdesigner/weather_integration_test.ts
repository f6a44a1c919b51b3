/** Bad weather between TouchDesigner and its bridge: each is answered with a typed problem, and the bridge lives on. */
import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { startWebSocketProxy } from "@patchbay/testing";
import { join } from "node:path";
import { componentOfVersion, startArtist, until } from "./testing/artist.ts";
import { BRIDGE, startTouchDesignerStudio } from "./testing/touchdesigner_studio.ts";

const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;
const soon = () => AbortSignal.timeout(30_000);

/** A bridge that waits for an artist's TouchDesigner. */
async function waitingStudio(options: { silenceMs?: number; port?: number } = {}) {
  const studio = await startTouchDesignerStudio({ mode: "interface", ...options });
  await until(() => /waiting for TouchDesigner/.test(studio.bridge.reason), "the bridge waits");
  const project = join(studio.workDir, "project");
  return { studio, artist: { linksDir: studio.linksDir, project } };
}

/** What the bridge has written for TouchDesigner to find it. */
async function rendezvous(linksDir: string): Promise<{ address: string; token: string }> {
  return JSON.parse(await Deno.readTextFile(join(linksDir, `touchdesigner-${BRIDGE}.json`)));
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** A folder with another file in the place of that one. */
async function otherLinks(linksDir: string, change: Record<string, string>): Promise<string> {
  const folder = `${linksDir}-other`;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const content = JSON.stringify({ ...await rendezvous(linksDir), ...change });
  const path = join(folder, `touchdesigner-${BRIDGE}.json`);
  await Deno.writeTextFile(path, content, { mode: 0o600 });
  return folder;
}

Deno.test("a TouchDesigner with a wrong token is turned away, and the right one comes in after it", async () => {
  const { studio, artist } = await waitingStudio();
  await using _studio = studio;
  await using stranger = await startArtist({
    ...artist,
    linksDir: await otherLinks(studio.linksDir, { token: "not-the-token" }),
  });
  await until(() => /its token is wrong/.test(studio.bridge.reason), "the stranger is refused");
  await assert.rejects(studio.call("get_info"), code("APP_NOT_CONNECTED"));
  await stranger.kill();
  await using _artist = await startArtist(artist);
  await studio.bridge.ready(soon());
  assert.equal((await studio.call("get_info")).home, "/project1");
});

Deno.test("a component that is too old is told so; one that is newer speaks what the bridge speaks", async () => {
  const { studio, artist } = await waitingStudio();
  await using _studio = studio;
  const old = await componentOfVersion(0, join(studio.workDir, "old"));
  await using ancient = await startArtist({ ...artist, program: old });
  await until(() => /add-on 0\.9\.9 speaks protocol 0/.test(studio.bridge.reason), "the old one is refused");
  await ancient.kill();
  const newer = await componentOfVersion(7, join(studio.workDir, "newer"));
  await using _newer = await startArtist({ ...artist, program: newer });
  await studio.bridge.ready(soon());
  assert.equal((await studio.call("create_node", { type: "noiseTOP", name: "fine" })).name, "fine");
});

Deno.test("TouchDesigner that is closed in the middle of a command is APP_CRASHED, and is taken up when it is back", async () => {
  const { studio, artist } = await waitingStudio();
  await using _studio = studio;
  await using first = await startArtist(artist);
  await studio.bridge.ready(soon());
  const running = studio.call("execute_python", { code: "import time; time.sleep(60)" });
  running.catch(() => {});
  await until(() => studio.bridge.status === "executing", "it runs");
  await first.kill();
  await assert.rejects(running, code("APP_CRASHED"));
  await assert.rejects(studio.call("get_info"), code("APP_NOT_CONNECTED"));
  await using _second = await startArtist(artist);
  await studio.bridge.ready(soon());
  assert.equal((await studio.call("list_nodes")).total, 1);
});

Deno.test("a modal dialog makes the bridge degraded and says to look; when it is answered, all goes on", async () => {
  const { studio, artist } = await waitingStudio({ silenceMs: 800 });
  await using _studio = studio;
  await using _artist = await startArtist({ ...artist, env: { PATCHBAY_DIALOG_S: "6" } });
  await studio.bridge.ready(soon());
  await studio.byHand("ui.messageBox('Save?', 'There are unsaved changes')");
  await until(() => studio.bridge.status === "degraded", "the silence is noticed");
  assert.match(studio.bridge.reason, /shows a dialog/);
  await assert.rejects(studio.call("get_info", {}, { timeoutMs: 300 }), code("APP_UNRESPONSIVE"));
  await until(() => studio.bridge.status === "idle", "the dialog is answered");
  assert.equal((await studio.call("get_info")).home, "/project1");
});

Deno.test("a connection that breaks in the middle is dialled again, and the component says so to its bridge", async () => {
  const { studio, artist } = await waitingStudio({ port: freePort() });
  await using _studio = studio;
  const { address, token } = await rendezvous(studio.linksDir);
  await using proxy = startWebSocketProxy({ target: address, faults: { seed: 3 } });
  const throughProxy = () => otherLinks(studio.linksDir, { address: `${proxy.url}/` });
  await using _artist = await startArtist({ ...artist, linksDir: await throughProxy() });
  await studio.bridge.ready(soon());
  await studio.call("create_node", { type: "noiseTOP", name: "before" });
  proxy.cut();
  // each wait has a token of its own
  await until(
    async () => await rendezvous(studio.linksDir).then((now) => now.token !== token, () => false),
    "it waits",
  );
  await throughProxy();
  await studio.bridge.ready(soon());
  assert.equal((await studio.call("get_node", { node: "before" })).name, "before");
  // an answer that comes twice, or late, harms nothing
  using _twice = proxy.faults.add({ fault: "reply_twice" });
  using _late = proxy.faults.add({ fault: "delay", ms: 30, jitterMs: 20 });
  const names = await Promise.all(
    [1, 2, 3].map((n) => studio.call("create_node", { type: "lfoCHOP", name: `lfo${n}` })),
  );
  assert.deepEqual(names.map(({ name }) => name), ["lfo1", "lfo2", "lfo3"]);
  proxy.faults.heal();
  assert.equal((await studio.call("list_nodes", { family: "CHOP" })).total, 3);
});

Deno.test("the component is built anew in the middle of the work: the link comes back, and what was watched still is", async () => {
  const { studio, artist } = await waitingStudio();
  await using _studio = studio;
  await using _artist = await startArtist(artist);
  await studio.bridge.ready(soon());
  await studio.call("create_node", { type: "lfoCHOP", name: "wave" });
  await studio.call("watch_channels", { node: "wave" });
  const build = new URL("./app/build.py", import.meta.url).pathname;
  const lost = until(
    () => studio.bridge.status !== "idle" && studio.bridge.status !== "executing",
    "the old one is gone",
  );
  await studio.byHand(`import runpy; runpy.run_path(${JSON.stringify(build)})`);
  await lost;
  await studio.bridge.ready(soon());
  const { watched } = await studio.call("list_watched");
  assert.deepEqual(watched.map(({ name }) => name), ["wave"]);
  await using values = await studio.tune("chop");
  assert.ok("wave" in await values.first());
});

Deno.test("a bridge listens on the port that it is given, and says when that is taken", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  {
    await using studio = await startTouchDesignerStudio({ mode: "interface", port });
    await until(() => new RegExp(`Cannot listen on 127.0.0.1:${port}`).test(studio.bridge.reason), "it is taken");
  }
  taken.close();
  await using studio = await startTouchDesignerStudio({ mode: "interface", port });
  await until(() => /waiting for TouchDesigner/.test(studio.bridge.reason), "the bridge waits");
  assert.equal((await rendezvous(studio.linksDir)).address, `ws://127.0.0.1:${port}/`);
});

Deno.test("code stays off unless somebody turned it on, and so does what would be code", async () => {
  await using studio = await startTouchDesignerStudio({ allowCode: false });
  await assert.rejects(studio.call("execute_python", { code: "1" }), code("CODE_DISABLED"));
  await studio.call("create_node", { type: "textDAT", name: "script" });
  await assert.rejects(studio.call("set_text", { node: "script", text: "import os" }), code("CODE_DISABLED"));
});
