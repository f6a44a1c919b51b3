/** Messages of exactly the largest size, a byte less and a byte more; and a subscriber that does not read what it is sent. */
import assert from "node:assert/strict";
import { enqueueJob } from "@patchbay/bus";
import { encodeEnvelope, envelope, newId, PatchbayError } from "@patchbay/contracts";
import { checkHistory } from "@patchbay/testing";
import { callLater, callNow } from "./weather/calls.ts";
import { finish, queueIsEmpty, startWorld, storedOf, until } from "./weather/world.ts";

Deno.test("a job just as large as a message may be is done; a byte more is refused, and nothing of it happens", async () => {
  await using world = await startWorld();
  const { history, bus } = world;
  const job = (padding: number) => {
    const payload = { command: "add", args: { tag: "x".repeat(padding) }, priority: "normal" as const };
    return envelope({ type: "command", id: newId(), payload, source: "a test", target: "tally.ws-01" });
  };
  const send = async (padding: number) => {
    const message = job(padding);
    await enqueueJob(bus, { app: "tally", bridge: "ws-01", priority: "normal" }, message);
    return message;
  };
  // the headers count too: how much they take shows where it is refused
  let [fits, refused] = [bus.maxPayload - encodeEnvelope(job(0)).length - 2_000, bus.maxPayload];
  const accepted: Awaited<ReturnType<typeof send>>[] = [];
  while (refused - fits > 1) {
    const middle = Math.floor((fits + refused) / 2);
    try {
      accepted.push(await send(middle));
      fits = middle;
    } catch (error) {
      assert.ok(error instanceof PatchbayError && error.code === "PAYLOAD_TOO_LARGE", String(error));
      refused = middle;
    }
  }
  accepted.push(await send(fits), await send(fits - 1));
  await assert.rejects(send(fits + 1), { code: "PAYLOAD_TOO_LARGE" });
  for (const { id } of accepted) history.invoked({ commandId: id, command: "add", job: true });
  await until("the queue is empty", () => queueIsEmpty(bus));
  await until("all have ended", () => accepted.every(({ id }) => storedOf(world, id).length > 0));
  const { successes, effects } = checkHistory(await finish(world), { minSuccesses: accepted.length });
  assert.deepEqual([successes, effects], [accepted.length, accepted.length]);
});

Deno.test("a subscriber that reads nothing is let go by the server, and disturbs nobody", async () => {
  await using world = await startWorld({ config: "write_deadline: 1s\nmax_pending: 4MB" });
  const { history, bus, here, nats } = world;
  const from = { name: "a test", bus, here };
  using stalled = await Deno.connect({ hostname: "127.0.0.1", port: nats.port });
  const say = (text: string) => stalled.write(new TextEncoder().encode(`${text}\r\n`));
  await say('CONNECT {"verbose":false,"pedantic":false,"name":"stalled"}\r\nSUB patchbay.v1.> 1\r\nSUB flood 2');
  const flood = new Uint8Array(512 * 1024);
  await until("the server has let it go", async () => {
    for (let n = 0; n < 20; n++) bus.nc.publish("flood", flood);
    const result = await callNow(history, from, { to: "ws-01", command: "add" });
    assert.ok(result?.ok, JSON.stringify(result));
    return await say("PING").then(() => false, () => true);
  });
  const id = await callLater(history, from, { to: "ws-01", command: "add" });
  await until("the job has ended", () => storedOf(world, id).length > 0);
  await until("the queue is empty", () => queueIsEmpty(bus));
  const { successes, effects } = checkHistory(await finish(world), { minSuccesses: 2 });
  assert.equal(successes, effects);
});
