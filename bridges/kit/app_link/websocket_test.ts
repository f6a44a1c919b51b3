import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import { dialAppLink } from "./dial.ts";
import { MAX_FRAME_BYTES } from "./frames.ts";
import { LinkReception } from "./listener.ts";
import type { MessageStream } from "./message_stream.ts";
import { helloMessage, IDENTITY, testListener } from "./test_links.ts";
import { rawWebSocket } from "./test_websocket.ts";
import { dialWebSocket, listenWebSocket } from "./websocket.ts";

const never = new AbortController().signal;
const code = (expected: string) => (error: unknown) => error instanceof PatchbayError && error.code === expected;

const application = {
  app: "counter",
  bridge: "ws-01",
  appVersion: "1.0",
  execute: ({ args }: { args: unknown }) => args,
  snapshot: () => ({ count: 1 }),
} as const;

Deno.test("a command, its progress and its value cross a WebSocket", async () => {
  await using bridge = await testListener("websocket");
  assert.match(bridge.rendezvous.address, /^ws:\/\/127\.0\.0\.1:\d+\/$/);
  await using _application = await dialAppLink({
    ...application,
    linksDir: bridge.linksDir,
    execute({ args, progress }) {
      progress({ fraction: 0.5 });
      return { doubled: Number(args["n"]) * 2 };
    },
  });
  const { connection } = await bridge.listener.accept(never);
  const value = await connection.request("execute", { command: "double", args: { n: 21 }, id: "c1" });
  assert.deepEqual(value, { doubled: 42 });
  assert.deepEqual(bridge.notifications.map(({ method }) => method), ["$/progress"]);
});

Deno.test("64 MiB cross a WebSocket, and a byte more fails alone", async () => {
  await using bridge = await testListener("websocket");
  await using _application = await dialAppLink({ ...application, linksDir: bridge.linksDir });
  const { connection } = await bridge.listener.accept(never);
  const ask = (length: number) =>
    connection.request("execute", { command: "echo", args: { text: "x".repeat(length) }, id: "c1" });
  const around = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "execute",
    params: { command: "echo", args: { text: "" }, id: "c1" },
  }).length;
  const { text } = await ask(MAX_FRAME_BYTES - around) as { text: string };
  assert.equal(text.length, MAX_FRAME_BYTES - around);
  await assert.rejects(ask(MAX_FRAME_BYTES), code("PAYLOAD_TOO_LARGE"));
  assert.deepEqual(await connection.request("snapshot", {}), { count: 1 });
});

Deno.test("fragments, two messages in one packet and a split character are read as they were meant", async () => {
  await using bridge = await testListener("websocket");
  using peer = await rawWebSocket(bridge.rendezvous.address);
  const hello = JSON.stringify(helloMessage(bridge.rendezvous));
  await peer.sendFrames({ text: hello.slice(0, 20), last: false }, { text: hello.slice(20), again: true });
  const { connection } = await bridge.listener.accept(never);
  await peer.read();
  const event = (data: string) => JSON.stringify({ jsonrpc: "2.0", method: "event", params: { event: "e", data } });
  await peer.sendFrames({ text: event("one") }, { text: event("two") });
  const bytes = new TextEncoder().encode(event("é"));
  const cut = bytes.indexOf(0xc3) + 1;
  await peer.sendFrames({ bytes: bytes.slice(0, cut), last: false });
  await peer.sendFrames({ bytes: bytes.slice(cut), again: true });
  const asked = connection.request("snapshot", {});
  await peer.read();
  await peer.sendFrames({ text: JSON.stringify({ jsonrpc: "2.0", id: 0, result: {} }) });
  await asked;
  assert.deepEqual(bridge.notifications.map(({ params }) => "data" in params && params.data), ["one", "two", "é"]);
});

