import assert from "node:assert/strict";
import { join } from "node:path";
import { AppEvent, envelope, newId, type PatchbayError, Progress, StateUpdate, subjects } from "@patchbay/contracts";
import { readStream, send, subscribe } from "@patchbay/bus";
import { startBridge } from "../bridge.ts";
import type { Bridge, BridgeOptions } from "../bridge_options.ts";
import { call, code, counter, type TestStudio, testStudio, until } from "../test_counter.ts";
import { appLinkAdapter, type AppLinkAdapterOptions } from "./adapter.ts";
import { dialAppLink, type DialOptions } from "./dial.ts";
import { rawPeer } from "./test_links.ts";
import { readRendezvous } from "./rendezvous.ts";

interface LinkedBridge extends AsyncDisposable {
  studio: TestStudio;
  bridge: Bridge;
  linksDir: string;
  dial(over?: Partial<DialOptions>): ReturnType<typeof dialAppLink>;
}

async function linkedBridge(
  link: Partial<AppLinkAdapterOptions> = {},
  options: Partial<BridgeOptions> = {},
): Promise<LinkedBridge> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const studio = stack.use(await testStudio());
  const linksDir = join(folder, "links");
  const bridge = stack.use(
    await startBridge({
      bus: studio.bus,
      manifest: counter,
      adapter: appLinkAdapter({ manifest: counter, linksDir, ...link }),
      bridge: "ws-01",
      simulated: false,
      allowCode: false,
      workDir: join(folder, "work"),
      backoff: { minMs: 5, maxMs: 20 },
      ...options,
    }),
  );
  const held = stack.move();
  return {
    studio,
    bridge,
    linksDir,
    async dial(over) {
      await until(() => Deno.stat(join(linksDir, "counter-ws-01.json")).then(() => true, () => false));
      return await dialAppLink({
        app: "counter",
        bridge: "ws-01",
        appVersion: "1.0",
        linksDir,
        execute: () => ({}),
        snapshot: () => ({ count: 0 }),
        ...over,
      });
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Where the bridge waited before, nobody may wait any more: it is tried again, as applications do. */
async function dialAgain(linked: LinkedBridge, over: Partial<DialOptions>): ReturnType<typeof dialAppLink> {
  for (;;) {
    try {
      return await linked.dial(over);
    } catch (error) {
      if (!code("APP_NOT_CONNECTED")(error)) throw error;
    }
  }
}

const script = import.meta.resolve("./test_application.ts").slice("file://".length);
const launch: (arg?: string) => NonNullable<AppLinkAdapterOptions["launch"]> = (...extra) => ({ host }) => ({
  command: Deno.execPath(),
  args: ["run", "-A", "--no-check", script, host.bridge, ...extra.filter((arg) => arg !== undefined)],
  cwd: host.workDir,
});

Deno.test("an artist's application is waited for, linked, lost and found again", async () => {
  await using linked = await linkedBridge();
  const { bridge, studio } = linked;
  await until(() => /waiting for Counter/.test(bridge.reason));
  assert.equal(bridge.status, "initializing");
  await assert.rejects(
    call(studio.bus, "read"),
    (error) => code("APP_NOT_CONNECTED")(error) && /waiting for Counter/.test(String(error)),
  );
  const first = await linked.dial({ execute: () => ({ count: 1 }) });
  await bridge.ready();
  assert.equal(bridge.presence.appVersion, "1.0");
  assert.deepEqual(await call(studio.bus, "read"), { count: 1 });
  await first[Symbol.asyncDispose]();
  await until(() => bridge.status === "degraded");
  await using _second = await dialAgain(linked, { execute: () => ({ count: 2 }) });
  await until(() => bridge.status === "idle");
  assert.deepEqual(await call(studio.bus, "read"), { count: 2 });
});

Deno.test("a command fails with APP_CRASHED when its application vanishes, and what waits with APP_NOT_CONNECTED", async () => {
  await using linked = await linkedBridge();
  const began = Promise.withResolvers<void>();
  const application = await linked.dial({
    execute: () => {
      began.resolve();
      return new Promise(() => {});
    },
  });
  await linked.bridge.ready();
  const running = call(linked.studio.bus, "hold");
  await began.promise;
  const waiting = call(linked.studio.bus, "add");
  await until(() => linked.bridge.presence.queued === 1);
  await application[Symbol.asyncDispose]();
  await assert.rejects(running, code("APP_CRASHED"));
  await assert.rejects(waiting, code("APP_NOT_CONNECTED"));
});

Deno.test("events, state, progress and cancellation pass through the link", async () => {
  await using linked = await linkedBridge();
  const { bus } = linked.studio;
  let count = 0;
  await using application = await linked.dial({
    snapshot: () => ({ count }),
    execute: ({ progress, signal }) => {
      progress({ fraction: 0.25 });
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    },
  });
  await linked.bridge.ready();
  application.event("clicked", { x: 3 });
  application.event("not_declared", {});
  for await (
    const { message } of readStream(bus, "EVENTS", {
      subject: subjects.event("counter", "ws-01", "clicked"),
      payload: AppEvent,
      from: "start",
      follow: true,
    })
  ) {
    assert.deepEqual(message.payload.data, { x: 3 });
    break;
  }
  const updates = readStream(bus, "STATE", {
    subject: subjects.state("counter", "ws-01"),
    payload: StateUpdate,
    from: "start",
    follow: true,
  });
  for await (const { message: { payload } } of updates) {
    if (payload.kind === "patch") {
      assert.deepEqual([payload.cause, payload.patch], ["human", [{ op: "replace", path: "/count", value: 5 }]]);
      break;
    }
    count = 5;
    application.stateChanged("human");
  }
  const [id, correlationId] = [newId(), newId()];
  await using heard = subscribe(bus, subjects.progress(correlationId), { payload: Progress });
  await heard.ready;
  const held = call(bus, "hold", {}, { id, correlationId });
  for await (const { message } of heard) {
    assert.equal(message.payload.fraction, 0.25);
    break;
  }
  send(bus, subjects.cancel(id), envelope({ type: "command", payload: { commandId: id }, source: "a test" }));
  await assert.rejects(held, code("CANCELLED"));
});

Deno.test("an artist's application that answers no ping is left alone: degraded, APP_UNRESPONSIVE, until it is back", async () => {
  await using linked = await linkedBridge({ silenceMs: 60 });
  const { bridge, studio: { bus } } = linked;
  const path = join(linked.linksDir, "counter-ws-01.json");
  await until(() => Deno.stat(path).then(() => true, () => false));
  const rendezvous = await readRendezvous(path);
  using peer = await rawPeer(rendezvous);
  const { token } = rendezvous;
  const params = { token, app: "counter", appVersion: "1.0", protocol: 1 };
  await peer.send({ jsonrpc: "2.0", id: 1, method: "hello", params });
  await bridge.ready();
  await until(() => bridge.status === "degraded");
  assert.match(bridge.reason, /Counter has been silent for more than 60 ms: it is busy, shows a dialog/);
  await assert.rejects(call(bus, "read", {}, { timeoutMs: 50 }), code("APP_UNRESPONSIVE"));
  await peer.send({ jsonrpc: "2.0", method: "heartbeat", params: {} });
  await until(() => bridge.reason === "connected to Counter 1.0");
  assert.equal((await readRendezvous(path)).token, token);
});

Deno.test("whoever looks at the bridge can read why an application was turned away", async () => {
  await using linked = await linkedBridge();
  await assert.rejects(
    linked.dial({ app: "counter", bridge: "ws-01", linksDir: "/nowhere" }),
    code("APP_NOT_CONNECTED"),
  );
  const path = join(linked.linksDir, "counter-ws-01.json");
  using old = await rawPeer(await readRendezvous(path));
  const { token } = await readRendezvous(path);
  const params = { token, app: "counter", appVersion: "1.0", addonVersion: "0.9", protocol: 0 };
  await old.send({ jsonrpc: "2.0", id: 1, method: "hello", params });
  await until(() => /its add-on 0.9 speaks protocol 0/.test(linked.bridge.reason));
});

Deno.test("a long command is no hang while its deadline lasts", async () => {
  await using linked = await linkedBridge({ silenceMs: 45 });
  const path = join(linked.linksDir, "counter-ws-01.json");
  await until(() => Deno.stat(path).then(() => true, () => false));
  const { token, ...rendezvous } = await readRendezvous(path);
  using peer = await rawPeer({ token, ...rendezvous });
  await peer.send({
    jsonrpc: "2.0",
    id: 1,
    method: "hello",
    params: { token, app: "counter", appVersion: "1.0", protocol: 1 },
  });
  const answering = (async () => {
    for (let pings = 0;;) {
      const message = await peer.next() as { id?: number; method?: string } | undefined;
      if (message === undefined) return;
      // the main thread is busy from `execute` on: pings meanwhile get no answer
      if (message.method === "snapshot") await peer.send({ jsonrpc: "2.0", id: message.id, result: { count: 0 } });
      if (message.method !== "execute") continue;
      const [id] = [message.id];
      while (pings++ < 20) await new Promise((resolve) => setTimeout(resolve, 10));
      await peer.send({ jsonrpc: "2.0", id, result: { count: 9 } });
    }
  })();
  await linked.bridge.ready();
  assert.deepEqual(await call(linked.studio.bus, "read", {}, { timeoutMs: 3_000 }), { count: 9 });
  peer[Symbol.dispose]();
  await answering;
});

Deno.test("a started application that crashes is started again, and ends with its bridge", async () => {
  const pids: number[] = [];
  {
    await using linked = await linkedBridge({ launch: launch() });
    const { bridge, studio: { bus } } = linked;
    await bridge.ready();
    assert.deepEqual(await call(bus, "add", { by: 2 }), { count: 2 });
    await assert.rejects(
      call(bus, "hold", { name: "crash" }),
      (error) => code("APP_CRASHED")(error) && /ended with SIGKILL/.test((error as PatchbayError).message),
    );
    await bridge.ready();
    assert.deepEqual(await call(bus, "read"), { count: 0 });
    for await (const { name } of Deno.readDir("/proc")) {
      const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
      if (line.includes(script)) pids.push(Number(name));
    }
    assert.equal(pids.length, 1);
  }
  await assert.rejects(Deno.stat(`/proc/${pids[0]}`));
});

Deno.test("a started application that hangs is killed and started again", async () => {
  await using linked = await linkedBridge({ launch: launch(), silenceMs: 300 });
  const { bridge, studio: { bus } } = linked;
  await bridge.ready();
  await assert.rejects(call(bus, "hold", { name: "hang" }, { timeoutMs: 100 }), code("DEADLINE_EXCEEDED"));
  await until(() => bridge.status === "degraded");
  await bridge.ready();
  assert.deepEqual(await call(bus, "read"), { count: 0 });
});

Deno.test("over stdio, too", async () => {
  await using linked = await linkedBridge({ launch: launch("stdio"), transport: "stdio" });
  await linked.bridge.ready();
  assert.deepEqual(await call(linked.studio.bus, "add", { by: 3 }), { count: 3 });
});

for (
  const [what, shell, transport, found] of [
    [
      "ends at once",
      "echo cannot open display >&2; exit 7",
      "unix",
      /ended before it was linked, with status 7; it printed: cannot open display/,
    ],
    [
      "prints garbage",
      "echo hello, world; printf '\\r\\n\\r\\n'; sleep 100",
      "stdio",
      /cannot be linked: .*Content-Length/,
    ],
    ["says nothing", "sleep 100", "unix", /did not link itself within 50 ms/],
  ] as const
) {
  Deno.test(`a started application that ${what} is tried again, and the reason can be read`, async () => {
    let starts = 0;
    await using linked = await linkedBridge({
      transport,
      startTimeoutMs: 50,
      launch: ({ host }) => (starts++, { command: "/bin/sh", args: ["-c", shell], cwd: host.workDir }),
    });
    await until(() => found.test(linked.bridge.reason));
    assert.ok(["disconnected", "draining"].includes(linked.bridge.status));
    await until(() => starts > 1);
    await assert.rejects(call(linked.studio.bus, "read"), code("APP_NOT_CONNECTED"));
  });
}

Deno.test("a program that is not there says what to do", async () => {
  await using linked = await linkedBridge({
    launch: ({ host }) => ({ command: "patchbay-no-such-app", cwd: host.workDir }),
  });
  await until(() => /there is no such program/.test(linked.bridge.reason));
});
