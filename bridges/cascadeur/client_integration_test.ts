/** The typed client against each form of the server, without a bus or a bridge. */
import assert from "node:assert/strict";
import { CascadeurClient } from "./client.ts";
import { findPython } from "./simulator.ts";
import { code } from "./testing/cascadeur_studio.ts";
import { startSimulatorProcess } from "./testing/simulator_process.ts";

async function temporaryFolder() {
  const path = await Deno.makeTempDir({ prefix: "patchbay-client-" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Left out where no python3 on the PATH has aiohttp. */
const hasAiohttp = await findPython({ form: "async" }).then(() => true, () => false);

for (const form of ["threaded", "sync", "async"] as const) {
  Deno.test({
    name: `the typed client animates through the ${form} server`,
    ignore: form === "async" && !hasAiohttp,
    async fn() {
      await using folder = await temporaryFolder();
      await using simulator = await startSimulatorProcess(folder.path, { form });
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