for (
  const [who, headers, status] of [
    ["a web page", { origin: "https://example.com" }, 403],
    ["a page without an origin of its own", { origin: "null" }, 403],
    ["a name that points here", { host: "rebound.example.com" }, 421],
    ["another port's name", { host: "127.0.0.1:1" }, 421],
  ] as const
) {
  Deno.test(`${who} is answered ${status}, and gets no WebSocket`, async () => {
    await using bridge = await testListener("websocket");
    await assert.rejects(rawWebSocket(bridge.rendezvous.address, headers), new RegExp(`HTTP/1.1 ${status}`));
    assert.equal(bridge.refusals.length, 1);
  });
}

Deno.test("a library that names the address it dials as its origin is no web page", async () => {
  await using bridge = await testListener("websocket");
  const { host } = new URL(bridge.rendezvous.address);
  using peer = await rawWebSocket(bridge.rendezvous.address, { origin: `ws://${host}` });
  await peer.sendFrames({ text: JSON.stringify(helloMessage(bridge.rendezvous)) });
  await bridge.listener.accept(never);
});

Deno.test("plain HTTP is told to upgrade", async () => {
  await using bridge = await testListener("websocket");
  const response = await fetch(bridge.rendezvous.address.replace("ws:", "http:"));
  await response.body?.cancel();
  assert.equal(response.status, 426);
});

Deno.test("a wrong token is refused over a WebSocket, and the next application is welcome", async () => {
  await using bridge = await testListener("websocket");
  using stranger = await rawWebSocket(bridge.rendezvous.address);
  await stranger.sendFrames({ text: JSON.stringify(helloMessage(bridge.rendezvous, { token: "guess" })) });
  assert.match(await stranger.read(), /its token is wrong/);
  await using _application = await dialAppLink({ ...application, linksDir: bridge.linksDir });
  assert.equal((await bridge.listener.accept(never)).hello.app, "counter");
});

Deno.test("an older protocol is refused, a newer one is answered with the bridge's", async () => {
  await using bridge = await testListener("websocket");
  using old = await rawWebSocket(bridge.rendezvous.address);
  await old.sendFrames({ text: JSON.stringify(helloMessage(bridge.rendezvous, { protocol: 0 })) });
  assert.match(await old.read(), /speaks protocol 0/);
  using newer = await rawWebSocket(bridge.rendezvous.address);
  await newer.sendFrames({ text: JSON.stringify(helloMessage(bridge.rendezvous, { protocol: 9 })) });
  assert.match(await newer.read(), /"protocol":1/);
});

Deno.test("a stranger's message ends its connection before it is collected", async () => {
  await using bridge = await testListener("websocket");
  using stranger = await rawWebSocket(bridge.rendezvous.address);
  await stranger.sendFrames({ text: "x".repeat(100_000), last: false });
  await stranger.ended();
});

Deno.test("so many may be there without a hello, and the next is turned away; who goes makes room", async () => {
  await using bridge = await testListener("websocket");
  await using stack = new AsyncDisposableStack();
  const { address } = bridge.rendezvous;
  const strangers = await Promise.all(Array.from({ length: 9 }, () => rawWebSocket(address)));
  for (const stranger of strangers) stack.use(stranger);
  using late = await rawWebSocket(address);
  await late.ended();
  await strangers[0]!.sendFrames({ vanish: true });
  const linked = async () => {
    using next = await rawWebSocket(address);
    await next.sendFrames({ text: JSON.stringify(helloMessage(bridge.rendezvous)) });
    return await next.read().then((answer) => answer.includes('"result"'), () => false);
  };
  while (!await linked());
});

Deno.test("whoever speaks no HTTP is let go, and the next application is welcome", async () => {
  await using bridge = await testListener("websocket");
  const { hostname, port } = new URL(bridge.rendezvous.address);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode("Content-Length: 2\r\n\r\n{}"));
  for await (const _answer of connection.readable);
  await using _application = await dialAppLink({ ...application, linksDir: bridge.linksDir });
  await bridge.listener.accept(never);
});

