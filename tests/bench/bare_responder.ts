/** The baselines on the bus: answers requests, and does jobs of a work queue, with nothing of ours. Run as a process by the benchmarks. */
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { BARE } from "./bare.ts";

const nc = await connect({ servers: Deno.env.get("PATCHBAY_NATS_URL") ?? "" });
nc.subscribe(BARE.request, { callback: (_, message) => void message.respond(message.data) });
const jobs = await (await jetstream(nc).consumers.get(BARE.stream, BARE.consumer)).consume({ max_messages: 256 });
await nc.flush();
console.log("ready");
for await (const job of jobs) {
  nc.publish(BARE.done, job.data);
  job.ack();
}
