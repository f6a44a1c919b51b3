/** Events that come close together are one: the last. */
import type { HeldEvent, TriggerState } from "./records.ts";

type Pending = NonNullable<TriggerState["pending"]>;

/** What an event does to the one that waits. */
export interface Debounced {
  /** The one that waited was due before this one came. */
  due?: Pending;
  /** This one came in its place. */
  replaced?: HeldEvent;
  pending: Pending;
}

/** @param now when the event came, in milliseconds since 1970 */
export function debounce(
  waits: Pending | undefined,
  event: HeldEvent,
  { now, debounceMs }: { now: number; debounceMs: number },
): Debounced {
  const pending = { event, dueAt: now + debounceMs };
  // whoever took over hears the events again that it knows of already
  if (waits === undefined || waits.event.id === event.id) return { pending };
  return waits.dueAt <= now ? { due: waits, pending } : { replaced: waits.event, pending };
}
