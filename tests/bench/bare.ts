/** NATS and JetStream with nothing of ours: what the lanes are compared to. */
import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { connect } from "@nats-io/transport-node";
import type { Setting } from "./setting.ts";

export const BARE = {
  request: "bare.request",
  stream: "BARE",
  consumer: "worker",
  job: "bare.job",
  done: "bare.done",
} as const;

export interface Bare {
  /** One request to a process that answers what it gets. */
  request(): Promise<void>;
  /** One message through a work queue, until its worker says that it has it. */
  job(): Promise<void>;
}

/** As large as a command's envelope. */
const PADDING = "x".repeat(400);

/** Starts the responder and the worker, in one process. */
export async function startBare(setting: Setting): Promise<Bare> {
  const nc: NatsConnection = await connect({ servers: setting.nats.url });
  const manager = await jetstreamManager(nc);
  await manager.streams.add({
    name: BARE.stream,
    subjects: [BARE.job],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
  });
  await manager.consumers.add(BARE.stream, { durable_name: BARE.consumer, ack_policy: AckPolicy.Explicit });
  await setting.start("./bare_responder.ts", /ready/);
  const js = jetstream(nc);
  const waiting = new Map<string, () => void>();
  nc.subscribe(BARE.done, {
    callback: (_, message) => {
      const id = message.string();
      waiting.get(id)?.();
      waiting.delete(id);
    },
  });
  await nc.flush();
  let jobs = 0;
  return {
    async request() {
      await nc.request(BARE.request, PADDING, { timeout: 10_000 });
    },
    async job() {
      const id = `${jobs++} ${PADDING}`;
      const done = new Promise<void>((resolve) => waiting.set(id, resolve));
      await js.publish(BARE.job, id);
      await done;
    },
  };
}
