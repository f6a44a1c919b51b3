/** Users of the bus and what lets them in: an nkey each, whose secret half never reaches the server. */
import { createUser } from "@nats-io/nkeys";
import type { NatsUser } from "../nats_server/server_config.ts";
import { permissionsOf } from "./nats_permissions.ts";
import { type Identity, inboxPrefixOf, nameOf } from "./table.ts";

/** A user as the server's side keeps it; nothing in it is secret. */
export interface BusUser {
  identity: Identity;
  /** The public half of its nkey. */
  nkey: string;
}

/** A credentials file's content: see `BusCredentials`. */
export interface NewCredentials {
  user: string;
  /** The secret half of the nkey. */
  seed: string;
  inboxPrefix: string;
  servers?: string[];
  tls?: { caFile?: string };
  app?: string;
  bridge?: string;
}

/** Makes a user with a new key. */
export function createBusUser(
  identity: Identity,
  options: { servers?: string[]; tls?: { caFile?: string } } = {},
): { user: BusUser; credentials: NewCredentials } {
  const pair = createUser();
  try {
    return {
      user: { identity, nkey: pair.getPublicKey() },
      credentials: {
        user: nameOf(identity),
        seed: new TextDecoder().decode(pair.getSeed()),
        inboxPrefix: inboxPrefixOf(identity),
        ...options,
        ...(identity.kind === "bridge" ? { app: identity.app, bridge: identity.bridge } : {}),
      },
    };
  } finally {
    pair.clear();
  }
}

/** The user as nats-server's configuration has it, with its rights from the table. */
export function natsUser({ identity, nkey }: BusUser): NatsUser {
  return { nkey, permissions: permissionsOf(identity) };
}
