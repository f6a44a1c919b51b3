import assert from "node:assert/strict";
import { join } from "node:path";
import { startBridge } from "../bridge.ts";
import type { Bridge } from "../bridge_options.ts";
import { call, code, counter, type TestStudio, testStudio, until } from "../test_counter.ts";
import { appLinkAdapter, type AppLinkAdapterOptions } from "./adapter.ts";
import { dialAppLink, type DialledLink } from "./dial.ts";
import { listenWebSocket } from "./websocket.ts";

interface Linked extends AsyncDisposable {
  studio: TestStudio;
  bridge: Bridge;
  linksDir: string;
}

async function linked(options: Partial<AppLinkAdapterOptions>): Promise<Linked> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const studio = stack.use(await testStudio());
  const linksDir = join(folder, "links");
  const bridge = stack.use(
    await startBridge({
      bus: studio.bus,
      manifest: counter,
      adapter: appLinkAdapter({ manifest: counter, linksDir, ...options }),
      bridge: "ws-01",
      simulated: false,
      allowCode: false,
      workDir: join(folder, "work"),
      backoff: { minMs: 5, maxMs: 20 },
    }),
  );
  const held = stack.move();
  return { studio, bridge, linksDir, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const application = {
  app: "counter",
  bridge: "ws-01",
  appVersion: "1.0",
  snapshot: () => ({ count: 0 }),
  execute: () => ({ count: 5 }),
} as const;

async function freePort(): Promise<number> {
  await using listener = await listenWebSocket();
  return Number(new URL(listener.address).port);
}

Deno.test("an application that dials a WebSocket on a port of the artist's choice is linked, lost and found again", async () => {
  const port = await freePort();
  await using link = await linked({ transport: "websocket", port });
  const { bridge, studio: { bus }, linksDir } = link;
  for (const round of ["first", "second"]) {
    await until(() => /waiting for Counter/.test(bridge.reason));
    const dialled: DialledLink = await dialAppLink({ ...application, linksDir });
    await bridge.ready();
    assert.deepEqual(await call(bus, "add"), { count: 5 }, round);
    await dialled[Symbol.asyncDispose]();
    await until(() => bridge.status !== "idle" && bridge.status !== "executing");
  }
});

Deno.test("a script that listens is started, dialled with its token, and ended", async () => {
  const port = await freePort();
  const script = new URL("./test_script.ts", import.meta.url).pathname;
  await using link = await linked({
    connect: { url: `ws://127.0.0.1:${port}/`, token: "secret" },
    launch: ({ host }) => ({
      command: Deno.execPath(),
      args: ["run", "-A", "--no-check", script, String(port), "secret"],
      cwd: host.workDir,
    }),
  });
  await link.bridge.ready();
  assert.equal(link.bridge.presence.appVersion, "2.0");
  assert.deepEqual(await call(link.studio.bus, "add", { by: 4 }), { count: 4 });
  await link.bridge.drain();
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port }));
});

Deno.test("a script that is not there yet is dialled again, and what it says no to can be read", async () => {
  const port = await freePort();
  await using link = await linked({ connect: { url: `ws://127.0.0.1:${port}/`, token: "secret" } });
  const { bridge, studio: { bus } } = link;
  await until(() => bridge.reason.includes(`127.0.0.1:${port}`));
  await assert.rejects(call(bus, "read"), code("APP_NOT_CONNECTED"));
  {
    await using _stern = await listenWebSocket({ port, token: "another" });
    await until(() => /answers with status 401/.test(bridge.reason));
  }
  await using script = await listenWebSocket({ port, token: "secret" });
  const links = (async () => {
    for await (const stream of script.streams) return await dialAppLink({ ...application, stream });
    return undefined;
  })();
  await bridge.ready();
  assert.deepEqual(await call(bus, "add"), { count: 5 });
  await (await links)?.[Symbol.asyncDispose]();
});

Deno.test("a port that another program has is named in the reason", async () => {
  await using taken = await listenWebSocket();
  const port = Number(new URL(taken.address).port);
  await using link = await linked({ transport: "websocket", port });
  await until(() => link.bridge.reason.includes(`Cannot listen on 127.0.0.1:${port}`));
});
