import assert from "node:assert/strict";
import { startTestNats } from "@patchbay/testing";
import { rejection, withCode } from "./bus_fixture.ts";
import { connectBus } from "./connection.ts";

Deno.test("two hundred refused connections end no process", async () => {
  await using nats = await startTestNats({ users: [{ user: "ws-01", password: "right" }] });
  const connect = () => connectBus({ servers: nats.url, name: "test", user: "ws-01", password: "wrong" });
  for (let i = 0; i < 10; i++) {
    const errors = await Promise.all(Array.from({ length: 20 }, () => rejection(connect())));
    for (const error of errors) assert.ok(withCode("UNAUTHENTICATED")(error));
  }
});

Deno.test("messages of all sizes pass whole, in both directions and at once", async () => {
  await using nats = await startTestNats();
  const [bus, echo] = [await nats.connect("test"), await nats.connect("echo")];
  echo.nc.subscribe("echo", { callback: (_, message) => void message.respond(message.data) });
  await echo.nc.flush();
  const sizes = [0, 1, 100, 65_535, 65_536, 65_537, 500_000, 1_000_000];
  await Promise.all(sizes.map(async (size, i) => {
    const data = new Uint8Array(size).fill(i + 1);
    const outcome = await bus.inbox.exchange({ subject: "echo", data, headers: {}, timeoutMs: 20_000 });
    assert.ok(outcome.kind === "reply");
    assert.deepEqual(outcome.message.data, data);
  }));
});

Deno.test("what is no NATS server is not waited for as if it were one", async () => {
  for (const greeting of ["HTTP/1.1 200 OK\r\n\r\n", "INFO nothing\r\n", "INFO {\r\n", ""]) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = (async () => {
      for await (const connection of listener) {
        await connection.write(new TextEncoder().encode(greeting));
        connection.close();
      }
    })();
    const servers = `nats://127.0.0.1:${listener.addr.port}`;
    const error = await rejection(connectBus({ servers, name: "test", waitOnFirstConnect: false }));
    assert.ok(withCode("BUS_UNAVAILABLE")(error), error.message);
    listener.close();
    await serving;
  }
});

Deno.test("a bus also comes through a WebSocket", async () => {
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  await using nats = await startTestNats({ config: `websocket: { host: "127.0.0.1", port: ${port}, no_tls: true }` });
  assert.ok(nats.port > 0);
  await using bus = await connectBus({ servers: `ws://127.0.0.1:${port}`, name: "test" });
  await bus.nc.flush();
});
