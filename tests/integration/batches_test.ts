/** Batches from the client to an application and back. */
import assert from "node:assert/strict";
import { migrate } from "@patchbay/bus";
import { createClient } from "@patchbay/client";
import { PatchbayError } from "@patchbay/contracts";
import { createApiKey, startGateway } from "@patchbay/gateway";
import { startAppDouble, startTestNats } from "@patchbay/testing";
import { counter } from "../../services/gateway/testing/counter.ts";

async function studio() {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  await migrate(bus);
  let count = 0;
  const double = stack.use(
    await startAppDouble(bus, counter, { handlers: { increment: ({ args: { by } }) => ({ count: count += by }) } }),
  );
  const { text: key, record } = createApiKey({ name: "test", scopes: ["read", "write"] });
  const { url } = stack.use(await startGateway({ bus, keys: [record], port: 0 }));
  const client = createClient({ url, key });
  while ((await client.batch("counter.any", [{ command: "increment", args: { by: 0 } }]).catch(offline)) === undefined);
  const held = stack.move();
  return { client, double, count: () => count, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** The gateway hears of a bridge a moment after it is there. */
function offline(error: unknown): undefined {
  if (!(error instanceof PatchbayError) || error.code !== "BRIDGE_OFFLINE") throw error;
}

Deno.test("a client runs a thousand commands as one", async () => {
  await using s = await studio();
  const commands = Array.from({ length: 1_000 }, () => ({ command: "increment" }));
  const { ok, items, bridge } = await s.client.batch("counter.any", commands, { label: "Count" });
  assert.deepEqual([ok, items.length, bridge, s.count()], [true, 1_000, "ws-01", 1_000]);
});

Deno.test("one batch hands values on from command to command", async () => {
  await using s = await studio();
  const double = { command: "increment", args: { by: { $ref: "0.result.count" } } };
  await s.client.batch("counter.ws-01", [{ command: "increment", args: { by: 4 } }, double]);
  assert.equal(s.count(), 8);
});

Deno.test("a batch that failed in part is an answer, one that was refused an error with its paths", async () => {
  await using s = await studio();
  const run = () =>
    s.client.batch("counter.ws-01", [{ command: "increment" }, { command: "get" }, { command: "increment" }], {
      idempotencyKey: "k1",
    });
  const [first, again] = [await run(), await run()];
  assert.deepEqual(first.items.map(({ status }) => status), ["succeeded", "failed", "skipped"]);
  assert.deepEqual(again, first);
  assert.equal(s.count(), 1);
  const wrong = s.client.batch("counter.ws-01", [{ command: "increment" }, {
    command: "increment",
    args: { by: 0.5 },
  }]);
  await assert.rejects(wrong, (error: PatchbayError) => {
    assert.deepEqual([error.code, error.issues[0]?.path], ["INVALID_ARGUMENTS", ["commands", 1, "args", "by"]]);
    return true;
  });
});
