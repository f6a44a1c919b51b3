import assert from "node:assert/strict";
import { newId, PatchbayError } from "@patchbay/contracts";
import type { Adapter } from "../adapter.ts";
import { counter, until } from "../test_counter.ts";
import { httpTransport } from "./http.ts";
import { type TestHost, testHost, testRpcServer } from "./test_http.ts";
import type { Transport } from "./transport.ts";
import { transportAdapter, type TransportAdapterOptions } from "./transport_adapter.ts";

const never = new AbortController().signal;
const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;

/** A transport of a script: each answer is a function of the test. */
function scripted(over: Partial<Transport> = {}) {
  const closed = Promise.withResolvers<PatchbayError>();
  const asked: [string, unknown][] = [];
  const notified = Promise.withResolvers<(method: string, params: unknown) => void>();
  const open: TransportAdapterOptions["open"] = (_host, { onNotification }) => {
    notified.resolve(onNotification);
    return Promise.resolve({
      peer: { appVersion: "7.1" },
      closed: closed.promise,
      request: (method, params) => (asked.push([method, params]), Promise.resolve({})),
      notify() {},
      [Symbol.asyncDispose]: () => Promise.resolve(closed.resolve(new PatchbayError("APP_NOT_CONNECTED", "closed"))),
      ...over,
    });
  };
  return { open, asked, notified: notified.promise, close: closed.resolve };
}

interface Opened extends AsyncDisposable {
  adapter: Adapter;
  host: TestHost;
}

async function opened(options: Omit<TransportAdapterOptions, "manifest">, host = testHost()): Promise<Opened> {
  const adapter = transportAdapter({ manifest: counter, ...options })(host);
  try {
    await adapter.open(host);
  } catch (error) {
    await adapter.close();
    throw error;
  }
  return { adapter, host, [Symbol.asyncDispose]: () => adapter.close() };
}

const call = (command: string, more: Partial<Parameters<Adapter["execute"]>[0]> = {}) => ({
  command,
  args: { by: 1 },
  id: newId(),
  signal: never,
  deadline: Date.now() + 5_000,
  progress() {},
  ...more,
});

Deno.test("commands and snapshots are requests, unless the adapter says how", async () => {
  const plain = scripted();
  await using first = await opened({ open: plain.open });
  const { id, ...rest } = call("add");
  await first.adapter.execute({ id, ...rest });
  await first.adapter.snapshot(never);
  assert.deepEqual(plain.asked, [["execute", { command: "add", args: { by: 1 }, id }], ["snapshot", {}]]);

  const own = scripted();
  await using second = await opened({
    open: own.open,
    execute: ({ command, args, signal }, transport) => transport.request(`do_${command}`, args, { signal }),
    snapshot: (signal, transport) => transport.request("scene", {}, { signal }),
  });
  await second.adapter.execute(call("add"));
  await second.adapter.snapshot(never);
  assert.deepEqual(own.asked, [["do_add", { by: 1 }], ["scene", {}]]);
});

Deno.test("what the application says unasked reaches the kit in the App link's words, or in its own", async () => {
  const heard: unknown[] = [];
  const host = testHost({
    event: (...event) => heard.push(event),
    state: (cause) => heard.push(cause),
    channel: (name, value) => heard.push([name, value]),
  });
  const script = scripted();
  await using _plain = await opened({ open: script.open }, host);
  const say = await script.notified;
  say("event", { event: "clicked", data: { x: 1 }, at: 5 });
  say("state_changed", { cause: "human" });
  say("channel", { channel: "level", value: 0.5 });
  say("event", { nonsense: true });
  assert.deepEqual(heard, [["clicked", { x: 1 }, 5], "human", ["level", 0.5]]);

  const own = scripted();
  await using _own = await opened({
    open: own.open,
    onNotification: (method, params, { event }) => event(method.slice(1), params),
  }, host);
  (await own.notified)("/beat", 4);
  assert.deepEqual(heard.at(-1), ["beat", 4]);
});

