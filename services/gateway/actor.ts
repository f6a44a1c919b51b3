/** Who did it, for whoever looks later: the API key by its id and name. */
import type { Actor } from "@patchbay/contracts";
import type { ApiKey } from "./keys.ts";

/** Of a route with a scope there is always a key. */
export function actorOf(key: ApiKey | undefined): Actor {
  if (key === undefined) throw new TypeError("Cannot say who asks: the route is public");
  return { key: key.id, name: key.name };
}
