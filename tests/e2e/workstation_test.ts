/** `patchbay workstation` on this machine: it finds, starts, and leaves nothing behind, however it ends. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Bus, migrate, openBucket } from "@patchbay/bus";
import { Presence } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { runPatchbay, startPatchbay } from "../patchbay_command.ts";
import { descendantsOf, stillRunning } from "../processes.ts";

const within = (seconds: number) => AbortSignal.timeout(seconds * 1000);
/** A bridge in a folder, whose simulator is a process of its own. */
const LAMP = "./cli/new_bridge/templates/common";

async function startStudio() {
  await using stack = new AsyncDisposableStack();
  const home = await Deno.makeTempDir({ prefix: "patchbay-workstation-" });
  stack.defer(() => Deno.remove(home, { recursive: true }));
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus, { storage: "memory" });
  const held = stack.move();
  return { nats, bus, home, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

async function addresses(bus: Bus): Promise<string[]> {
  const presence = await openBucket(bus, "presence", Presence);
  return (await presence.entries()).map(({ key }) => key).sort();
}

Deno.test({
  name: "a workstation that is killed outright leaves no process behind, and comes back under the same names",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using studio = await startStudio();
    const signal = within(120);
    const env = { PATCHBAY_HOME: studio.home };
    const only = ["--only", "blender"];
    const args = ["workstation", "--simulate", ...only, `${LAMP}@desk`, "--id", "ws-07", "--server", studio.nats.url];
    await using first = startPatchbay(args, { env, signal });
    await first.line(/✓ Blender, simulated: blender\.ws-07/);
    await first.line(/^blender\.ws-07: ready/);
    await first.line(/^lamp\.desk: ready/);
    assert.deepEqual(await addresses(studio.bus), ["blender.ws-07", "lamp.desk"]);

    const children = await descendantsOf(first.pid);
    assert.ok(children.length > 0, "the lamp's simulator is no process of its own");
    first.kill("SIGKILL");
    await first.ended;
    while ((await stillRunning(children)).length > 0) signal.throwIfAborted();

    await using second = startPatchbay(args, { env, signal });
    await second.line(/^blender\.ws-07: ready/);
    await second.line(/^lamp\.desk: ready/);
    const again = await descendantsOf(second.pid);
    second.kill("SIGINT");
    const { code, text } = await second.ended;
    assert.equal(code, 0, text);
    assert.deepEqual(await stillRunning(again), []);
    assert.deepEqual(await addresses(studio.bus), []);
  },
});

Deno.test("a workstation takes the credentials that lie in its folder, and says what it does not find", async () => {
  await using studio = await startStudio();
  const signal = within(60);
  const folder = join(studio.home, "credentials");
  await Deno.mkdir(folder);
  await Deno.writeTextFile(
    join(folder, "blender.creds"),
    JSON.stringify({ user: "u", password: "p", app: "blender", bridge: "ws-08", servers: [studio.nats.url] }),
  );
  const env = { PATCHBAY_HOME: studio.home };
  await using workstation = startPatchbay(["workstation", "--simulate"], { env, signal });
  await workstation.line(/✓ Blender, simulated: blender\.ws-08/);
  await workstation.line(/^blender\.ws-08: ready/);
  workstation.kill("SIGINT");
  assert.equal((await workstation.ended).code, 0);

  const without = { ...env, PATCHBAY_BLENDER: join(studio.home, "no-blender") };
  const found = await runPatchbay(["workstation"], { env: without, signal });
  assert.equal(found.code, 1);
  assert.match(found.text, /· There is no Blender at '.*no-blender'/);
  assert.match(found.text, /APP_NOT_FOUND/);
});

Deno.test("the service's definition can be looked at without being installed", async () => {
  const { code, text } = await runPatchbay(["workstation", "install", "--print", "--", "--except", "blender"], {
    signal: within(30),
  });
  assert.equal(code, 0, text);
  assert.match(text, /main\.ts/);
  assert.match(text, /workstation/);
  assert.match(text, /--except/);
});
