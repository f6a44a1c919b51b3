/** What comes from a server passes here: its words can be shown, and one that is away is noticed. */
import { PatchbayError } from "@patchbay/contracts";
import type { OpenTransport, Transport } from "@patchbay/bridge-kit";
import { shownText } from "./untrusted_text.ts";

const MAX_MESSAGE = 700;

/**
 * The same connection. A server over HTTP has no line that breaks: it counts as lost once it cannot be reached, as one that was
 * started again knows no session of ours.
 * @param owned whether the bridge started the server, and so sees it end
 */
export function watchedTransport(open: OpenTransport, owned: boolean): OpenTransport {
  return async (host, events) => {
    const transport = await open(host, events);
    const watched = async <T>(asked: Promise<T>): Promise<T> => {
      try {
        return await asked;
      } catch (error) {
        const shown = shownError(error);
        if (!owned && shown instanceof PatchbayError && shown.code === "APP_NOT_CONNECTED") host.lost(shown);
        throw shown;
      }
    };
    const { peer, ping, fail } = transport;
    const wrapped: Transport = {
      peer: { ...peer, appVersion: shownText(peer.appVersion, 100) || "unknown" },
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

/** Most of a failure's text is the server's. */
function shownError(error: unknown): unknown {
  if (!(error instanceof PatchbayError)) return error;
  const message = shownText(error.message, MAX_MESSAGE);
  if (message === error.message) return error;
  const { code, context, issues, remedy } = error;
  return PatchbayError.of(code, message, { cause: error, context, issues: [...issues], remedy });
}
