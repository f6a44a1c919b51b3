/** The bus is there and cannot be reached, or does not answer: cables, black holes, a broker that stands still. */
import assert from "node:assert/strict";
import { type Bus, connectBus, migrate, PresenceMirror } from "@patchbay/bus";
import type { Id } from "@patchbay/contracts";
import { checkHistory, startAppDouble, startFaultProxy, startHistory, startTestNats } from "@patchbay/testing";
import { callLater, callNow } from "./weather/calls.ts";
import { tally } from "./weather/tally.ts";
import { effectsOf, finish, queueIsEmpty, startWorld, storedOf, until } from "./weather/world.ts";

const ACK_WAIT_MS = 1_000;

Deno.test("a bridge that is cut off for longer than a job is its own: the job happens once, and ends once", async () => {
  await using world = await startWorld({ ackWaitMs: ACK_WAIT_MS });
  const { history, bus, bridges: [bridge] } = world;
  assert.ok(bridge !== undefined);
  const from = { name: "a test", bus, here: world.here };
  const ids: Id[] = [];
  for (const takesMs of [2_500, 0, 0]) {
    ids.push(await callLater(history, from, { to: "ws-01", command: "add", args: { takesMs } }));
  }
  await bridge.printed("begun");
  {
    using _cable = bridge.proxy.partition();
    history.disturbed("the bridge is cut off");
    // it works on: its time runs out on the server meanwhile
    await bridge.printed("done");
    await until("the server gives the job to somebody else", () => isPastAckWait(world.bus));
  }
  await until("the queue is empty", () => queueIsEmpty(bus));
  await until("all have ended", () => ids.every((id) => storedOf(world, id).length > 0));
  const { successes, effects } = checkHistory(await finish(world), { minSuccesses: 3 });
  assert.deepEqual({ successes, effects }, { successes: 3, effects: 3 });
});

Deno.test("a job of any bridge whose bridge is cut off is not done again by the other one, and what comes late changes nothing", async () => {
  await using world = await startWorld({ bridges: ["ws-01", "ws-02"], ackWaitMs: ACK_WAIT_MS });
  const { history, bus, bridges } = world;
  const from = { name: "a test", bus, here: world.here };
  const id = await callLater(history, from, { to: "any", command: "add", args: { takesMs: 3_000 } });
  await until("one has begun", () => bridges.some(({ lines }) => lines.includes(`begun ${id}`)));
  const busy = bridges.find(({ lines }) => lines.includes(`begun ${id}`));
  assert.ok(busy !== undefined);
  {
    using _cable = busy.proxy.partition();
    history.disturbed(`${busy.bridge} is cut off`);
    await until("the other one says that nobody knows", () => storedOf(world, id).length > 0);
    await busy.printed(`done ${id}`);
  }
  const next = await callLater(history, from, { to: "any", command: "add", args: {} });
  await until("the queue is empty", () => queueIsEmpty(bus));
  await until("the next one has ended", () => storedOf(world, next).length > 0);
  const { successes, unknown } = checkHistory(await finish(world), { minSuccesses: 1 });
  assert.deepEqual({ successes, unknown }, { successes: 1, unknown: 1 });
  assert.deepEqual((await effectsOf(world)).map((effect) => effect.id).sort(), [id, next].sort());
});

Deno.test("a black hole and a broker that stands still are noticed, and all goes on when they are over", async () => {
  await using stack = new AsyncDisposableStack();
  const hole = await half("hole", stack);
  const still = await half("still", stack);
  const black = hole.proxy.faults.add({ fault: "black_hole" });
  still.nats.server.kill("SIGSTOP");
  // within 30 s by the design: two pings of 10 s that nobody answers, and a loaded machine
  const noticed = ({ double }: typeof hole) => double.bridge.status === "degraded" && /bus/.test(double.bridge.reason);
  await until("both bridges say that the bus is away", () => noticed(hole) && noticed(still), 45_000);
  black[Symbol.dispose]();
  still.nats.server.kill("SIGCONT");
  for (const { history, from, double } of [hole, still]) {
    await until("the bridge is back", () => double.bridge.status === "idle");
    await until(
      "commands arrive again",
      async () => (await callNow(history, from, { to: "ws-01", command: "add" }))?.ok,
    );
    checkHistory(history, { minSuccesses: 1 });
  }
});

/** A bridge in this process behind a proxy. */
async function half(name: string, stack: AsyncDisposableStack) {
  const nats = stack.use(await startTestNats());
  const bus = await nats.connect("a test");
  await migrate(bus, { storage: "file" });
  const here = stack.use(await PresenceMirror.follow(bus));
  const history = startHistory(4);
  const proxy = stack.use(await startFaultProxy({ target: { port: nats.port }, name }));
  const own = stack.use(await connectBus({ servers: `nats://127.0.0.1:${proxy.port}`, name: `tally.${name}` }));
  const handlers = { add: ({ id }: { id: string }) => (history.effect(id, { count: 1 }), { count: 1 }) };
  const double = stack.use(await startAppDouble(own, tally, { handlers, snapshot: () => ({ count: 1 }) }));
  return { nats, proxy, double, history, from: { name: "a test", bus, here } };
}

/** Whether the server counts a job as delivered again, or as waiting to be. */
async function isPastAckWait(bus: Bus): Promise<boolean> {
  const reply = await bus.nc.request("$JS.API.CONSUMER.INFO.JOBS.tally=ws-01", "");
  const { num_redelivered: redelivered, num_ack_pending: pending } = reply.json<Record<string, number>>();
  return (redelivered ?? 0) > 0 || pending === 0;
}
