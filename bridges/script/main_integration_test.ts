/** A bridge as a process of its own: its command line, and its end. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bus, migrate, openBucket } from "@patchbay/bus";
import { Presence } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { bridgeCaller } from "../kit/testing/bridge_caller.ts";
import { fileOf, hasPython } from "./testing/script_studio.ts";

const ADDRESS = "show-clock.desk";

/** Resolves once the bridge takes commands. */
async function idle(bus: Bus): Promise<void> {
  const presence = await openBucket(bus, "presence", Presence);
  for await (const change of presence.watch({ signal: AbortSignal.timeout(30_000) })) {
    if (change.kind === "put" && change.key === ADDRESS && change.value.status === "idle") return;
  }
  throw new Error(`${ADDRESS} did not come`);
}

const name = "a bridge runs as a process of its own, of the file that is named, and leaves when it is told to";
Deno.test({ name, ignore: !hasPython }, async () => {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "patchbay-main-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const main = fileURLToPath(new URL("./main.ts", import.meta.url));
  const options = ["--server", nats.url, "--bridge", "desk", "--work-dir", join(folder, "work")];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "-A", main, fileOf("examples/show_clock.py"), ...options],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let over = false;
  const ended = child.status.finally(() => over = true);
  stack.defer(async () => {
    if (!over) child.kill("SIGKILL");
    await ended;
  });
  await idle(bus);
  assert.deepEqual(await bridgeCaller(bus, "show-clock", "desk").call("set_cue", { name: "Licht", at: 3 }), {
    Licht: 3,
  });
  child.kill("SIGTERM");
  assert.equal((await ended).success, true);
  assert.equal(await (await openBucket(bus, "presence", Presence)).get(ADDRESS), undefined);
});
