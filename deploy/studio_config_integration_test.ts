import assert from "node:assert/strict";
import { createBusUser, natsUser } from "@patchbay/bus/permissions";
import { natsServerProgram } from "@patchbay/testing";
import { formatStudioConfig } from "./studio_config.ts";

Deno.test("nats-server accepts the studio's configuration", async () => {
  const folder = await Deno.makeTempDir();
  const { user } = createBusUser({ kind: "bridge", app: "blender", bridge: "ws-07" });
  await Deno.writeTextFile(`${folder}/nats.conf`, formatStudioConfig({ users: [natsUser(user)], storeDir: folder }));
  const { success, stderr } = await new Deno.Command(await natsServerProgram(), {
    args: ["-t", "--config", `${folder}/nats.conf`],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  await Deno.remove(folder, { recursive: true });
});
