/** A connection to NATS, as every other file of this folder sees it. */
import type { JetStreamClient } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import type { Inbox } from "./inbox.ts";

export interface BusStatus {
  connected: boolean;
  /** Why, for a person: `reconnected to 127.0.0.1:4222`. */
  reason: string;
}

/** A connection to NATS that reconnects for ever. Disposing drains it and closes it. */
export interface Bus extends AsyncDisposable {
  readonly nc: NatsConnection;
  readonly js: JetStreamClient;
  /** What the server's monitoring calls this connection. */
  readonly name: string;
  readonly connected: boolean;
  /** Called at each change of `connected`, and when the connection is closed for good. */
  onStatus(listener: (status: BusStatus) => void): Disposable;
  /** Resolves when the connection is closed for good: only by disposing it. */
  readonly closed: Promise<void>;
  /** One message out, one reply in: what requests and publishers are built on. */
  readonly inbox: Inbox;
  /** Where replies and deliveries may come to this user. */
  readonly inboxPrefix: string;
  /** The largest message that the server takes, headers included, in bytes. */
  readonly maxPayload: number;
}

/**
 * Resolves with `true` once the bus is connected, with `false` after `timeoutMs`.
 * @throws the signal's reason
 */
export function whenConnected(bus: Bus, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
  signal?.throwIfAborted();
  if (bus.connected || bus.nc.isClosed()) return Promise.resolve(bus.connected);
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      listening[Symbol.dispose]();
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    const onAbort = () => finish(() => reject(signal?.reason));
    const timer = setTimeout(() => finish(() => resolve(false)), Math.max(0, timeoutMs));
    const listening = bus.onStatus(({ connected }) => {
      if (connected || bus.nc.isClosed()) finish(() => resolve(connected));
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
