/** A UDP socket that hears one peer: datagrams from anywhere else are counted and dropped. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { PatchbayError } from "@patchbay/contracts";

export interface OscSocketOptions {
  host: string;
  port: number;
  localPort: number;
  /** The port that answers come from; `undefined` for any of the host's. */
  replyFrom: number | undefined;
  onDatagram(datagram: Uint8Array): void;
  onStranger(from: string): void;
  onBroken(error: Error): void;
}

export interface OscSocket extends AsyncDisposable {
  readonly localPort: number;
  /** In the order of the calls. */
  send(datagram: Uint8Array): void;
}

/** @throws {PatchbayError} `PORT_IN_USE`, `INVALID_CONFIGURATION` for a host that nobody knows */
export async function openOscSocket(options: OscSocketOptions): Promise<OscSocket> {
  const { address, family } = await resolved(options.host);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  const local = isLoopback(address) ? address : family === 6 ? "::" : "0.0.0.0";
  await bound(socket, local, options.localPort);
  let closing: Promise<void> | undefined;
  let sent = Promise.resolve();
  socket.on("error", (error) => options.onBroken(error));
  socket.on("message", (datagram: Uint8Array, from: RemoteInfo) => {
    const known = from.address === address && (options.replyFrom === undefined || from.port === options.replyFrom);
    if (known) options.onDatagram(datagram);
    else options.onStranger(`${from.address}:${from.port}`);
  });
  return {
    localPort: socket.address().port,
    send(datagram) {
      if (closing === undefined) sent = sent.then(() => send(socket, datagram, options.port, address));
    },
    [Symbol.asyncDispose]() {
      return closing ??= sent.then(() => new Promise((resolve) => void socket.close(() => resolve())));
    },
  };
}

/** Two that are sent at once may overtake each other. One that cannot leave is like one that is lost: whoever asked notices. */
function send(socket: Socket, datagram: Uint8Array, port: number, address: string): Promise<void> {
  return new Promise((resolve) => socket.send(datagram, port, address, () => resolve()));
}

const isLoopback = (address: string) => address === "::1" || address.startsWith("127.");

async function resolved(host: string): Promise<{ address: string; family: number }> {
  try {
    return await lookup(host);
  } catch (cause) {
    throw new PatchbayError("INVALID_CONFIGURATION", `Cannot reach '${host}': it has no address`, { cause });
  }
}

async function bound(socket: Socket, address: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (cause: Error) =>
    reject(
      new PatchbayError("PORT_IN_USE", `Cannot listen for OSC on ${address}:${port}`, {
        cause,
        remedy: "Only one program can hear the application's answers: end the other one.",
      }),
    );
  socket.once("error", fail);
  socket.bind(port, address, () => resolve());
  await promise;
  socket.off("error", fail);
}
