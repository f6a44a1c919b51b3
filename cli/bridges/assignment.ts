/** Which bridges will run in this process, each with its id and what lets it in. */
import type { BridgeDefinition } from "@patchbay/bridge-kit";
import { type BridgeAddress, type BridgeId, formatAddress, PatchbayError } from "@patchbay/contracts";
import { machineName } from "../workstation.ts";
import { type CredentialFile, credentialsFor, names } from "./credentials.ts";
import type { BridgeItem } from "./item.ts";

/** A bridge that can be started. */
export interface Assignment {
  definition: BridgeDefinition;
  bridge: BridgeId;
  address: BridgeAddress;
  argument?: string;
  /** Absent where the server lets anybody in. */
  credentials?: CredentialFile;
}

export interface Access {
  /** The studio's NATS; the credentials' own unless given. */
  server?: string;
  credentials: readonly CredentialFile[];
  /** What bridges are called that neither their item nor their credentials name. @default this machine's name */
  id?: BridgeId;
}

/** @throws {PatchbayError} `INVALID_CONFIGURATION` where nothing says how it gets in, or where the studio is */
export function assign(
  definition: BridgeDefinition,
  item: Pick<BridgeItem, "argument" | "bridge">,
  { server, credentials, id }: Access,
): Assignment {
  const { app, title } = definition;
  const wanted = item.bridge ?? id;
  const file = credentialsFor({ app, ...(wanted === undefined ? {} : { bridge: wanted }) }, credentials);
  if (file === undefined && credentials.length > 0) {
    const who = wanted === undefined ? app : `${app}.${wanted}`;
    throw PatchbayError.of("INVALID_CONFIGURATION", `No credentials for ${who}: there are ${names(credentials)}`, {
      remedy: `Ask the studio's administrator for a credential file for ${title} on this workstation.`,
    });
  }
  if (server === undefined && file?.namesServer !== true) {
    const found = file === undefined ? "neither --server nor --credentials" : `neither --server nor ${file.path}`;
    throw PatchbayError.of("INVALID_CONFIGURATION", `Cannot start ${title}: ${found} says where the studio is`, {
      remedy:
        "Name the credential file from the studio's administrator (--credentials FILE), or the studio's address " +
        "(--server URL). A studio on this machine starts a bridge with itself: `patchbay studio ./my-bridge`.",
    });
  }
  const bridge = wanted ?? file?.bridge ?? machineName();
  return {
    definition,
    bridge,
    address: formatAddress({ app, bridge }),
    ...(item.argument === undefined ? {} : { argument: item.argument }),
    ...(file === undefined ? {} : { credentials: file }),
  };
}

/** @throws {PatchbayError} `INVALID_CONFIGURATION` where two would have one address */
export function refuseTwins(assignments: readonly Assignment[]): void {
  const seen = new Set<string>();
  for (const { address, definition } of assignments) {
    if (seen.has(address)) {
      throw PatchbayError.of("INVALID_CONFIGURATION", `Cannot start two bridges as ${address}`, {
        remedy: `Give each an id of its own: ${definition.app}@one ${definition.app}@two.`,
      });
    }
    seen.add(address);
  }
}
