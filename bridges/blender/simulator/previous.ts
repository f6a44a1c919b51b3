/** What was before a command, as the command that brings it back takes it: only what the command changes. */
import type { JsonObject } from "@patchbay/contracts";

/** Of what is there now, whatever is given a new value. @example `valuesBefore({ start: 1, end: 250 }, { end: 10 }) // { end: 250 }` */
export function valuesBefore(now: object, given: object): JsonObject {
  const wanted = new Set(Object.entries(given).flatMap(([key, value]) => value === undefined ? [] : [key]));
  return structuredClone(Object.fromEntries(Object.entries(now).filter(([key]) => wanted.has(key))));
}
