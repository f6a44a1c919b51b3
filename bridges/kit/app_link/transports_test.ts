import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { dial, listen, listenPipe, type TransportListener } from "./transports.ts";

/** What the listener's first peer sends comes back. */
async function echoes(listener: TransportListener, transport: "unix" | "tcp" | "pipe"): Promise<void> {
  const echo = (async () => {
    for await (const stream of listener.streams) {
      await stream.readable.pipeTo(stream.writable);
      stream.close();
      return;
    }
  })();
  const stream = await dial(transport, listener.address);
  const writer = stream.writable.getWriter();
  await writer.write(new TextEncoder().encode("hello"));
  const reader = stream.readable.getReader();
  const { value } = await reader.read();
  assert.equal(new TextDecoder().decode(value), "hello");
  await writer.close();
  await echo;
  stream.close();
}

for (const transport of ["unix", "tcp"] as const) {
  Deno.test(`bytes cross ${transport}, and nobody listens afterwards`, async () => {
    const listener = await listen(transport);
    await echoes(listener, transport);
    await listener[Symbol.asyncDispose]();
    await assert.rejects(
      dial(transport, listener.address),
      (error) => error instanceof PatchbayError && error.code === "APP_NOT_CONNECTED",
    );
  });
}

Deno.test("bytes cross a pipe of Node's, which Windows needs", async () => {
  const folder = await Deno.makeTempDir();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await using listener = await listenPipe(join(folder, "pipe"));
  await echoes(listener, "pipe");
});

Deno.test("tcp listens on loopback only, a socket in a folder of its own", async () => {
  await using tcp = await listen("tcp");
  assert.match(tcp.address, /^127\.0\.0\.1:\d+$/);
  await using unix = await listen("unix");
  assert.equal((await Deno.stat(join(unix.address, ".."))).mode! & 0o777, 0o700);
});

Deno.test("a peer that is gone before it is welcomed closes the door to nobody else", async () => {
  await using listener = await listen("tcp");
  const [hostname, port] = listener.address.split(":");
  const gone = Promise.withResolvers<void>();
  const hasty = createConnection({ host: hostname!, port: Number(port) }, () => {
    hasty.once("close", () => gone.resolve());
    hasty.resetAndDestroy();
  });
  await gone.promise;
  const streams = listener.streams[Symbol.asyncIterator]();
  const welcomed = streams.next();
  const late = await dial("tcp", listener.address);
  const writer = late.writable.getWriter();
  await writer.write(new Uint8Array([7]));
  for (let stream = (await welcomed).value;; stream = (await streams.next()).value) {
    const { value, done } = await stream!.readable.getReader().read().catch(() => ({ value: undefined, done: true }));
    stream!.close();
    if (done) continue;
    assert.deepEqual(value, new Uint8Array([7]));
    break;
  }
  late.close();
});
