/** A server over HTTP has no line that breaks: that it is gone shows in what is asked of it. */
import { PatchbayError } from "@patchbay/contracts";
import type { OpenTransport, Transport } from "@patchbay/bridge-kit";

/** The same, but the application counts as lost once it cannot be reached; a server that was started again knows no session of ours. */
export function lostWhenAway(open: OpenTransport): OpenTransport {
  return async (host, events) => {
    const transport = await open(host, events);
    const watched = async <T>(asked: Promise<T>): Promise<T> => {
      try {
        return await asked;
      } catch (error) {
        if (error instanceof PatchbayError && error.code === "APP_NOT_CONNECTED") host.lost(error);
        throw error;
      }
    };
    const { ping, fail } = transport;
    const wrapped: Transport = {
      peer: transport.peer,
      request: (method, params, options) => watched(transport.request(method, params, options)),
      notify: (method, params) => transport.notify(method, params),
      ...(ping === undefined ? {} : { ping: () => watched(ping.call(transport)) }),
      ...(fail === undefined ? {} : { fail: (reason: PatchbayError) => fail.call(transport, reason) }),
      closed: transport.closed,
      [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
    };
    return wrapped;
  };
}