for (
  const [what, frame, expected] of [
    ["a binary frame", { bytes: new Uint8Array([1, 2]), binary: true }, "INVALID_MESSAGE"],
    ["text that is no JSON", { text: "hello" }, "INVALID_MESSAGE"],
    ["JSON that is no JSON-RPC", { text: "[]" }, "INVALID_MESSAGE"],
    ["bytes that are no UTF-8", { bytes: new Uint8Array([0xc3, 0x28]) }, "INVALID_MESSAGE"],
    ["a frame of 65 MiB", { claims: 65 * 1024 * 1024 }, "PAYLOAD_TOO_LARGE"],
    ["garbage", { garbage: "HTTP/1.1 200 OK\r\n\r\n" }, "INVALID_MESSAGE"],
    ["a peer that is killed", { vanish: true }, "APP_NOT_CONNECTED"],
  ] as const
) {
  Deno.test(`${what} ends the link with ${expected}, and what was asked fails`, async () => {
    await using bridge = await testListener("websocket");
    using peer = await rawWebSocket(bridge.rendezvous.address);
    await peer.sendFrames({ text: JSON.stringify(helloMessage(bridge.rendezvous)) });
    const { connection } = await bridge.listener.accept(never);
    const asked = connection.request("snapshot", {});
    await peer.sendFrames(frame);
    await assert.rejects(asked, code(expected));
    assert.equal((await connection.closed).code, expected);
  });
}

Deno.test("a peer that answers no ping is found gone, though its connection stands", async () => {
  await using bridge = await testListener("websocket", {}, { heartbeatMs: 10 });
  using peer = await rawWebSocket(bridge.rendezvous.address);
  await peer.sendFrames({ text: JSON.stringify(helloMessage(bridge.rendezvous)) });
  const { connection } = await bridge.listener.accept(never);
  assert.match((await connection.closed).message, /answers no ping/);
});

Deno.test("a peer that answers pings stays, and one that answers twice is heard once", async () => {
  await using bridge = await testListener("websocket", {}, { heartbeatMs: 10 });
  using peer = await rawWebSocket(bridge.rendezvous.address, {}, { answerPings: true });
  await peer.sendFrames({ text: JSON.stringify(helloMessage(bridge.rendezvous)) });
  const { connection } = await bridge.listener.accept(never);
  await peer.pinged(6);
  for (const id of [0, 1]) {
    const asked = connection.request("snapshot", {});
    const answer = (result: string) => ({ text: JSON.stringify({ jsonrpc: "2.0", id, result }) });
    await peer.sendFrames(answer("first"));
    assert.equal(await asked, "first");
    await peer.sendFrames(answer("second"));
  }
});

Deno.test("a bridge can dial a script that listens, each sure of the other by the token", async () => {
  await using script = await listenWebSocket({ token: "secret" });
  const serving = (async () => {
    for await (const stream of script.streams) return await dialAppLink({ ...application, stream });
    throw new Error("nobody dialled");
  })();
  await assert.rejects(dialWebSocket(script.address, { token: "guess" }), code("LINK_REFUSED"));
  await using reception = new LinkReception(IDENTITY, { onNotification() {} }, undefined);
  const stream: MessageStream = await dialWebSocket(script.address, { token: "secret" });
  reception.welcome(stream);
  const { connection, hello } = await reception.accept(never);
  assert.equal(hello.appVersion, "1.0");
  assert.deepEqual(await connection.request("snapshot", {}), { count: 1 });
  await using link = await serving;
  await connection[Symbol.asyncDispose]();
  assert.equal((await link.closed).code, "APP_NOT_CONNECTED");
});

Deno.test("dialling where nobody listens says where, and nothing but this machine is dialled", async () => {
  const gone = await listenWebSocket();
  await gone[Symbol.asyncDispose]();
  await assert.rejects(dialWebSocket(gone.address), (error) => {
    assert.ok(code("APP_NOT_CONNECTED")(error));
    return String(error).includes(new URL(gone.address).host);
  });
  await assert.rejects(dialWebSocket("ws://192.0.2.1:80/"), code("INVALID_CONFIGURATION"));
  await assert.rejects(dialWebSocket("http://127.0.0.1:80/"), code("INVALID_CONFIGURATION"));
});

Deno.test("a port that is taken is PORT_IN_USE", async () => {
  await using first = await listenWebSocket();
  await assert.rejects(listenWebSocket({ port: Number(new URL(first.address).port) }), code("PORT_IN_USE"));
});
