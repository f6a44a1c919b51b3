import assert from "node:assert/strict";
import { connectBus } from "@patchbay/bus";
import { startTestNats } from "../test_nats.ts";
import { startFaultProxy } from "./tcp_proxy.ts";

Deno.test("a bus behind the proxy sees partitions and resets, and is there again after them", async () => {
  await using nats = await startTestNats();
  await using proxy = await startFaultProxy({
    target: { port: nats.port },
    faults: { seed: 12, rules: [{ fault: "split", maxBytes: 7 }] },
  });
  await using there = await nats.connect("there");
  const echo = there.nc.subscribe("echo", { callback: (_, message) => void message.respond(message.data) });
  await there.nc.flush();
  await using bus = await connectBus({ servers: `nats://127.0.0.1:${proxy.port}`, name: "here" });
  const ask = async (text: string) => (await bus.nc.request("echo", text, { timeout: 10_000 })).string();
  assert.equal(await ask("ä — whole again, whatever the reads were"), "ä — whole again, whatever the reads were");

  const cable = proxy.partition();
  let answered = false;
  const waiting = ask("through").then((text) => (answered = true, text));
  while (!/partition/.test(proxy.faults.print())) await new Promise((resolve) => setTimeout(resolve, 2));
  assert.equal(answered, false);
  cable[Symbol.dispose]();
  assert.equal(await waiting, "through");

  const [lost, back] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  using _listening = bus.onStatus(({ connected }) => connected ? back.resolve() : lost.resolve());
  proxy.reset();
  await lost.promise;
  await back.promise;
  assert.equal(await ask("again"), "again");
  assert.equal(proxy.accepted, 2);
  echo.unsubscribe();
});
