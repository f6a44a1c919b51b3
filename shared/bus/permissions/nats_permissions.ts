/** The table in nats-server's terms. */
import type { NatsPermissions } from "../nats_server/server_config.ts";
import { type Identity, inboxPrefixOf, rightsOf } from "./table.ts";

/**
 * The longest that a command may take, as a Go duration: until then its bridge may answer. One answer a request; the server ignores
 * other rules for it, so what counts is who may ask.
 */
const ANSWER_WITHIN = "24h";

/** The `permissions` block of one user. What is not named is refused. */
export function permissionsOf(identity: Identity): NatsPermissions {
  const rights = rightsOf(identity);
  const all = (side: "publish" | "subscribe") => [...new Set(rights.flatMap((right) => right[side] ?? []))].sort();
  const answers = rights.some(({ subscribe = [] }) => subscribe.length > 0);
  const subscribe = [...all("subscribe"), ...(identity.kind === "operator" ? [] : [`${inboxPrefixOf(identity)}.>`])];
  return {
    publish: { allow: all("publish") },
    subscribe: { allow: subscribe },
    ...(answers && identity.kind !== "operator" ? { allowResponses: { max: 1, expires: ANSWER_WITHIN } } : {}),
  };
}
