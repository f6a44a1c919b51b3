import assert from "node:assert/strict";
import type { FaultPlanInput } from "./fault_plan.ts";
import { startHttpFaultProxy } from "./http.ts";

interface Weather extends AsyncDisposable {
  url: string;
  asked: string[];
  history(): string;
}

async function weather(rules: FaultPlanInput["rules"]): Promise<Weather> {
  await using stack = new AsyncDisposableStack();
  const asked: string[] = [];
  const server = stack.adopt(
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      asked.push(`${new URL(request.url).pathname} ${await request.text()}`);
      return new Response("x".repeat(1000), { headers: { "x-kept": "yes" } });
    }),
    (http) => http.shutdown(),
  );
  const proxy = stack.use(
    startHttpFaultProxy({ target: `http://127.0.0.1:${server.addr.port}`, faults: { seed: 1, rules } }),
  );
  const held = stack.move();
  return {
    url: proxy.url,
    asked,
    history: () => proxy.faults.print(),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

const post = (url: string, method: string, signal?: AbortSignal) =>
  fetch(url, {
    method: "POST",
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method }),
    headers: { "content-type": "application/json" },
    ...(signal === undefined ? {} : { signal }),
  });

Deno.test("requests and answers pass unchanged in good weather", async () => {
  await using test = await weather([]);
  const response = await post(`${test.url}/rpc?x=1`, "health");
  assert.equal(response.headers.get("x-kept"), "yes");
  assert.equal((await response.text()).length, 1000);
  assert.deepEqual(test.asked, ['/rpc {"jsonrpc":"2.0","id":1,"method":"health"}']);
});

Deno.test("a status instead of the server's answer, for one method, so often", async () => {
  await using test = await weather([{ fault: "status", status: 503, retryAfterS: 2, on: "exec", times: 1 }]);
  assert.equal((await (await post(test.url, "health")).text()).length, 1000);
  const refused = await post(test.url, "exec");
  assert.deepEqual([refused.status, refused.headers.get("retry-after")], [503, "2"]);
  await refused.body?.cancel();
  assert.equal((await (await post(test.url, "exec")).text()).length, 1000);
  assert.equal(test.asked.length, 2);
});

Deno.test("a body that is slow arrives whole, and one that is cut does not", async () => {
  await using test = await weather([
    { fault: "slow_body", bytesPerSecond: 20_000, on: "/slow" },
    { fault: "cut_body", afterBytes: 300, on: "/cut" },
  ]);
  assert.equal((await (await fetch(`${test.url}/slow`)).text()).length, 1000);
  const response = await fetch(`${test.url}/cut`);
  await assert.rejects(response.text());
  assert.match(test.history(), /http: cut_body after 300 bytes/);
});

Deno.test("a request that is lost reaches nobody, one without an answer does", async () => {
  await using test = await weather([{ fault: "lose", on: "lost" }, { fault: "never_reply", on: "done" }]);
  for (const method of ["lost", "done"]) {
    const patience = new AbortController();
    const asked = post(test.url, method, patience.signal);
    while (!new RegExp(method === "lost" ? "lose" : "never_reply").test(test.history())) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    patience.abort();
    await assert.rejects(asked);
  }
  assert.equal(test.asked.length, 1);
  assert.match(test.asked[0]!, /done/);
});
