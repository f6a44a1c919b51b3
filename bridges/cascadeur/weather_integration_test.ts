/** What goes wrong between a bridge and its Cascadeur: answered with a typed problem, and the bridge alive after. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startFaultProxy } from "@patchbay/testing";
import { readAnnouncement } from "./announcement.ts";
import { code, startCascadeurStudio } from "./testing/cascadeur_studio.ts";
import type { Trouble } from "./testing/control.ts";
import { startSimulatorProcess } from "./testing/simulator_process.ts";

const SOON = () => AbortSignal.timeout(30_000);

/** Resolves once the bridge's reason says this. */
async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const late = SOON();
  while (!await holds()) {
    if (late.aborted) assert.fail(`Cannot wait any longer until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A bridge that waits for the artist's own Cascadeur, which is not there yet. */
async function startWaitingStudio() {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-artist-" });
  const announcement = join(folder, "server.json");
  const studio = await startCascadeurStudio({
    mode: "interface",
    announcement,
    wait: false,
    silenceMs: 4_000,
    pingIntervalMs: 200,
  });
  return {
    ...studio,
    announcement,
    artist: () => startSimulatorProcess(folder),
    announce: (content: object) =>
      Deno.writeTextFile(
        announcement,
        JSON.stringify({ v: 1, app: "cascadeur", transport: "http", pid: 1, ...content }),
        {
          mode: 0o600,
        },
      ),
    async [Symbol.asyncDispose]() {
      await studio[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("a Cascadeur that comes, goes and comes again with another token is linked each time", async () => {
  await using studio = await startWaitingStudio();
  await assert.rejects(studio.call("list_scenes"), code("APP_NOT_CONNECTED"));
  for (let times = 0; times < 2; times++) {
    await using cascadeur = await studio.artist();
    await studio.bridge.ready(SOON());
    assert.equal((await studio.call("list_scenes")).scenes.length, 1);
    await cascadeur.trouble({ do: "end" });
    await cascadeur.ended;
    await until(() => studio.bridge.status !== "idle", "the bridge has noticed");
    await assert.rejects(studio.call("list_scenes"), code("APP_NOT_CONNECTED"));
  }
});

Deno.test("a crash in the middle is told, and what the crashed one left behind is not taken for a Cascadeur", async () => {
  await using studio = await startWaitingStudio();
  {
    await using cascadeur = await studio.artist();
    await studio.bridge.ready(SOON());
    await cascadeur.trouble({ do: "crash" });
    await cascadeur.ended;
  }
  await until(() => studio.bridge.status !== "idle", "the bridge has noticed");
  assert.ok((await readAnnouncement(studio.announcement)).token.length > 0, "the file is still there");
  await assert.rejects(studio.call("list_scenes"), code("APP_NOT_CONNECTED"));
  await using _again = await studio.artist();
  await studio.bridge.ready(SOON());
  assert.equal((await studio.call("list_scenes")).scenes.length, 1);
});

Deno.test("a wrong token, and a server elsewhere, are refused with the reason, and the right one is taken then", async () => {
  await using studio = await startWaitingStudio();
  await using cascadeur = await startSimulatorProcess(join(studio.folder, "elsewhere"));
  const { address, token } = await readAnnouncement(cascadeur.announcement);
  await studio.announce({ address, token: "of another one" });
  await until(() => /refuses the token/.test(studio.bridge.reason), `it is refused, not '${studio.bridge.reason}'`);
  await assert.rejects(studio.call("list_scenes"), code("APP_NOT_CONNECTED|LINK_REFUSED"));
  await studio.announce({ address: "http://192.0.2.1:80/", token });
  await until(() => /not on this machine/.test(studio.bridge.reason), `it is refused, not '${studio.bridge.reason}'`);
  await studio.announce({ address, token });
  await studio.bridge.ready(SOON());
});

for (const [age, protocol] of [["older", 0], ["newer", 9]] as const) {
  Deno.test(`a server that is ${age} is refused with both versions`, async () => {
    await using studio = await startWaitingStudio();
    const stop = new AbortController();
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, signal: stop.signal, onListen() {} },
      async (request) => {
        const { id } = await request.json();
        return Response.json({ jsonrpc: "2.0", id, result: { appVersion: "1", protocol } });
      },
    );
    await studio.announce({ address: `http://127.0.0.1:${server.addr.port}/`, token: "t" });
    await until(
      () => new RegExp(`protocol ${protocol}, this bridge 1 to 1`).test(studio.bridge.reason),
      "it is refused",
    );
    stop.abort();
    await server.finished;
  });
}

