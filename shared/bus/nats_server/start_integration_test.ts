import assert from "node:assert/strict";
import { startNatsServer } from "./start.ts";

const binary = "nats-server";

Deno.test("a server is ready when the start returns, and gone when it is disposed", async () => {
  const t = performance.now();
  const server = await startNatsServer({ binary });
  console.log(performance.now() - t);
  const conn = await Deno.connect({ port: server.port });
  conn.close();
  await server[Symbol.asyncDispose]();
  console.log(performance.now() - t);
  await assert.rejects(Deno.connect({ port: server.port }), Deno.errors.ConnectionRefused);
  await assert.rejects(Deno.stat(server.storeDir), Deno.errors.NotFound);
});
