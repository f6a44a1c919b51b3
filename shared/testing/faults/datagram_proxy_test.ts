import assert from "node:assert/strict";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { startDatagramProxy } from "./datagram_proxy.ts";
import type { FaultPlanInput } from "./fault_plan.ts";

interface Peer extends AsyncDisposable {
  socket: Socket;
  port: number;
  received: string[];
  senders: number[];
}

async function peer(): Promise<Peer> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
  const received: string[] = [];
  const senders: number[] = [];
  socket.on("message", (datagram: Uint8Array, { port }: RemoteInfo) => {
    received.push(new TextDecoder().decode(datagram));
    senders.push(port);
  });
  return {
    socket,
    port: socket.address().port,
    received,
    senders,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void socket.close(() => resolve())),
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Sends the numbers from 1 through the proxy one after the other, and returns what arrived. */
async function through(rules: FaultPlanInput["rules"], count: number, enough: (received: string[]) => boolean) {
  await using application = await peer();
  await using client = await peer();
  await using proxy = await startDatagramProxy({ target: application.port, faults: { seed: 9, rules } });
  for (let i = 1; i <= count; i++) {
    client.socket.send(`/n${i}\0`, proxy.port, "127.0.0.1");
    await until(() => proxy.passed.up === i);
  }
  await until(() => enough(application.received));
  return { received: application.received, history: proxy.faults.print() };
}

Deno.test("answers come back from the port that was asked, also when the application answers to a port of its own choice", async () => {
  await using application = await peer();
  await using client = await peer();
  await using proxy = await startDatagramProxy({ target: application.port });
  client.socket.send("/ask", proxy.port, "127.0.0.1");
  await until(() => application.received.length === 1);
  assert.deepEqual(application.senders, [proxy.farPort]);
  await using answering = await peer();
  answering.socket.send("/answer", proxy.farPort, "127.0.0.1");
  await until(() => client.received.length === 1);
  assert.deepEqual([client.received, client.senders], [["/answer"], [proxy.port]]);
});

Deno.test("some datagrams are lost, the same ones for the same seed", async () => {
  const lossy = () => through([{ fault: "lose", probability: 0.3 }], 40, (received) => received.includes("/n40\0"));
  const { received } = await lossy();
  assert.ok(received.length > 20 && received.length < 40, `${received.length}`);
  assert.deepEqual((await lossy()).received, received);
});

Deno.test("some come twice, in another order, late, shortened or damaged", async () => {
  const twice = await through([{ fault: "duplicate", on: "/n2" }], 3, (all) => all.length === 4);
  assert.deepEqual(twice.received, ["/n1\0", "/n2\0", "/n2\0", "/n3\0"]);
  const reordered = await through([{ fault: "reorder", on: "/n1" }], 3, (all) => all.length === 3);
  assert.deepEqual(reordered.received, ["/n2\0", "/n1\0", "/n3\0"]);
  const late = await through([{ fault: "delay", ms: 30, on: "/n1" }], 2, (all) => all.length === 2);
  assert.deepEqual(late.received, ["/n2\0", "/n1\0"]);
  const short = await through([{ fault: "truncate", keepBytes: 2, times: 1 }], 1, (all) => all.length === 1);
  assert.deepEqual(short.received, ["/n"]);
  const damaged = await through([{ fault: "corrupt", times: 1 }], 1, (all) => all.length === 1);
  assert.notDeepEqual(damaged.received, ["/n1\0"]);
  assert.match(damaged.history, /udp up: corrupt byte \d of 4/);
});

Deno.test("what is sent into a partition is lost", async () => {
  await using application = await peer();
  await using client = await peer();
  await using proxy = await startDatagramProxy({ target: application.port });
  {
    using _partition = proxy.faults.add({ fault: "partition" });
    client.socket.send("/lost", proxy.port, "127.0.0.1");
    await until(() => proxy.passed.up === 1);
  }
  client.socket.send("/found", proxy.port, "127.0.0.1");
  await until(() => application.received.length > 0);
  assert.deepEqual(application.received, ["/found"]);
});
