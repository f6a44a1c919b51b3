/** One subscription of a connection for all that want the same: many bridges in one process would each have their own. */
import type { Msg } from "@nats-io/nats-core";
import type { Bus } from "./bus.ts";
import { log } from "./log.ts";
import { isReplay } from "./replay.ts";

type Listener = (message: Msg) => void;

interface Shared {
  listeners: Set<Listener>;
  unsubscribe(): void;
}

const ofBus = new WeakMap<Bus, Map<string, Shared>>();

/** Calls `listener` with each message on `subject`. The last one to be disposed ends the subscription. */
export function shareSubscription(bus: Bus, subject: string, listener: Listener): Disposable {
  const bySubject = ofBus.get(bus) ?? new Map<string, Shared>();
  ofBus.set(bus, bySubject);
  const shared = bySubject.get(subject) ?? begin(bus, subject);
  bySubject.set(subject, shared);
  shared.listeners.add(listener);
  return {
    [Symbol.dispose]() {
      shared.listeners.delete(listener);
      if (shared.listeners.size > 0 || bySubject.get(subject) !== shared) return;
      bySubject.delete(subject);
      shared.unsubscribe();
    },
  };
}

function begin(bus: Bus, subject: string): Shared {
  const listeners = new Set<Listener>();
  const subscription = bus.nc.subscribe(subject, {
    callback: (error, message) => {
      if (error !== null) return log.warn("cannot listen to {subject}: {error}", { subject, error: error.message });
      if (isReplay(message)) {
        return log.warn("refused a message of a stream on {subject}", { subject: message.subject });
      }
      for (const listener of [...listeners]) listener(message);
    },
  });
  return { listeners, unsubscribe: () => subscription.isClosed() || subscription.unsubscribe() };
}
