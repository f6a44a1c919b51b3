import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { dialAppLink, type DialOptions } from "./dial.ts";
import { encodeFrame, MAX_FRAME_BYTES } from "./frames.ts";
import { listenForApplication } from "./listener.ts";
import { helloMessage, IDENTITY, rawPeer, testListener } from "./test_links.ts";

const never = new AbortController().signal;
const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;

function application(linksDir: string, over: Partial<DialOptions> = {}): DialOptions {
  return {
    app: "counter",
    bridge: "ws-01",
    appVersion: "1.0",
    linksDir,
    execute: () => ({}),
    snapshot: () => ({}),
    ...over,
  };
}

for (const transport of ["unix", "tcp"] as const) {
  Deno.test(`a command, its progress and its value cross a ${transport} link`, async () => {
    await using bridge = await testListener(transport);
    await using _application = await dialAppLink(application(bridge.linksDir, {
      execute({ args, progress }) {
        progress({ fraction: 0.5, message: "half" });
        return { doubled: Number(args["n"]) * 2 };
      },
    }));
    const { connection, hello } = await bridge.listener.accept(never);
    assert.equal(hello.appVersion, "1.0");
    assert.deepEqual(await connection.request("execute", { command: "double", args: { n: 21 }, id: "c1" }), {
      doubled: 42,
    });
    assert.deepEqual(bridge.notifications, [
      { method: "$/progress", params: { token: "c1", value: { fraction: 0.5, message: "half" } } },
    ]);
  });
}

Deno.test("64 MiB cross a link in one frame, and a byte more fails alone", async () => {
  await using bridge = await testListener();
  await using _application = await dialAppLink(application(bridge.linksDir, { execute: ({ args }) => args }));
  const { connection } = await bridge.listener.accept(never);
  const ask = (text: string) => connection.request("execute", { command: "echo", args: { text }, id: "c1" });
  const message = {
    jsonrpc: "2.0",
    id: 0,
    method: "execute",
    params: { command: "echo", args: { text: "" }, id: "c1" },
  };
  const text = "x".repeat(MAX_FRAME_BYTES - JSON.stringify(message).length);
  assert.equal((await ask(text) as { text: string }).text.length, text.length);
  await assert.rejects(ask(`${text}${"x".repeat(10)}`), code("PAYLOAD_TOO_LARGE"));
  assert.deepEqual(await ask("small"), { text: "small" });
});

Deno.test("an application's problem arrives with its code, context and issues", async () => {
  await using bridge = await testListener();
  const problem = PatchbayError.of("NOT_FOUND", "There is no 'Cube'", { context: { available: ["Hero"] } });
  await using _application = await dialAppLink(
    application(bridge.linksDir, { execute: () => Promise.reject(problem) }),
  );
  const { connection } = await bridge.listener.accept(never);
  await assert.rejects(connection.request("execute", { command: "x", args: {}, id: "c1" }), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "NOT_FOUND");
    assert.deepEqual(error.context, { available: ["Hero"] });
    return true;
  });
});

Deno.test("cancelling reaches the application, which says what became of the command", async () => {
  await using bridge = await testListener();
  await using _application = await dialAppLink(application(bridge.linksDir, {
    execute: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
  }));
  const { connection } = await bridge.listener.accept(never);
  const cancel = new AbortController();
  const answer = connection.request("execute", { command: "x", args: {}, id: "c1" }, cancel.signal);
  cancel.abort();
  await assert.rejects(answer, code("CANCELLED"));
});

Deno.test("a wrong token is refused, and the next application is welcome", async () => {
  await using bridge = await testListener();
  using stranger = await rawPeer(bridge.rendezvous);
  await stranger.send(helloMessage(bridge.rendezvous, { token: "guess" }));
  const answer = await stranger.next() as { error: { code: number; data: { code: string } } };
  assert.equal(answer.error.code, -32003);
  assert.equal(answer.error.data.code, "LINK_REFUSED");
  assert.equal(await stranger.next(), undefined);
  await using _application = await dialAppLink(application(bridge.linksDir));
  assert.equal((await bridge.listener.accept(never)).hello.app, "counter");
  assert.deepEqual(bridge.refusals, ["Cannot link the application: its token is wrong"]);
});

Deno.test("an older protocol is refused with both versions in the reason", async () => {
  await using bridge = await testListener();
  using old = await rawPeer(bridge.rendezvous);
  await old.send(helloMessage(bridge.rendezvous, { protocol: 0 }));
  const { error } = await old.next() as { error: { message: string } };
  assert.match(error.message, /speaks protocol 0, this bridge 1 to 1/);
});

Deno.test("a newer protocol is answered with the one that the bridge speaks", async () => {
  await using bridge = await testListener();
  using newer = await rawPeer(bridge.rendezvous);
  await newer.send(helloMessage(bridge.rendezvous, { protocol: 7, something: "new" }));
  const { result } = await newer.next() as { result: { protocol: number } };
  assert.equal(result.protocol, 1);
});