Deno.test("behind a dialog a command is APP_BUSY at once, the bridge says why, and goes on when it is answered", async () => {
  await using studio = await startWaitingStudio();
  await using cascadeur = await studio.artist();
  await studio.bridge.ready(SOON());
  await cascadeur.trouble({ do: "dialog", open: true });
  await assert.rejects(studio.call("new_scene"), code("APP_BUSY", /dialog/));
  await until(() => studio.bridge.status === "degraded" && /dialog/.test(studio.bridge.reason), "it says so");
  await cascadeur.trouble({ do: "dialog", open: false });
  await until(() => studio.bridge.status === "idle", "it goes on");
  assert.equal((await studio.call("new_scene")).name, "untitled1.casc");
});

Deno.test("a main thread that hangs is trouble while it does; what it had not begun is not done afterwards", async () => {
  await using studio = await startWaitingStudio();
  await using cascadeur = await studio.artist();
  await studio.bridge.ready(SOON());
  await cascadeur.trouble({ do: "hang", ms: 9_000 });
  await assert.rejects(studio.call("new_scene", {}, { timeoutMs: 1_500 }), code("DEADLINE_EXCEEDED|APP_UNRESPONSIVE"));
  await until(() => /silent/.test(studio.bridge.reason), "the silence is noticed");
  await until(() => studio.bridge.status === "idle", "it is over");
  assert.equal((await studio.call("list_scenes")).scenes.length, 1);
});

Deno.test("a Cascadeur without a timer is called for each command, again where a call was lost", async () => {
  let nudges = 0;
  const studio: { trouble?: (trouble: Trouble) => Promise<unknown> } = {};
  await using started = await startCascadeurStudio({
    simulator: { hooksOnly: true },
    wait: false,
    async nudge() {
      if (nudges++ % 2 === 1) await studio.trouble?.({ do: "hook" });
    },
  });
  studio.trouble = started.trouble;
  await started.bridge.ready(SOON());
  nudges = 0;
  assert.equal((await started.call("list_scenes")).scenes.length, 1);
  assert.ok(nudges >= 1);
  assert.equal(started.bridge.status, "idle");
});

Deno.test("a picture that a minimised window never draws is told so, and drawn when the window is back", async () => {
  await using studio = await startCascadeurStudio({ drawnMs: 300 });
  await studio.trouble({ do: "minimise", on: true });
  await assert.rejects(studio.call("capture_viewport"), code("APP_UNRESPONSIVE", /minimised/));
  await studio.trouble({ do: "minimise", on: false });
  assert.equal((await studio.call("capture_viewport")).image.mediaType, "image/png");
});

Deno.test("an export without a licence is no success without a file", async () => {
  await using studio = await startCascadeurStudio();
  await studio.trouble({ do: "licence", valid: false });
  await assert.rejects(studio.call("export_file"), code("COMMAND_FAILED", /licence/));
  await studio.trouble({ do: "licence", valid: true });
  assert.equal((await studio.call("export_file", { format: "dae" })).file.name, "untitled.dae");
});

Deno.test("code runs only where both the bridge and Cascadeur allow it", async () => {
  await using studio = await startCascadeurStudio({ simulator: { allowCode: false } });
  await assert.rejects(studio.call("execute_python", { code: "result = 1" }), code("CODE_DISABLED", /allow_code/));
});

Deno.test("what a person does by hand is told as human_edit, and is in the state", async () => {
  await using studio = await startCascadeurStudio();
  await using edits = await studio.listen("human_edit");
  await studio.trouble({ do: "rename", object: "head_MainPoint", name: "頭" });
  assert.deepEqual(await edits.first(), { what: ["objects"], objects: ["head_MainPoint", "頭"] });
  await using frames = await studio.listen("frame_changed");
  await studio.call("set_frame_range", { end: 30 });
  await studio.trouble({ do: "frame", frame: 17 });
  assert.deepEqual(await frames.first(({ frame }) => frame === 17), { frame: 17 });
  await using scenes = await studio.listen("scene_activated");
  await studio.call("new_scene");
  assert.deepEqual(await scenes.first(), { scene: "untitled1.casc", previous: "untitled.casc" });
});

Deno.test("a connection that is cut or reset ends in a typed problem, and the bridge comes back", async () => {
  await using studio = await startWaitingStudio();
  await using cascadeur = await startSimulatorProcess(join(studio.folder, "elsewhere"));
  const { address, token } = await readAnnouncement(cascadeur.announcement);
  await using proxy = await startFaultProxy({ target: { port: Number(new URL(address).port), hostname: "127.0.0.1" } });
  await studio.announce({ address: `http://${proxy.address}/`, token });
  await studio.bridge.ready(SOON());
  for (const how of ["reset", "cut"] as const) {
    const asked = studio.call("list_scenes").then(() => "answered", (error) => error.code);
    proxy[how]();
    const outcome = await asked;
    assert.ok(["answered", "APP_CRASHED", "APP_NOT_CONNECTED", "OUTCOME_UNKNOWN"].includes(outcome), outcome);
    await until(
      () => studio.call("list_scenes").then(({ scenes }) => scenes.length === 1, () => false),
      "it is linked again",
    );
  }
});
