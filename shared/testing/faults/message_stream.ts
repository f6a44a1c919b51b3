/** Faults of whole JSON-RPC messages on an App link, whatever carries it: lost, twice, late, in another order, never answered. */
import type { MessageStream } from "@patchbay/bridge-kit";
import type { FaultDirection } from "./fault_plan.ts";
import type { Faults } from "./faults.ts";
import { ItemLane } from "./item_lane.ts";
import { RpcMessages } from "./json_rpc_messages.ts";

export interface FaultyMessagesOptions {
  faults: Faults;
  /** In the history. @default "link" */
  name?: string;
  /** Whose end of the stream this is: what the application reads goes up. @default "application" */
  end?: "application" | "bridge";
}

export interface FaultyMessages extends MessageStream {
  /** Nothing passes either way until what is returned is disposed: a main thread that hangs. */
  block(): Disposable;
}

/** The same stream in bad weather. Closing it closes the one inside. */
export function faultyMessages(inner: MessageStream, options: FaultyMessagesOptions): FaultyMessages {
  const { faults, name = "link", end = "application" } = options;
  const [reads, writes]: [FaultDirection, FaultDirection] = end === "application" ? ["up", "down"] : ["down", "up"];
  const known = new RpcMessages();
  const lane = (direction: FaultDirection, deliver: (message: unknown) => void) =>
    new ItemLane({ lane: faults.lane(`${name} ${direction}`), direction, deliver, partition: "hold" });
  let controller: ReadableStreamDefaultController<unknown> | undefined;
  let open = true;
  const messages = new ReadableStream<unknown>({ start: (own) => void (controller = own), cancel: () => close() });
  const received = lane(reads, (message) => {
    if (open) controller?.enqueue(message);
  });
  // the stream's reader learns that it is broken; a message that comes late has nobody to be told
  const sent = lane(writes, (message) => void inner.send(message).catch(() => {}));
  const finish = (error?: unknown) => {
    if (!open) return;
    open = false;
    received[Symbol.dispose]();
    sent[Symbol.dispose]();
    if (error === undefined) controller?.close();
    else controller?.error(error);
  };
  const close = () => {
    finish();
    inner.close();
  };
  void (async () => {
    try {
      for await (const message of inner.messages) received.push(message, known.facts(message, reads));
      finish();
    } catch (error) {
      finish(error);
    }
  })();
  return {
    messages,
    send: (message) => Promise.resolve(sent.push(message, known.facts(message, writes))),
    allow: (maxBytes) => inner.allow(maxBytes),
    close,
    block() {
      const blocks = [received.block(), sent.block()];
      return { [Symbol.dispose]: () => blocks.forEach((block) => block[Symbol.dispose]()) };
    },
  };
}
