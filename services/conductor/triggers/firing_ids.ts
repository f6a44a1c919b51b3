/** The ids of firings: whoever comes to the same firing gives it the same one, and the run that it begins. */
import { derivedId } from "@patchbay/bus";
import type { Id, TriggerId } from "@patchbay/contracts";

/** What begins no run, by what it is. */
type Note = "loop" | "missed" | "suspended";

/** A trigger that fires at an event, or at a {@linkcode dueTime}. */
export const firingId = (cause: Id, trigger: TriggerId): Id => derivedId(cause, `trigger ${trigger}`);

/** A trigger that does not fire. @param cause an event, a {@linkcode dueTime}, or the run that it would follow */
export const noteId = (cause: Id, trigger: TriggerId, note: Note): Id => derivedId(cause, `${note} ${trigger}`);

/** A time as the id of a cause: a UUIDv7 of that time. @param at milliseconds since 1970 */
export function dueTime(at: number): Id {
  const time = at.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** The plan that holds a trigger's command while it waits for an approval: always the same, so that one waits and not many. */
export const planIdOf = (trigger: TriggerId): Id => derivedId(dueTime(0), `plan of trigger ${trigger}`);
