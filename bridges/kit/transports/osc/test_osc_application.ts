/** For the tests of this folder: an application that hears OSC on a port, and answers to another one, as AbletonOSC does. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import type { AdapterHost } from "../../adapter.ts";
import { decodePacket, encodeMessage, type OscMessage, type ReceivedMessage } from "./codec.ts";

export interface OscApplication extends AsyncDisposable {
  readonly port: number;
  /** Everything that came. */
  readonly heard: ReceivedMessage[];
  /** Where answers go from now on. @default to whoever asked */
  answerTo(port: number): void;
  say(message: OscMessage): void;
  sayBytes(bytes: Uint8Array): void;
}

/** @param answer what is said to a message */
export async function startOscApplication(
  answer: (message: ReceivedMessage, say: (answer: OscMessage) => void) => void,
): Promise<OscApplication> {
  const socket = await boundSocket();
  const heard: ReceivedMessage[] = [];
  let fixed: number | undefined;
  let last = 0;
  let said = Promise.resolve();
  const sayBytes = (bytes: Uint8Array) => {
    const port = fixed ?? last;
    said = said.then(() => new Promise((resolve) => socket.send(bytes, port, "127.0.0.1", () => resolve())));
  };
  const say = (message: OscMessage) => sayBytes(encodeMessage(message));
  socket.on("message", (datagram: Uint8Array, { port }: RemoteInfo) => {
    last = port;
    for (const message of decodePacket(datagram)) {
      heard.push(message);
      answer(message, say);
    }
  });
  return {
    port: socket.address().port,
    heard,
    answerTo: (port) => void (fixed = port),
    say,
    sayBytes,
    [Symbol.asyncDispose]: () => said.then(() => closed(socket)),
  };
}

/** Live's song and tracks, as far as tests need them. */
export function liveAnswers(song: Map<string, number>) {
  return ({ address, args }: ReceivedMessage, say: (answer: OscMessage) => void) => {
    const [, verb, property] = /^\/live\/(?:song|track)\/(get|set)\/(\w+)$/.exec(address) ?? [];
    const ids = address.startsWith("/live/track") ? [Number(args[0])] : [];
    const key = [property, ...ids].join(" ");
    if (address === "/live/test") say({ address, args: ["ok"] });
    else if (verb === "set") song.set(key, Math.fround(Number(args[ids.length])));
    else if (!song.has(key)) say({ address: "/live/error", args: ["Index out of range"] });
    else say({ address, args: [...ids, { type: "f", value: song.get(key)! }] });
  };
}

export async function boundSocket(): Promise<Socket> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", () => resolve()));
  return socket;
}

export const closed = (socket: Socket) => new Promise<void>((resolve) => void socket.close(() => resolve()));

/** What a transport needs of its host. */
export function testHost(signal: AbortSignal = new AbortController().signal): AdapterHost {
  const nothing = () => {};
  return {
    app: "ableton",
    bridge: "ws-01",
    bridgeVersion: "0.1.0",
    allowCode: false,
    workDir: Deno.cwd(),
    signal,
    state: nothing,
    event: nothing,
    channel: nothing,
    waiting: nothing,
    troubled: nothing,
    lost: nothing,
    putAsset: () => Promise.reject(new Error("there are no assets here")),
    getAsset: () => Promise.resolve(undefined),
  };
}
