/** The typed client against each form of the server, without a bus or a bridge. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startChild } from "@patchbay/bridge-kit";
import { CascadeurClient } from "./client.ts";
import { announcementChange, readAnnouncement } from "./announcement.ts";
import { findPython, type ServerForm, simulatorLaunch } from "./simulator.ts";
import { code } from "./testing/cascadeur_studio.ts";

/** A simulated Cascadeur with its server in one form. */
async function startSimulator(form: ServerForm) {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-client-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const announcement = join(folder, "server.json");
  const stop = new AbortController();
  stack.defer(() => stop.abort());
  const child = stack.use(startChild(await simulatorLaunch({ folder, form })));
  while (await readAnnouncement(announcement).catch(() => undefined) === undefined) {
    const change = announcementChange(announcement, AbortSignal.any([stop.signal, AbortSignal.timeout(200)]));
    await Promise.race([change.catch(() => {}), child.exited.then((exit) => assert.fail(exit.lastLines.join("\n")))]);
  }
  const all = stack.move();
  return { announcement, folder, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const hasAiohttp = (await new Deno.Command(await findPython(), { args: ["-c", "import aiohttp"], stderr: "null" })
  .output()).success;

for (const form of ["threaded", "sync", "async"] as const) {
  Deno.test({
    name: `the typed client animates through the ${form} server`,
    ignore: form === "async" && !hasAiohttp,
    async fn() {
      await using simulator = await startSimulator(form);
      await using client = await CascadeurClient.connect({ announcement: simulator.announcement });
      const { scene, animation, rig } = client;
      assert.equal((await scene.list({})).scenes.length, 1);
      const key = await animation.setKeyframe({ object: "left hand", frame: 24, position: [30, 140, 20] });
      assert.deepEqual([key.track, key.keys], ["Hand_L", [0, 24]]);
      assert.equal((await animation.setFrameRange({ end: 120 })).frames, 121);
      assert.ok((await rig.joints({ frame: 12 })).joints.some(({ name }) => name === "hand_l"));
      await scene.undo({ steps: 2 });
      assert.equal((await animation.timeline({})).frames, 1);
      await assert.rejects(animation.setKeyframe({ object: "tail", frame: 1 }), code("NOT_FOUND"));
      await assert.rejects(animation.setKeyframe({ object: "head", frame: -1 }), code("INVALID_ARGUMENTS"));
      await assert.rejects(client.executePython("result = 1"), code("CODE_DISABLED"));
    },
  });
}
