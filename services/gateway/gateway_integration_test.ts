import assert from "node:assert/strict";
import type { PatchbayError } from "@patchbay/contracts";
import { migrate } from "@patchbay/bus";
import { startTestNats } from "@patchbay/testing";
import { createApiKey, startGateway } from "./mod.ts";

Deno.test("the gateway listens on a free port, answers, and ends with its streams", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("gateway");
  await migrate(bus);
  const { text, record } = createApiKey({ name: "test", scopes: ["read"] });
  const gateway = await startGateway({ bus, keys: [record], port: 0 });
  assert.equal(gateway.url, `http://127.0.0.1:${gateway.port}`);
  assert.deepEqual((await (await fetch(`${gateway.url}/healthz`)).json()).status, "ok");
  const stream = await fetch(`${gateway.url}/v1/events`, { headers: { authorization: `Bearer ${text}` } });
  assert.equal(stream.status, 200);
  const page = await (await fetch(gateway.url)).text();
  assert.ok(page.includes(gateway.url));
  await gateway[Symbol.asyncDispose]();
  assert.match(await stream.text(), /event: ready/);
});

Deno.test("a gateway whose port is taken says so, and leaves nothing behind that follows the bus", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("gateway");
  await migrate(bus);
  const consumers = async () => {
    const { streams } = await bus.js.jetstreamManager();
    return (await streams.info("KV_manifests")).state.consumer_count;
  };
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await assert.rejects(
    startGateway({ bus, keys: [], port: taken.addr.port }),
    (error: PatchbayError) => error.code === "PORT_IN_USE",
  );
  while (await consumers() > 0);
});

Deno.test("a body that is too large is refused over the wire too", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("gateway");
  await migrate(bus);
  const { text, record } = createApiKey({ name: "test", scopes: ["read"] });
  await using gateway = await startGateway({ bus, keys: [record], port: 0, limits: { bodyBytes: 1000 } });
  const headers = { authorization: `Bearer ${text}`, "content-type": "application/json" };
  const body = JSON.stringify({ x: "x".repeat(100_000) });
  const response = await fetch(`${gateway.url}/v1/commands`, { method: "POST", headers, body });
  assert.equal(response.status, 413);
  assert.equal((await response.json()).code, "PAYLOAD_TOO_LARGE");
});