Deno.test("a second application is refused until the first is gone", async () => {
  await using bridge = await testListener();
  const first = await dialAppLink(application(bridge.linksDir));
  const { connection } = await bridge.listener.accept(never);
  await assert.rejects(dialAppLink(application(bridge.linksDir)), (error) => {
    assert.ok(error instanceof PatchbayError);
    assert.equal(error.code, "LINK_REFUSED");
    assert.match(error.message, new RegExp(`another counter is linked already, process ${Deno.pid}`));
    return true;
  });
  await first[Symbol.asyncDispose]();
  await connection.closed;
  await using _second = await dialAppLink(application(bridge.linksDir));
  await bridge.listener.accept(never);
});

Deno.test("whoever says no hello in time is turned away", async () => {
  await using bridge = await testListener("unix", { helloTimeoutMs: 20 });
  using silent = await rawPeer(bridge.rendezvous);
  assert.equal(await silent.next(), undefined);
  assert.deepEqual(bridge.refusals, ["Cannot link the application: it did not say hello in time"]);
});

Deno.test("before hello nothing else is answered, and no large frame is read", async () => {
  await using bridge = await testListener();
  using stranger = await rawPeer(bridge.rendezvous);
  await stranger.send({ jsonrpc: "2.0", id: 1, method: "execute", params: {} });
  const { error } = await stranger.next() as { error: { data: { code: string } } };
  assert.equal(error.data.code, "UNKNOWN_COMMAND");
  await stranger.sendBytes(new TextEncoder().encode(`Content-Length: ${1024 * 1024}\r\n\r\n`));
  assert.equal(await stranger.next(), undefined);
});

const badFrames: [string, Uint8Array<ArrayBuffer>, string][] = [
  ["an oversized frame", new TextEncoder().encode(`Content-Length: ${65 * 1024 * 1024}\r\n\r\n`), "PAYLOAD_TOO_LARGE"],
  ["garbage", new TextEncoder().encode("Blender 3.4.1\n\n\n\r\n\r\n"), "INVALID_MESSAGE"],
  ["JSON that is no JSON-RPC", encodeFrame({ hello: "world" }), "INVALID_MESSAGE"],
  ["a cancel without an id", encodeFrame({ jsonrpc: "2.0", method: "$/cancelRequest" }), "INVALID_MESSAGE"],
];
for (const [what, bytes, expected] of badFrames) {
  Deno.test(`${what} ends the link with ${expected}, and what was asked fails`, async () => {
    await using bridge = await testListener();
    using peer = await rawPeer(bridge.rendezvous);
    await peer.send(helloMessage(bridge.rendezvous));
    const { connection } = await bridge.listener.accept(never);
    const asked = connection.request("snapshot", {});
    await peer.sendBytes(bytes);
    await assert.rejects(asked, code(expected));
    assert.equal((await connection.closed).code, expected);
  });
}

Deno.test("an application that vanishes within a frame fails what was asked", async () => {
  await using bridge = await testListener();
  using peer = await rawPeer(bridge.rendezvous);
  await peer.send(helloMessage(bridge.rendezvous));
  const { connection } = await bridge.listener.accept(never);
  const asked = connection.request("snapshot", {});
  await peer.sendBytes(new TextEncoder().encode("Content-Length: 50\r\n\r\n{"));
  peer[Symbol.dispose]();
  await assert.rejects(asked, code("APP_NOT_CONNECTED"));
});

Deno.test("an application that answers twice is heard once", async () => {
  await using bridge = await testListener();
  using peer = await rawPeer(bridge.rendezvous);
  await peer.send(helloMessage(bridge.rendezvous));
  const { connection } = await bridge.listener.accept(never);
  await peer.next();
  const asked = connection.request("snapshot", {});
  const { id } = await peer.next() as { id: number };
  await peer.send({ jsonrpc: "2.0", id, result: "first" });
  assert.equal(await asked, "first");
  await peer.send({ jsonrpc: "2.0", id, result: "second" });
  const again = connection.request("snapshot", {});
  const { id: next } = await peer.next() as { id: number };
  await peer.send({ jsonrpc: "2.0", id: next, result: "third" });
  assert.equal(await again, "third");
});

Deno.test("the rendezvous file is for this user alone, and gone when the bridge is", async () => {
  const bridge = await testListener();
  await using stack = new AsyncDisposableStack();
  stack.use(bridge);
  assert.equal((await Deno.stat(bridge.listener.rendezvous)).mode! & 0o777, 0o600);
  assert.equal((await Deno.stat(bridge.linksDir)).mode! & 0o777, 0o700);
  const files = () => Array.fromAsync(Deno.readDir(bridge.linksDir), ({ name }) => name);
  assert.deepEqual(await files(), ["counter-ws-01.json"]);
  await bridge.listener[Symbol.asyncDispose]();
  assert.deepEqual(await files(), []);
});

Deno.test("a folder that others may write into is refused", async () => {
  const linksDir = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(linksDir));
  await Deno.chmod(linksDir, 0o777);
  await assert.rejects(
    listenForApplication(IDENTITY, { transport: "unix", linksDir, onNotification() {} }),
    code("INVALID_CONFIGURATION"),
  );
});

Deno.test("dialling where no bridge waits says so", async () => {
  const linksDir = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(linksDir, { recursive: true }));
  await assert.rejects(dialAppLink(application(linksDir)), code("APP_NOT_CONNECTED"));
});
