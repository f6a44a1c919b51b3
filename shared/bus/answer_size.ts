/** How much of a list an answer may hold: a message is bounded, and a list that does not fit would be no answer at all. */
import type { Bus } from "./bus.ts";

/** What the envelope, its headers and the rest of the answer may take, in bytes. */
const OVERHEAD_BYTES = 16 * 1024;
const encoder = new TextEncoder();

/** The first items, in their order, that one message can hold as JSON. */
export function whatFits<T>({ maxPayload }: Pick<Bus, "maxPayload">, items: readonly T[]): T[] {
  let left = maxPayload - OVERHEAD_BYTES;
  const end = items.findIndex((item) => (left -= encoder.encode(JSON.stringify(item)).length + 1) < 0);
  return end < 0 ? [...items] : items.slice(0, end);
}
