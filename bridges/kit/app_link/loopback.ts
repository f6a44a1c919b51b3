/** A bridge talks to applications on its own machine: an address elsewhere has to be asked for. */
import { PatchbayError } from "@patchbay/contracts";

export interface AddressRules {
  /** `ws:`, `https:` */
  protocols: readonly string[];
  /** Whether another machine's address will do. @default false */
  remote?: boolean;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/i;

/** @throws {PatchbayError} `INVALID_CONFIGURATION` for what is no such address, or not on this machine */
export function applicationAddress(address: string, { protocols, remote = false }: AddressRules): URL {
  const wrong = (why: string, remedy?: string) =>
    new PatchbayError("INVALID_CONFIGURATION", `Cannot reach an application at '${address.slice(0, 200)}': ${why}`, {
      ...(remedy === undefined ? {} : { remedy }),
    });
  const url = URL.parse(address);
  if (url === null || !protocols.includes(url.protocol)) {
    throw wrong(`it is no address that begins with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`);
  }
  if (url.username !== "" || url.password !== "") throw wrong("it carries a password; tokens are given by themselves");
  if (!remote && !LOOPBACK.test(url.hostname)) {
    throw wrong("it is not on this machine", "Use 127.0.0.1, or allow remote addresses for this application.");
  }
  return url;
}
