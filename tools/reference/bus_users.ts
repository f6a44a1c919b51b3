/** Who may send and receive what: read off the permission table, which nats-server is configured from. */
import { streamOf } from "@patchbay/bus";
import { BUS_SERVICES, type Identity, nameOf, type Right, rightsOf } from "@patchbay/bus/permissions";

/** A part of the studio on the bus. A bridge stands for every bridge: its address is made of the parameters themselves. */
export interface BusUser {
  name: string;
  rights: readonly Right[];
}

const user = (name: string, identity: Identity): BusUser => ({ name, rights: rightsOf(identity) });

export const BUS_USERS: readonly BusUser[] = [
  ...BUS_SERVICES.map((service) => user(nameOf({ kind: "service", service }), { kind: "service", service })),
  user("bridge", { kind: "bridge", app: "{app}", bridge: "{bridge}" }),
];

/** Whether somebody may publish under an address, and hear what is published there: directly, or from its stream. */
export function accessOf({ rights }: BusUser, address: string): { sends: boolean; receives: boolean } {
  const stream = streamOf(address);
  return {
    sends: rights.some(({ publish = [] }) => publish.some((pattern) => covers(pattern, address))),
    receives: rights.some(({ subscribe = [], publish = [] }) =>
      subscribe.some((pattern) => covers(pattern, address)) ||
      stream !== undefined && publish.includes(`$JS.API.CONSUMER.CREATE.${stream}.*`)
    ),
  };
}

/** Whether a pattern of nats-server's takes in the address; a queue group after it does not matter. */
export function covers(pattern: string, address: string): boolean {
  const [tokens, parts] = [pattern.split(" ")[0]!.split("."), address.split(".")];
  return tokens.every((token, i) => token === ">" ? i < parts.length : token === "*" || token === parts[i]) &&
    (tokens.at(-1) === ">" || tokens.length === parts.length);
}
