import assert from "node:assert/strict";
import { openBucket, openLedger } from "@patchbay/bus";
import { ManifestDocument, manifestDocument, newId, Presence, subjects } from "@patchbay/contracts";
import { startAppDouble, startTestNats } from "@patchbay/testing";
import { counter } from "./testing/counter.ts";
import { presence } from "./testing/services.ts";
import { startTestGateway, type TestGateway } from "./testing/studio.ts";

/** A gateway, and a bridge that takes commands and begins none until it dies. */
async function studio() {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("test");
  const gateway = stack.use(await startTestGateway(bus));
  await (await openBucket(bus, "manifests", ManifestDocument)).put("counter.ws-01", manifestDocument(counter));
  const here = await openBucket(bus, "presence", Presence);
  await here.put("counter.ws-01", { ...presence, instance: newId() });
  while (gateway.deps.here.get("counter", "ws-01") === undefined) await bus.nc.flush();
  while (gateway.deps.manifests.apps.size === 0) await bus.nc.flush();
  const taken = Promise.withResolvers<void>();
  const subscription = bus.nc.subscribe(subjects.command("counter", "ws-01", "increment"), {
    callback: () => taken.resolve(),
  });
  const parts = stack.move();
  return {
    ...gateway,
    bus,
    taken: taken.promise,
    async die() {
      subscription.unsubscribe();
      await here.delete("counter.ws-01");
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

const increment = ({ ask }: TestGateway, key: string) =>
  ask("/v1/commands", {
    method: "POST",
    json: { bridge: "counter.ws-01", command: "increment", timeoutMs: 600_000 },
    headers: { "idempotency-key": key },
  });

Deno.test("a command that the dead bridge had not begun is said to be so, and runs when it is sent again with its key", async () => {
  await using s = await studio();
  const answer = increment(s, "k1");
  await s.taken;
  await s.die();
  const response = await answer;
  const problem = await response.json();
  assert.deepEqual([response.status, problem.code, problem.context.started], [503, "BRIDGE_OFFLINE", false]);
  // should the bridge only have been cut off, it will not begin it any more
  const entry = await openLedger(s.bus).find({ app: "counter", bridge: "ws-01" }, "k1");
  assert.equal(entry?.entry.status, "completed");
  let count = 0;
  await using _double = await startAppDouble(s.bus, counter, { handlers: { increment: () => ({ count: ++count }) } });
  const again = await increment(s, "k1");
  assert.deepEqual([again.status, (await again.json()).value], [200, { count: 1 }]);
  await (await increment(s, "k1")).body?.cancel();
  assert.equal(count, 1);
});

Deno.test("a command that the dead bridge had begun has an unknown outcome", async () => {
  await using s = await studio();
  const answer = increment(s, "k2");
  await s.taken;
  const facts = {
    commandId: newId(),
    command: "increment",
    fingerprint: "f",
    bridge: "ws-01",
    instance: newId(),
    fencing: 1,
  };
  await openLedger(s.bus).begin({ app: "counter", bridge: "ws-01" }, "k2", facts);
  await s.die();
  const response = await answer;
  assert.deepEqual([response.status, (await response.json()).code], [502, "OUTCOME_UNKNOWN"]);
});
