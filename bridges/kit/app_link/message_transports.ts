/** Every way in which an application and its bridge exchange messages, behind one interface. */
import { framedStream, type MessageListener, type MessageStream } from "./message_stream.ts";
import { dial, type DialTransport, listen } from "./transports.ts";
import { dialWebSocket, listenWebSocket, type ListenWebSocketOptions } from "./websocket.ts";

/**
 * @param options `port` is for `tcp` and `websocket`, the rest for `websocket`
 * @throws {PatchbayError} `PORT_IN_USE`
 */
export async function listenForMessages(
  transport: DialTransport,
  options: ListenWebSocketOptions = {},
): Promise<MessageListener> {
  if (transport === "websocket") return await listenWebSocket(options);
  const listener = await listen(transport, options.port);
  return {
    address: listener.address,
    streams: framed(listener.streams),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

async function* framed(streams: AsyncIterable<Parameters<typeof framedStream>[0]>): AsyncGenerator<MessageStream> {
  for await (const stream of streams) yield framedStream(stream);
}

/** @throws {PatchbayError} `APP_NOT_CONNECTED` where nobody listens, `LINK_REFUSED` where it says no */
export async function dialForMessages(transport: DialTransport, address: string): Promise<MessageStream> {
  return transport === "websocket" ? await dialWebSocket(address) : framedStream(await dial(transport, address));
}
