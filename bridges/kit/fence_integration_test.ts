import assert from "node:assert/strict";
import { PatchbayError, Presence } from "@patchbay/contracts";
import { leaseHolder, migrate, openBucket } from "@patchbay/bus";
import { startAppDouble } from "@patchbay/testing";
import { startChild } from "./supervision/child.ts";
import { call, code, counter, holding, testStudio, until } from "./test_counter.ts";

const LEASE = "bridge.counter.ws-01";
const adds = (count: number) => ({ handlers: { add: () => ({ count }) } });

/** A bridge in a process of its own, that says what it does. */
async function childBridge(url: string) {
  const script = `
    import { connectBus } from "@patchbay/bus";
    import { startAppDouble } from "@patchbay/testing";
    import { counter } from "./test_counter.ts";
    const bus = await connectBus({ servers: ${JSON.stringify(url)}, name: "counter.ws-01" });
    const add = () => (console.log("executed"), { count: 7 });
    const { bridge } = await startAppDouble(bus, counter, { handlers: { add } });
    console.log("here");
    await bridge.ended;
    console.log("ended " + bridge.failure?.code);
    Deno.exit(0);
  `;
  await using stack = new AsyncDisposableStack();
  const file = await Deno.makeTempFile({ dir: import.meta.dirname!, suffix: "_fenced.ts" });
  stack.defer(() => Deno.remove(file));
  await Deno.writeTextFile(file, script);
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const lines: string[] = [];
  const process = stack.use(startChild({
    command: Deno.execPath(),
    args: ["run", "-A", "--no-check", file],
    cwd: import.meta.dirname!,
    env: { TMPDIR: folder },
    onLine: (line) => void lines.push(line),
  }));
  await until(() => lines.includes("here"));
  const held = stack.move();
  return { process, lines, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

Deno.test("a second process with the id is refused and told who has it, and the first one goes on", async () => {
  await using studio = await testStudio();
  await using first = await startAppDouble(studio.bus, counter, adds(1));
  const refused = await startAppDouble(studio.bus, counter, adds(2)).then(() => undefined, (error) => error);
  assert.ok(refused instanceof PatchbayError);
  assert.equal(refused.code, "BRIDGE_FENCED");
  assert.equal(refused.context["pid"], Deno.pid);
  assert.match(refused.message, new RegExp(`process ${Deno.pid} on `));
  assert.deepEqual(await call(studio.bus, "add"), { count: 1 });
  assert.equal(first.bridge.failure, undefined);
  const presence = await openBucket(studio.bus, "presence", Presence);
  assert.equal((await presence.get("counter.ws-01"))?.value.instance, first.bridge.presence.instance);
});

Deno.test("a bridge that leaves gives its lease back: the next one need not wait", async () => {
  await using studio = await testStudio();
  const first = await startAppDouble(studio.bus, counter, adds(1));
  const { revision } = first.bridge.fence;
  assert.ok(first.bridge.fence.valid());
  await first[Symbol.asyncDispose]();
  assert.equal(first.bridge.fence.valid(), false);
  assert.equal(await leaseHolder(studio.bus, LEASE), undefined);
  await using second = await startAppDouble(studio.bus, counter, adds(2));
  assert.ok(second.bridge.fence.revision > revision);
});

Deno.test("a holder that stood still past its lease begins nothing, and ends when it wakes up", async () => {
  await using studio = await testStudio();
  await using child = await childBridge(studio.nats.url);
  Deno.kill(child.process.pid, "SIGSTOP");
  await using _second = await startAppDouble(studio.bus, counter, adds(2));
  Deno.kill(child.process.pid, "SIGCONT");
  await until(() => child.lines.includes("ended BRIDGE_FENCED"));
  for (let n = 0; n < 5; n++) assert.deepEqual(await call(studio.bus, "add"), { count: 2 });
  assert.ok(!child.lines.includes("executed"), child.lines.join("\n"));
});

Deno.test({
  name: "the lease of a process that was killed on this machine is taken over from it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using studio = await testStudio();
    await using child = await childBridge(studio.nats.url);
    const killed = (await leaseHolder(studio.bus, LEASE))?.revision ?? 0;
    Deno.kill(child.process.pid, "SIGKILL");
    await child.process.exited;
    await using next = await startAppDouble(studio.bus, counter, adds(2));
    assert.ok(next.bridge.fence.revision > killed);
    assert.deepEqual(await call(studio.bus, "add"), { count: 2 });
  },
});

Deno.test("a lease that ran out while the bus was away is taken again", async () => {
  await using studio = await testStudio({ storage: "file" });
  const bus = await studio.nats.connect("counter.ws-01");
  await using double = await startAppDouble(bus, counter, adds(1));
  const { revision } = double.bridge.fence;
  await studio.nats.kill();
  await until(() => !double.bridge.fence.valid());
  assert.equal(double.bridge.status, "degraded");
  assert.match(double.bridge.reason, /the bus is away/);
  await studio.nats.restart();
  await until(() => double.bridge.fence.valid() && double.bridge.status === "idle");
  assert.ok(double.bridge.fence.revision > revision);
  await until(() => studio.bus.connected);
  await until(() => call(studio.bus, "add").then(() => true, code("BRIDGE_OFFLINE")));
  assert.equal(double.bridge.failure, undefined);
});

Deno.test("a server that has lost what it had is told again who is here, with the lease, the manifest and the state", async () => {
  await using studio = await testStudio();
  const bus = await studio.nats.connect("counter.ws-01");
  await using double = await startAppDouble(bus, counter, { snapshot: () => ({ count: 1 }) });
  await studio.nats.kill();
  await studio.nats.restart();
  await until(() => studio.bus.connected);
  await migrate(studio.bus, { storage: "memory" });
  const presence = await openBucket(studio.bus, "presence", Presence);
  await until(async () => (await presence.get("counter.ws-01"))?.value.status === "idle");
  await until(async () => (await leaseHolder(studio.bus, LEASE)) !== undefined);
  await until(async () => {
    const state = await studio.bus.nc.request("$JS.API.DIRECT.GET.STATE.patchbay.v1.state.counter.ws-01");
    return state.headers?.code !== 404;
  });
  assert.equal(double.bridge.failure, undefined);
});

Deno.test("whoever comes back and finds somebody else under its id ends, with what it accepted finished", async () => {
  await using studio = await testStudio({ storage: "file" });
  const bus = await studio.nats.connect("counter.ws-01");
  const { hold, began, release } = holding();
  await using first = await startAppDouble(bus, counter, { handlers: { hold } });
  // it finds out when it renews its lease
  const running = call(studio.bus, "hold", { name: "a" }, { waitMs: 30_000 }).catch((error) => error);
  await until(() => began.length === 1);
  await studio.bus.nc.request("$JS.API.STREAM.PURGE.KV_leases", JSON.stringify({ filter: `$KV.leases.${LEASE}` }));
  await using _second = await startAppDouble(studio.bus, counter, adds(2));
  await until(() => first.bridge.status === "draining");
  assert.equal(first.bridge.failure?.code, "BRIDGE_FENCED");
  assert.match(first.bridge.reason, /has this id since/);
  release("a");
  await first.bridge.ended;
  assert.deepEqual(await running, {});
  assert.deepEqual(await call(studio.bus, "add"), { count: 2 });
});
