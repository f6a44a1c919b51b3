/** Where an application can dial its bridge: a Unix socket, a Windows named pipe, or loopback TCP. Nothing listens wider. */
import { createConnection, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { PatchbayError } from "@patchbay/contracts";
import { type ByteStream, closing, connectionStream } from "./byte_stream.ts";
import type { Rendezvous } from "./rendezvous.ts";

/** How an application may dial its bridge. */
export type DialTransport = Rendezvous["transport"];
/** Those that carry bytes, and so need frames. */
export type ByteTransport = Exclude<DialTransport, "websocket">;

export interface TransportListener extends AsyncDisposable {
  /** What a rendezvous file says. */
  readonly address: string;
  /** Ends when the listener is disposed. */
  readonly streams: AsyncIterable<ByteStream>;
}

export const defaultTransport: ByteTransport = Deno.build.os === "windows" ? "pipe" : "unix";

/** @param port of `tcp`; 0 is a free one. @throws {PatchbayError} `PORT_IN_USE` */
export function listen(transport: ByteTransport, port = 0): Promise<TransportListener> {
  switch (transport) {
    case "unix":
      return listenUnix();
    case "pipe":
      return listenPipe(`\\\\.\\pipe\\patchbay-${crypto.randomUUID()}`);
    case "tcp":
      return Promise.resolve().then(() => listenTcp(port));
  }
}

/** @throws {PatchbayError} `APP_NOT_CONNECTED` where nobody listens */
export async function dial(transport: ByteTransport, address: string): Promise<ByteStream> {
  try {
    return await connect(transport, address);
  } catch (cause) {
    throw PatchbayError.of("APP_NOT_CONNECTED", `Cannot reach the bridge: nobody listens on ${address}`, { cause });
  }
}

async function connect(transport: ByteTransport, address: string): Promise<ByteStream> {
  switch (transport) {
    case "unix":
      return connectionStream(await Deno.connect({ transport: "unix", path: address }));
    case "pipe":
      return socketStream(await connectPipe(address));
    case "tcp": {
      const [hostname, port] = address.split(":");
      const connection = await Deno.connect({ hostname: hostname!, port: Number(port) });
      connection.setNoDelay();
      return connectionStream(connection);
    }
  }
}

/** In a folder of its own, mode 0700: sockets have a short maximum path, and their own mode is not honoured everywhere. */
async function listenUnix(): Promise<TransportListener> {
  const folder = await Deno.makeTempDir({ prefix: "patchbay-" });
  const path = join(folder, "link.sock");
  const listener = Deno.listen({ transport: "unix", path });
  const close = closing(() => listener.close());
  return {
    address: path,
    streams: accepted(listener),
    async [Symbol.asyncDispose]() {
      close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

function listenTcp(port: number): TransportListener {
  const listener = listenOn(port);
  const close = closing(() => listener.close());
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    streams: accepted(listener, (connection) => connection.setNoDelay()),
    [Symbol.asyncDispose]() {
      close();
      return Promise.resolve();
    },
  };
}

function listenOn(port: number): Deno.TcpListener {
  try {
    return Deno.listen({ hostname: "127.0.0.1", port });
  } catch (cause) {
    throw new PatchbayError("PORT_IN_USE", `Cannot listen on 127.0.0.1:${port}`, { cause });
  }
}

async function* accepted<C extends Deno.Conn>(
  listener: { accept(): Promise<C> },
  prepare: (connection: C) => void = () => {},
): AsyncIterable<ByteStream> {
  while (true) {
    let connection: C;
    try {
      connection = await listener.accept();
    } catch (error) {
      // whoever was gone before it was welcomed closes the door to nobody else
      if (error instanceof Deno.errors.NotConnected || error instanceof Deno.errors.ConnectionAborted) continue;
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return;
      throw error;
    }
    prepare(connection);
    yield connectionStream(connection);
  }
}

/** Deno has no named pipes of its own; Node's do, and take a socket's path elsewhere. */
export async function listenPipe(name: string): Promise<TransportListener> {
  const server = createServer();
  const streams = readableOf<ByteStream>((give, end) => {
    server.on("connection", (socket) => give(socketStream(socket)));
    server.on("close", end);
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("listening", resolve).once("error", reject).listen(name);
  await promise;
  return {
    address: name,
    streams,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function connectPipe(name: string): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const socket = createConnection(name, () => resolve(socket)).once("error", reject);
  return promise;
}

function socketStream(socket: Socket): ByteStream {
  // the error reaches whoever writes; without a listener it would end the process
  socket.on("error", () => {});
  const readable = readableOf<Uint8Array<ArrayBuffer>>((give, end) => {
    socket.on("data", (chunk) => give(new Uint8Array(chunk)));
    socket.on("close", end);
  });
  const writable = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: (chunk) =>
      new Promise((resolve, reject) => {
        socket.write(chunk, (error) => error === null || error === undefined ? resolve() : reject(error));
      }),
    close: () => void socket.end(),
  });
  return { readable, writable, close: () => void socket.destroy() };
}

/** A stream of what comes in callbacks, until it ends or its reader has enough. */
function readableOf<T>(start: (give: (item: T) => void, end: () => void) => void): ReadableStream<T> {
  let open = true;
  return new ReadableStream<T>({
    start(controller) {
      const end = () => {
        if (open) controller.close();
        open = false;
      };
      start((item) => open && controller.enqueue(item), end);
    },
    cancel: () => void (open = false),
  });
}
