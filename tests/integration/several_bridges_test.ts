/** Several bridges in one process: each with its own user in a studio with permissions, and none of them the others' end. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Bus, migrate, openBucket } from "@patchbay/bus";
import { createBusUser, type Identity, natsUser } from "@patchbay/bus/permissions";
import { Presence } from "@patchbay/contracts";
import { startTestNats, type TestNats } from "@patchbay/testing";
import { runPatchbay, startPatchbay } from "../patchbay_command.ts";

const within = (seconds: number) => AbortSignal.timeout(seconds * 1000);
/** A bridge in a folder: what `patchbay new-bridge` writes from. */
const LAMP = "./cli/new_bridge/templates/common";
const BLENDER: Identity = { kind: "bridge", app: "blender", bridge: "ws-07" };
const DESK: Identity = { kind: "bridge", app: "lamp", bridge: "desk" };

interface Studio extends AsyncDisposable {
  nats: TestNats;
  bus: Bus;
  home: string;
  /** A credential file for one who is let in, or for one who is not. */
  credentials(identity: Identity, known: boolean): Promise<string>;
}

/** A server that knows these bridges, each by its key. */
async function startStudio(...bridges: Identity[]): Promise<Studio> {
  await using stack = new AsyncDisposableStack();
  const home = await Deno.makeTempDir({ prefix: "patchbay-several-" });
  stack.defer(() => Deno.remove(home, { recursive: true }));
  const users = new Map(bridges.map((identity) => [identity, createBusUser(identity)]));
  const password = { user: "operator", password: "of-this-test" };
  const nats = stack.use(
    await startTestNats({
      users: bridges.length === 0 ? [] : [password, ...[...users.values()].map(({ user }) => natsUser(user))],
    }),
  );
  const bus = await (bridges.length === 0 ? nats.connect("test") : nats.connect("test", password));
  await migrate(bus, { storage: "memory" });
  const held = stack.move();
  return {
    nats,
    bus,
    home,
    async credentials(identity, known) {
      const { credentials } = (known ? users.get(identity) : undefined) ?? createBusUser(identity);
      const path = join(home, `${crypto.randomUUID()}.creds`);
      await Deno.writeTextFile(path, JSON.stringify({ ...credentials, servers: [nats.url] }), { mode: 0o600 });
      return path;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Waits until each of these bridges is there and takes commands. */
async function untilIdle(bus: Bus, addresses: string[], signal: AbortSignal): Promise<void> {
  const presence = await openBucket(bus, "presence", Presence);
  const waiting = new Set(addresses);
  for await (const change of presence.watch({ signal })) {
    if (change.kind === "put" && change.value?.status === "idle") waiting.delete(change.key);
    if (waiting.size === 0) return;
  }
}

Deno.test("two bridges in one process each come in with their own credentials, and both leave at Ctrl-C", async () => {
  await using studio = await startStudio(BLENDER, DESK);
  const signal = within(60);
  const files = [await studio.credentials(DESK, true), await studio.credentials(BLENDER, true)];
  const options = files.flatMap((file) => ["--credentials", file]);
  const env = { PATCHBAY_HOME: studio.home };
  await using bridges = startPatchbay(["bridge", "blender", LAMP, "--simulate", ...options], { env, signal });
  await untilIdle(studio.bus, ["blender.ws-07", "lamp.desk"], signal);
  await bridges.line(/^blender\.ws-07: ready/);
  await bridges.line(/^lamp\.desk: ready/);
  bridges.kill("SIGINT");
  const { code, text } = await bridges.ended;
  assert.equal(code, 0, text);
  const presence = await openBucket(studio.bus, "presence", Presence);
  assert.equal(await presence.get("blender.ws-07"), undefined);
  assert.equal(await presence.get("lamp.desk"), undefined);
});

Deno.test("a bridge that is refused says so and leaves the other one running; the exit status tells", async () => {
  await using studio = await startStudio(DESK);
  const signal = within(60);
  const files = [await studio.credentials(DESK, true), await studio.credentials(BLENDER, false)];
  const options = files.flatMap((file) => ["--credentials", file]);
  const env = { PATCHBAY_HOME: studio.home };
  await using bridges = startPatchbay(["bridge", "blender", LAMP, "--simulate", ...options], { env, signal });
  await bridges.line(/^blender\.ws-07: stopped\. UNAUTHENTICATED/);
  await bridges.line(/^lamp\.desk: ready/);
  bridges.kill("SIGINT");
  const { code, text } = await bridges.ended;
  assert.equal(code, 1, text);
  assert.match(text, /^lamp\.desk: has left$/m);
});

Deno.test("a second process with the same id is told who has it and ends; the first one works on", async () => {
  await using studio = await startStudio();
  const signal = within(60);
  const start = (home: string, ...more: string[]) =>
    startPatchbay(["bridge", `${LAMP}@desk`, "--simulate", "--server", studio.nats.url, ...more], {
      env: { PATCHBAY_HOME: join(studio.home, home) },
      signal,
    });
  await using first = start("first");
  await untilIdle(studio.bus, ["lamp.desk"], signal);
  await using second = start("second", "blender@ws-07");
  await second.line(/^lamp\.desk: stopped\. BRIDGE_FENCED/);
  await second.line(/^blender\.ws-07: ready/);
  const presence = await openBucket(studio.bus, "presence", Presence);
  assert.equal((await presence.get("lamp.desk"))?.value.pid, first.pid);
  second.kill("SIGINT");
  assert.equal((await second.ended).code, 1);
});

Deno.test("a bridge that was written outside of the checkout is started from there, and never written over", async () => {
  await using studio = await startStudio();
  const signal = within(60);
  const folder = join(studio.home, "led-wall");
  const write = () => runPatchbay(["new-bridge", "led-wall", "--transport", "stdio", "--dir", folder], { signal });
  const written = await write();
  assert.equal(written.code, 0, written.text);
  assert.match(written.text, /README\.md, adapter\.ts, bridge\.ts/);
  const again = await write();
  assert.equal(again.code, 1);
  assert.match(again.text, /CONFLICT/);
  const args = ["bridge", `${folder}@stage`, "--simulate", "--server", studio.nats.url];
  await using bridge = startPatchbay(args, { env: { PATCHBAY_HOME: studio.home }, signal });
  await bridge.line(/^led-wall\.stage: ready: connected to Led wall/);
  bridge.kill("SIGINT");
  assert.equal((await bridge.ended).code, 0);
});

Deno.test("a bridge that there is not is refused with those that there are", async () => {
  await using refused = startPatchbay(["bridge", "photoshop", "--server", "nats://127.0.0.1:9"], {
    signal: within(30),
  });
  const { code, text } = await refused.ended;
  assert.equal(code, 1);
  assert.match(text, /UNKNOWN_APP: .*there is .*blender/);
});
