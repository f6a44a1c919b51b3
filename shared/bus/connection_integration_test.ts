import assert from "node:assert/strict";
import { envelope, newId, subjects } from "@patchbay/contracts";
import { startTestNats } from "@patchbay/testing";
import { z } from "zod";
import { rejection, untilConnected, withCode } from "./bus_fixture.ts";
import { connectBus } from "./connection.ts";
import { callService, request } from "./request.ts";

const USERS = [{ user: "ws-01", password: "right" }];

/** A port on which nobody listens: it was free a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("wrong credentials are refused at once, and the message holds no password", async () => {
  await using nats = await startTestNats({ users: USERS });
  for (const credentials of [{ user: "ws-01", password: "wrong" }, { user: "nobody", password: "right" }, {}]) {
    const error = await rejection(connectBus({ servers: nats.url, name: "test", ...credentials }));
    assert.ok(withCode("UNAUTHENTICATED")(error));
    assert.ok(!/right|wrong/.test(`${error.message}${error.stack}`));
  }
  const inUrl = await rejection(connectBus({ servers: nats.url.replace("//", "//ws-01:wrong@"), name: "test" }));
  assert.ok(!inUrl.message.includes("wrong"));
});

Deno.test("a bus waits for a server that is not there yet", async () => {
  await using nats = await startTestNats();
  await nats.stop();
  const connecting = connectBus({ servers: nats.url, name: "early" });
  await nats.restart();
  await using bus = await connecting;
  assert.ok(bus.connected);
});

Deno.test("a bus that does not wait says that there is no server", async () => {
  const servers = `nats://127.0.0.1:${freePort()}`;
  const error = await rejection(connectBus({ servers, name: "test", waitOnFirstConnect: false }));
  assert.ok(withCode("BUS_UNAVAILABLE")(error));
  assert.ok(error.message.includes(servers), error.message);
});

Deno.test("waiting for a server ends when the signal fires", async () => {
  const abort = new AbortController();
  const servers = `nats://127.0.0.1:${freePort()}`;
  const connecting = assert.rejects(connectBus({ servers, name: "test", signal: abort.signal }), withCode("CANCELLED"));
  abort.abort();
  await connecting;
});

Deno.test("a bus can be disposed while the server is away, and leaves nothing running", async () => {
  await using nats = await startTestNats();
  const bus = await connectBus({ servers: nats.url, name: "test" });
  await nats.kill();
  await untilConnected(bus, false);
  await bus[Symbol.asyncDispose]();
  await bus.closed;
  assert.equal(bus.connected, false);
  const message = envelope({ type: "command", payload: {}, source: "test" });
  const options = { payload: z.unknown(), absent: "SERVICE_UNAVAILABLE", timeoutMs: 60_000 } as const;
  await assert.rejects(request(bus, subjects.service("a", "b"), message, options), withCode("BUS_UNAVAILABLE"));
});

Deno.test("disposing a bus ends what waits for an answer", async () => {
  await using nats = await startTestNats();
  const [bus, server] = [await nats.connect("test"), await nats.connect("server")];
  const asked = Promise.withResolvers<void>();
  server.nc.subscribe("patchbay.v1.svc.a.b", { callback: () => asked.resolve() });
  await server.nc.flush();
  const answer = callService(bus, "a", "b", {}, { result: z.unknown(), source: "test", timeoutMs: 60_000 });
  const ends = assert.rejects(answer, withCode("BUS_UNAVAILABLE"));
  await asked.promise;
  await bus[Symbol.asyncDispose]();
  await ends;
});

Deno.test("who listens to the status is told when the broker goes and when it is back", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  const statuses: boolean[] = [];
  {
    using _listening = bus.onStatus(({ connected, reason }) => {
      assert.ok(reason.includes(String(nats.port)), reason);
      statuses.push(connected);
    });
    for (const _ of [1, 2]) {
      await nats.kill();
      await untilConnected(bus, false);
      await nats.restart();
      await untilConnected(bus);
    }
  }
  await nats.kill();
  await untilConnected(bus, false);
  assert.deepEqual(statuses, [false, true, false, true]);
});

Deno.test("a credentials file says who we are and where replies come to, and is read again after it was replaced", async () => {
  const permissions = { publish: {}, subscribe: { allow: ["_INBOX_ws-01.>", "patchbay.>"] } };
  await using nats = await startTestNats({ users: [{ user: "ws-01", password: "right", permissions }] });
  const folder = await Deno.makeTempDir();
  try {
    const credentialsFile = `${folder}/ws-01.creds`;
    const write = (password: string) =>
      Deno.writeTextFile(
        credentialsFile,
        JSON.stringify({ user: "ws-01", password, inboxPrefix: "_INBOX_ws-01", servers: nats.url }),
        { mode: 0o600 },
      );
    await write("right");
    await using bus = await connectBus({ servers: [], name: "test", credentialsFile });
    assert.equal(bus.inboxPrefix, "_INBOX_ws-01");
    const asking = callService(bus, "a", newId().replaceAll("-", "_"), {}, { result: z.unknown(), source: "test" });
    await assert.rejects(asking, withCode("SERVICE_UNAVAILABLE"), "the answer reached us");
    await write("wrong");
    await nats.kill();
    await untilConnected(bus, false);
    await nats.restart();
    // refused for now, and not given up
    await rejection(connectBus({ servers: [], name: "other", credentialsFile }));
    assert.equal(bus.connected, false);
    await write("right");
    await untilConnected(bus);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a credentials file that cannot be used is named, and not quoted", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const content of [undefined, "", "hunter2", `{"user": "hunter2"}`, `{"user": "", "password": "hunter2"}`]) {
      const credentialsFile = `${folder}/${content?.length ?? "missing"}.creds`;
      if (content !== undefined) await Deno.writeTextFile(credentialsFile, content);
      const error = await rejection(connectBus({ servers: "nats://127.0.0.1:1", name: "test", credentialsFile }));
      assert.ok(withCode("INVALID_CONFIGURATION")(error));
      assert.ok(error.message.includes(credentialsFile));
      assert.ok(!JSON.stringify([error.message, error.issues]).includes("hunter2"));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a server that stops in order is waited for as well", async () => {
  await using nats = await startTestNats();
  const bus = await nats.connect("test");
  await nats.stop();
  await untilConnected(bus, false);
  await nats.restart();
  await untilConnected(bus);
});
