/** The baseline: a hono handler that makes one NATS request and nothing else. Run as a process by the benchmarks. */
import { envelope, subjects } from "@patchbay/contracts";
import { connect } from "@nats-io/transport-node";
import { Hono } from "hono";

const nc = await connect({ servers: Deno.env.get("PATCHBAY_NATS_URL") ?? "" });
const subject = subjects.command("echo", "bench", "echo");
const app = new Hono().post("/", async (c) => {
  const { command, args } = await c.req.json();
  const message = envelope({
    type: "command",
    payload: { command, args, priority: "normal" },
    source: "bare",
    target: "echo.bench",
  });
  const answer = await nc.request(subject, JSON.stringify(message), { timeout: 10_000 });
  return c.json(answer.json<{ payload: object }>().payload);
});
Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(`listening on ${port}`) }, app.fetch);
