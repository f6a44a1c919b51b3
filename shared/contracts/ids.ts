/** Identifiers: UUIDv7 (RFC 9562), so that they sort by the time they were made. */
import { v7 } from "uuid";
import { z } from "zod";

/** A UUIDv7. */
export const Id = z.uuidv7();
export type Id = z.infer<typeof Id>;

/** A new UUIDv7. */
export function newId(): Id {
  return v7();
}
