import assert from "node:assert/strict";
import type { FaultPlanInput } from "./fault_plan.ts";
import { startWebSocketProxy } from "./websocket_proxy.ts";

interface Call {
  id: number;
  method: string;
}

/** A server that answers each JSON-RPC request with its method. */
function server() {
  const asked: string[] = [];
  const http = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.addEventListener("message", ({ data }) => {
      const { id, method }: Call = JSON.parse(data);
      asked.push(method);
      socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: method }));
    });
    return response;
  });
  return { asked, url: `ws://127.0.0.1:${http.addr.port}`, [Symbol.asyncDispose]: () => http.shutdown() };
}

/** Sends one request for each method through the proxy, and returns the answers that came until there were enough. */
async function through(rules: FaultPlanInput["rules"], methods: string[], enough: number) {
  await using application = server();
  await using proxy = startWebSocketProxy({ target: application.url, dialler: "bridge", faults: { seed: 2, rules } });
  const socket = new WebSocket(proxy.url);
  const answers: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.addEventListener("message", ({ data }) => {
    answers.push(JSON.parse(data).result);
    if (answers.length === enough) resolve();
  });
  await new Promise((open) => socket.addEventListener("open", open, { once: true }));
  methods.forEach((method, i) => socket.send(JSON.stringify({ jsonrpc: "2.0", id: i + 1, method })));
  await promise;
  const closed = new Promise((close) => socket.addEventListener("close", close, { once: true }));
  proxy.cut();
  await closed;
  return { answers, asked: application.asked, history: proxy.faults.print() };
}

Deno.test("messages pass unchanged in good weather", async () => {
  const { answers } = await through([], ["a", "b"], 2);
  assert.deepEqual(answers, ["a", "b"]);
});

Deno.test("a reply comes twice, never, or after the next one, by the request that it answers", async () => {
  const { answers, asked, history } = await through(
    [
      { fault: "reply_twice", on: "twice" },
      { fault: "never_reply", on: "never" },
      { fault: "reorder", on: "late", direction: "down" },
    ],
    ["twice", "never", "late", "last"],
    4,
  );
  assert.deepEqual(answers, ["twice", "twice", "last", "late"]);
  assert.deepEqual(asked, ["twice", "never", "late", "last"]);
  assert.match(history, /websocket 1 down: never_reply reply never/);
});

Deno.test("a request that is lost reaches nobody", async () => {
  const { answers, asked } = await through([{ fault: "lose", kind: "request", on: "lost" }], ["lost", "found"], 1);
  assert.deepEqual([answers, asked], [["found"], ["found"]]);
});
