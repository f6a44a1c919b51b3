/** Ids that several processes come to by themselves: what is stored twice under one is there once. */
import { createHash } from "node:crypto";
import type { Id } from "@patchbay/contracts";

const TIME_AND_VERSION = "01893c5e-0000-7".length;

/**
 * The id of what follows from something with an id, for a purpose: always the same, of the same time.
 * @example `derivedId(commandId, "cancelled")`
 */
export function derivedId(id: Id, purpose: string): Id {
  const hash = createHash("sha256").update(`${id} ${purpose}`).digest("hex");
  // RFC 9562: the version and the variant are fixed, the rest is whatever a version 7 would make up
  const variant = "89ab"[Number.parseInt(hash[3] ?? "0", 16) % 4];
  return `${id.slice(0, TIME_AND_VERSION)}${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(8, 20)}`;
}
