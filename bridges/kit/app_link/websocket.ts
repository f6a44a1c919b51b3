/** WebSockets on loopback, from both sides: the bridge listens for an application that dials, or dials one that listens. */
import { createServer, type IncomingMessage } from "node:http";
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
// @ts-types="@types/ws"
import { WebSocket, WebSocketServer } from "ws";
import { PatchbayError } from "@patchbay/contracts";
import { MAX_FRAME_BYTES } from "./frames.ts";
import { refused } from "./hello.ts";
import { applicationAddress } from "./loopback.ts";
import type { MessageListener, MessageStream } from "./message_stream.ts";
import { sameToken } from "./token.ts";
import { webSocketStream, type WebSocketStreamOptions } from "./websocket_stream.ts";

export interface ListenWebSocketOptions extends WebSocketStreamOptions {
  /** @default a free one */
  port?: number;
  /** Whoever dials has to show it as `Authorization: Bearer`. A bridge asks for its token in `hello` instead. */
  token?: string;
  /** Somebody was turned away. */
  onRefused?(error: PatchbayError): void;
}

const ENGINE = { maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false } as const;
/** How long a connection may take to ask for its WebSocket, in milliseconds, and how many may be about to. */
const HANDSHAKE_MS = 10_000;
const HANDSHAKES = 16;

/**
 * Listens on 127.0.0.1. No web page gets in, not even one whose name points here: pages say their origin.
 * @throws {PatchbayError} `PORT_IN_USE`
 */
export async function listenWebSocket(options: ListenWebSocketOptions = {}): Promise<MessageListener> {
  const server = createServer((_request, response) => void response.writeHead(426).end());
  const upgrades = new WebSocketServer({ ...ENGINE, noServer: true });
  const pending = new Map<Socket, ReturnType<typeof setTimeout>>();
  const settled = (socket: Socket) => {
    clearTimeout(pending.get(socket));
    pending.delete(socket);
  };
  let arrivals: ReadableStreamDefaultController<MessageStream> | undefined;
  const streams = new ReadableStream<MessageStream>({
    start: (controller) => void (arrivals = controller),
    cancel: () => void (arrivals = undefined),
  });
  server.on("connection", (socket: Socket) => {
    if (pending.size >= HANDSHAKES) return void socket.destroy();
    pending.set(socket, setTimeout(() => socket.destroy(), HANDSHAKE_MS));
    socket.on("close", () => settled(socket)).on("error", () => {});
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const refusal = refusalOf(request, `127.0.0.1:${port}`, options.token);
    if (arrivals === undefined) return void socket.destroy();
    if (refusal !== undefined) {
      options.onRefused?.(refused(refusal.why));
      return void socket.end(`HTTP/1.1 ${refusal.status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
    settled(socket);
    upgrades.handleUpgrade(request, socket, head, (webSocket) => {
      arrivals?.enqueue(webSocketStream(webSocket, options, socket));
    });
  });
  const port = await bound(server, options.port ?? 0);
  // one connection's fault is none of the others'
  server.on("error", () => {});
  return {
    address: `ws://127.0.0.1:${port}/`,
    streams,
    [Symbol.asyncDispose]() {
      server.close();
      for (const socket of pending.keys()) socket.destroy();
      arrivals?.close();
      arrivals = undefined;
      return Promise.resolve();
    },
  };
}

async function bound(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("listening", resolve).once("error", reject).listen(port, "127.0.0.1");
  try {
    await promise;
  } catch (cause) {
    throw new PatchbayError("PORT_IN_USE", `Cannot listen on 127.0.0.1:${port}`, { cause });
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("Cannot listen: there is no port");
  return address.port;
}

/** Why somebody may not come in; `undefined` for who may. */
function refusalOf(
  { headers }: IncomingMessage,
  own: string,
  token: string | undefined,
): { status: string; why: string } | undefined {
  const host = headers.host?.toLowerCase();
  if (host !== own && host !== own.replace("127.0.0.1", "localhost")) {
    return { status: "421 Misdirected Request", why: "it dialled another host's name" };
  }
  // some libraries send the address that they dial as their origin; a browser's is never a WebSocket's
  if (headers.origin !== undefined && headers.origin !== `ws://${host}`) {
    return { status: "403 Forbidden", why: `it is a web page, of ${JSON.stringify(headers.origin.slice(0, 100))}` };
  }
  if (token !== undefined && !sameToken(headers.authorization ?? "", `Bearer ${token}`)) {
    return { status: "401 Unauthorized", why: "its token is wrong" };
  }
  return undefined;
}

export interface DialWebSocketOptions extends WebSocketStreamOptions {
  /** Shown as `Authorization: Bearer`. */
  token?: string;
  /** Whether another machine's address will do. @default false */
  remote?: boolean;
  /** Gives up. */
  signal?: AbortSignal;
}

/**
 * Dials a WebSocket server; redirects are not followed, and no proxy is used.
 * @throws {PatchbayError} `APP_NOT_CONNECTED` where nobody listens, `LINK_REFUSED` where it says no, `INVALID_CONFIGURATION`; the signal's reason
 */
export async function dialWebSocket(address: string, options: DialWebSocketOptions = {}): Promise<MessageStream> {
  const url = applicationAddress(address, { protocols: ["ws:", "wss:"], remote: options.remote ?? false });
  options.signal?.throwIfAborted();
  const socket = new WebSocket(url, {
    ...ENGINE,
    handshakeTimeout: HANDSHAKE_MS,
    followRedirects: false,
    ...(options.token === undefined ? {} : { headers: { authorization: `Bearer ${options.token}` } }),
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => {
    reject(options.signal?.reason);
    socket.terminate();
  };
  options.signal?.addEventListener("abort", abort, { once: true });
  let status: number | undefined;
  socket.once("open", resolve);
  socket.on("unexpected-response", (request, response) => {
    status = response.statusCode;
    request.destroy();
    reject(refused(`${url.origin} answers with status ${status} instead of a WebSocket`));
  });
  const failed = (cause: Error) =>
    reject(PatchbayError.of("APP_NOT_CONNECTED", `Cannot reach ${url.origin}: ${cause.message}`, { cause }));
  socket.on("error", failed);
  try {
    await promise;
  } finally {
    options.signal?.removeEventListener("abort", abort);
    // an attempt that was given up may still say so
    if (socket.readyState === socket.OPEN) socket.off("error", failed);
  }
  return webSocketStream(socket, options);
}
