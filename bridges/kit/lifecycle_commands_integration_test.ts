import assert from "node:assert/strict";
import { join } from "node:path";
import { defineApp, type PatchbayError } from "@patchbay/contracts";
import { appLinkAdapter } from "./app_link/adapter.ts";
import { startBridge } from "./bridge.ts";
import type { Bridge, BridgeOptions } from "./bridge_options.ts";
import { lifecycleCommands } from "./lifecycle_commands.ts";
import { isAlive } from "./supervision/test_processes.ts";
import { call, code, counter, type TestStudio, testStudio, until } from "./test_counter.ts";

const script = new URL("./app_link/test_application.ts", import.meta.url).pathname;
const program = { command: Deno.execPath(), args: ["run", "-A", "--no-check", script, "ws-01"] };
const manifest = defineApp({ ...counter, commands: { ...counter.commands, ...lifecycleCommands("Counter") } });

interface Started extends AsyncDisposable {
  studio: TestStudio;
  bridge: Bridge;
}

async function started(adapter?: BridgeOptions["adapter"], launched = program): Promise<Started> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const studio = stack.use(await testStudio());
  const linksDir = join(folder, "links");
  const bridge = stack.use(
    await startBridge({
      bus: studio.bus,
      manifest,
      adapter: adapter ??
        appLinkAdapter({ manifest, linksDir, launch: ({ host }) => ({ ...launched, cwd: host.workDir }) }),
      bridge: "ws-01",
      simulated: false,
      allowCode: false,
      workDir: join(folder, "work"),
      backoff: { minMs: 5, maxMs: 20 },
    }),
  );
  const held = stack.move();
  return { studio, bridge, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

function applications(): number[] {
  return [...Deno.readDirSync("/proc")].flatMap(({ name }) => {
    try {
      return Deno.readTextFileSync(`/proc/${name}/cmdline`).includes(script) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

Deno.test("a stopped application is gone, stays so, and comes back when it is started", async () => {
  await using running = await started();
  const { bridge, studio: { bus } } = running;
  await bridge.ready();
  await call(bus, "add", { by: 2 });
  const [pid] = applications();
  assert.deepEqual(await call(bus, "start_application"), { running: true, changed: false });

  assert.deepEqual(await call(bus, "stop_application"), { running: false, changed: true });
  assert.ok(pid !== undefined && !isAlive(pid));
  assert.equal(bridge.status, "disconnected");
  assert.match(bridge.reason, /^Counter was stopped by a command/);
  await assert.rejects(
    call(bus, "read"),
    (error) => code("APP_NOT_CONNECTED")(error) && /was stopped by a command/.test((error as PatchbayError).message),
  );
  assert.deepEqual(await call(bus, "stop_application"), { running: false, changed: false });
  assert.deepEqual(applications(), []);

  assert.deepEqual(await call(bus, "start_application", {}, { waitMs: 30_000 }), { running: true, changed: true });
  assert.deepEqual(await call(bus, "read"), { count: 0 });
});

Deno.test("a start that fails says why at once, and is tried on", async () => {
  const broken = { command: "/bin/sh", args: ["-c", "echo no licence >&2; exit 3"] };
  await using running = await started(undefined, broken);
  const { bridge, studio: { bus } } = running;
  await until(() => bridge.status === "disconnected");
  await assert.rejects(
    call(bus, "start_application"),
    (error) => code("APP_START_FAILED")(error) && /with status 3; it printed: no licence/.test(String(error)),
  );
  assert.deepEqual(await call(bus, "stop_application"), { running: false, changed: false });
  assert.match(bridge.reason, /was stopped by a command/);
});

Deno.test("an application that is not the bridge's to start gets the commands itself", async () => {
  const seen: string[] = [];
  await using running = await started({
    open: () => Promise.resolve({ appVersion: "1.0" }),
    execute: ({ command: name }) => (seen.push(name), Promise.resolve({ running: true, changed: false })),
    snapshot: () => Promise.resolve({ count: 0 }),
    close: () => Promise.resolve(),
  });
  await running.bridge.ready();
  await call(running.studio.bus, "stop_application");
  assert.deepEqual(seen, ["stop_application"]);
});

Deno.test("a title with signs gives no phrases, which would be patterns", () => {
  assert.deepEqual(lifecycleCommands("OSC (lights)").start_application.phrases, []);
  assert.deepEqual(lifecycleCommands("Paint 3").stop_application.phrases, ["quit Paint 3", "shut down Paint 3"]);
});
