/** Cancellations, heard once a connection for all bridges of it. */
import { Cancel, decodeEnvelope, type Id, subjects, WILDCARD } from "@patchbay/contracts";
import { type Bus, shareSubscription } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";

type Listener = (commandId: Id, reason?: string) => void;

const log = logger("bridge");
const ofBus = new WeakMap<Bus, { listeners: Set<Listener>; subscription: Disposable }>();

/** Calls `listener` with each command or job that somebody cancels, whosever it is. */
export function onCancel(bus: Bus, listener: Listener): Disposable {
  const shared = ofBus.get(bus) ?? begin(bus);
  shared.listeners.add(listener);
  return {
    [Symbol.dispose]() {
      shared.listeners.delete(listener);
      if (shared.listeners.size > 0 || ofBus.get(bus) !== shared) return;
      ofBus.delete(bus);
      shared.subscription[Symbol.dispose]();
    },
  };
}

function begin(bus: Bus) {
  const listeners = new Set<Listener>();
  const subscription = shareSubscription(bus, subjects.cancel(WILDCARD), ({ subject, data }) => {
    try {
      const { payload: { commandId, reason } } = decodeEnvelope(data, Cancel);
      if (subject !== subjects.cancel(commandId)) return;
      for (const listener of [...listeners]) listener(commandId, reason);
    } catch (error) {
      log.warn("ignored a message on {subject}: {error}", { subject, error });
    }
  });
  const shared = { listeners, subscription };
  ofBus.set(bus, shared);
  return shared;
}