Deno.test("an application that goes away is lost, with the reason", async () => {
  const script = scripted();
  await using link = await opened({ open: script.open });
  const reason = PatchbayError.of("APP_NOT_CONNECTED", "it was closed");
  script.close(reason);
  await until(() => link.host.losses.length > 0);
  assert.deepEqual(link.host.losses, [reason]);
});

Deno.test("a silent main thread is trouble while its connection stands, and none once it answers", async () => {
  const gate = Promise.withResolvers<void>();
  const script = scripted({ ping: () => gate.promise });
  await using link = await opened({ open: script.open, silenceMs: 30, pingIntervalMs: 5 });
  await until(() => link.host.troubles.length === 1);
  assert.match(link.host.troubles[0]!, /Counter has been silent for more than 30 ms: .*dialog/);
  gate.resolve();
  await until(() => link.host.troubles.length === 2);
  assert.equal(link.host.troubles[1], undefined);
  assert.deepEqual(link.host.losses, []);
});

Deno.test("an application of the bridge's own that is silent is given up, to be started again", async () => {
  const script = scripted({ ping: () => new Promise(() => {}) });
  await using link = await opened({ open: script.open, owned: true, silenceMs: 30 });
  await until(() => link.host.losses.length === 1);
  assert.ok(code("APP_UNRESPONSIVE")(link.host.losses[0]));
  assert.deepEqual(link.host.troubles, []);
});

const serverScript = (port: number, then: string) => `
  Deno.serve({ hostname: "127.0.0.1", port: ${port}, onListen() {} }, async (request) => {
    const { id, method } = await request.json();
    if (method === "execute") { ${then} }
    return Response.json({ jsonrpc: "2.0", id, result: { version: "3.2", pid: Deno.pid } });
  });
`;

function launched(then: string, silenceMs: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return opened({
    open: httpTransport({ url: `http://127.0.0.1:${port}/` }),
    launch: () => ({ command: Deno.execPath(), args: ["eval", "--no-check", serverScript(port, then)], cwd: "/" }),
    silenceMs,
  });
}

Deno.test("a started application is dialled until it listens, and ends with its adapter", async () => {
  let pid = 0;
  {
    await using link = await launched("", 15_000);
    const answer = await link.adapter.snapshot(never) as { pid: number };
    pid = answer.pid;
    await Deno.stat(`/proc/${pid}`);
  }
  await assert.rejects(Deno.stat(`/proc/${pid}`));
});

Deno.test("a started application that crashes in a command says how it ended", async () => {
  await using link = await launched(`console.error("out of ideas"); Deno.exit(3);`, 15_000);
  await assert.rejects(link.adapter.execute(call("add")), (error) => {
    assert.ok(code("APP_CRASHED")(error));
    return /Counter ended with status 3; it printed: out of ideas/.test(String(error));
  });
});

Deno.test("a started application that hangs over HTTP is given up once its command's time is over", async () => {
  await using link = await launched("while (true);", 100);
  const signal = AbortSignal.timeout(50);
  await assert.rejects(link.adapter.execute(call("add", { signal, deadline: Date.now() + 50 })));
  await until(() => link.host.losses.length === 1);
  assert.ok(code("APP_UNRESPONSIVE")(link.host.losses[0]));
});

Deno.test("an application that does not start says what it printed", async () => {
  await assert.rejects(
    opened({
      open: httpTransport({ url: "http://127.0.0.1:1/" }),
      launch: () => ({ command: "/bin/sh", args: ["-c", "echo no licence >&2; exit 4"], cwd: "/" }),
    }),
    (error) => code("APP_START_FAILED")(error) && /with status 4; it printed: no licence/.test(String(error)),
  );
});

Deno.test("a server that is there is used as it is, and left running", async () => {
  await using server = testRpcServer(() => ({ version: "1" }));
  {
    await using link = await opened({ open: httpTransport({ url: server.url }) });
    assert.equal(link.adapter.owned, false);
  }
  const response = await fetch(server.url, { method: "POST", body: "{}" });
  await response.body?.cancel();
  assert.equal(response.status, 200);
});
