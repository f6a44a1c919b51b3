import assert from "node:assert/strict";
import { join } from "node:path";
import type { FaultPlanInput } from "./fault_plan.ts";
import { type FaultProxy, startFaultProxy } from "./tcp_proxy.ts";

interface Echo extends AsyncDisposable {
  port: number;
  /** What each connection has sent, in the pieces that were read. */
  received: Uint8Array[][];
  ends: ("end" | "reset")[];
}

/** Sends everything back. */
function echo(listener: Deno.Listener = Deno.listen({ hostname: "127.0.0.1", port: 0 })): Echo {
  const received: Uint8Array[][] = [];
  const ends: Echo["ends"] = [];
  const serve = async (connection: Deno.Conn) => {
    const pieces: Uint8Array[] = [];
    received.push(pieces);
    using _closing = connection;
    try {
      for (const buffer = new Uint8Array(65536);;) {
        const length = await connection.read(buffer);
        if (length === null) break;
        pieces.push(buffer.slice(0, length));
        for (let at = 0; at < length;) at += await connection.write(buffer.subarray(at, length));
      }
      ends.push("end");
    } catch {
      ends.push("reset");
    }
  };
  const serving: Promise<void>[] = [];
  const accepting = (async () => {
    while (true) {
      try {
        serving.push(serve(await listener.accept()));
      } catch (error) {
        // who was gone before it was accepted is not the end of the listener
        if (!(error instanceof Deno.errors.NotConnected)) break;
        ends.push("reset");
      }
    }
  })();
  return {
    port: "port" in listener.addr ? listener.addr.port : 0,
    received,
    ends,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(serving);
    },
  };
}

interface Setup extends AsyncDisposable {
  server: Echo;
  proxy: FaultProxy;
  connection: Deno.Conn;
}

async function setup(rules: FaultPlanInput["rules"] = []): Promise<Setup> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(echo());
  const proxy = stack.use(await startFaultProxy({ target: { port: server.port }, faults: { seed: 11, rules } }));
  const connection = stack.use(await Deno.connect({ port: proxy.port }));
  const held = stack.move();
  return { server, proxy, connection, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => i * 7 % 251);

async function write(connection: Deno.Conn, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length;) at += await connection.write(data.subarray(at));
}

async function read(connection: Deno.Conn, length: number): Promise<Uint8Array> {
  const all = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(all.subarray(at));
    if (count === null) return all.subarray(0, at);
    at += count;
  }
  return all;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

Deno.test("in good weather bytes pass unchanged both ways, and so does the end", async () => {
  await using test = await setup();
  const sent = bytes(300_000);
  const answered = read(test.connection, sent.length);
  await write(test.connection, sent);
  assert.deepEqual(await answered, sent);
  await test.connection.closeWrite();
  assert.equal(await test.connection.read(new Uint8Array(1)), null);
  assert.deepEqual(test.server.ends, ["end"]);
});

Deno.test("late, slow and cut into pieces, the bytes are still the same", async () => {
  await using test = await setup([
    { fault: "delay", ms: 3, jitterMs: 5 },
    { fault: "split", maxBytes: 40, direction: "up" },
    { fault: "coalesce", ms: 2, direction: "down" },
    { fault: "throttle", bytesPerSecond: 200_000, direction: "up" },
  ]);
  const sent = bytes(2_000);
  const answered = read(test.connection, sent.length);
  await write(test.connection, sent);
  assert.deepEqual(await answered, sent);
  assert.ok(test.server.received[0]!.length > 20, `${test.server.received[0]!.length} pieces`);
  assert.match(test.proxy.faults.print(), /tcp 1 up: split 2000 bytes/);
});

Deno.test("a partition holds the bytes, and lets them go when it heals", async () => {
  await using test = await setup();
  await write(test.connection, bytes(10));
  await read(test.connection, 10);
  {
    using _cable = test.proxy.partition("up");
    await write(test.connection, bytes(20));
    await until(() => /partition/.test(test.proxy.faults.print()));
    assert.equal(test.server.received[0]!.length, 1);
  }
  assert.deepEqual(await read(test.connection, 20), bytes(20));
});

Deno.test("whoever dials into a partition sees nobody until it heals", async () => {
  await using test = await setup();
  await until(() => test.server.received.length === 1);
  const cable = test.proxy.partition();
  using second = await Deno.connect({ port: test.proxy.port });
  await write(second, bytes(5));
  await until(() => test.proxy.accepted === 2);
  assert.equal(test.server.received.length, 1);
  cable[Symbol.dispose]();
  assert.deepEqual(await read(second, 5), bytes(5));
});

Deno.test("a black hole swallows, and its connection breaks once it is gone", async () => {
  await using test = await setup();
  await until(() => test.server.received.length === 1);
  {
    using hole = test.proxy.faults.add({ fault: "black_hole", direction: "up" });
    await write(test.connection, bytes(5));
    await until(() => /black_hole/.test(test.proxy.faults.print()));
    assert.equal(hole.struck, 0);
  }
  await write(test.connection, bytes(5));
  await assert.rejects(read(test.connection, 5), Deno.errors.ConnectionReset);
  assert.deepEqual(test.server.received[0], []);
});

for (const fault of ["cut", "reset"] as const) {
  Deno.test(`a ${fault} after so many bytes leaves exactly those`, async () => {
    await using test = await setup([{ fault, afterBytes: 7, direction: "up", times: 1 }]);
    await write(test.connection, bytes(20));
    await until(() => test.server.ends.length === 1);
    // what a reset overtakes is lost, as on a real network
    if (fault === "cut") assert.deepEqual(test.server.received[0], [bytes(7)]);
    assert.equal(test.server.ends[0], fault === "cut" ? "end" : "reset");
    assert.match(test.proxy.faults.print(), new RegExp(`tcp 1 up: ${fault} after 7 bytes`));
    using again = await Deno.connect({ port: test.proxy.port });
    await write(again, bytes(20));
    assert.deepEqual(await read(again, 20), bytes(20));
  });
}

Deno.test("connections end when the test, or a schedule, says so", async () => {
  await using test = await setup([{ fault: "reset", fromMs: 60, untilMs: 70 }]);
  await until(() => test.server.received.length === 1);
  test.proxy.cut();
  assert.equal(await test.connection.read(new Uint8Array(1)), null);
  using second = await Deno.connect({ port: test.proxy.port });
  await assert.rejects(second.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
  await until(() => test.proxy.open === 0);
});

Deno.test("one byte is other than it was sent, the same one for the same seed", async () => {
  const corrupted = async () => {
    await using test = await setup([{ fault: "corrupt", direction: "up", times: 1 }]);
    await write(test.connection, bytes(100));
    return await read(test.connection, 100);
  };
  const one = await corrupted();
  assert.equal(one.filter((byte, i) => byte !== bytes(100)[i]).length, 1);
  assert.deepEqual(await corrupted(), one);
});

Deno.test("a Unix socket has the same weather", async () => {
  const folder = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const path = join(folder, "a.sock");
  stack.use(echo(Deno.listen({ transport: "unix", path })));
  const proxy = stack.use(
    await startFaultProxy({ target: { path }, faults: { seed: 1, rules: [{ fault: "split" }] } }),
  );
  using connection = await Deno.connect({ transport: "unix", path: proxy.address });
  await write(connection, bytes(30));
  assert.deepEqual(await read(connection, 30), bytes(30));
  assert.match(proxy.faults.print(), /unix 1 up: split 30 bytes/);
});
