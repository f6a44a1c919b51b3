/** For the tests of this folder: a listener in a folder of its own, and a peer that sends whatever bytes it likes. */
import { join } from "node:path";
import { encodeFrame, FrameDecoder } from "./frames.ts";
import { type LinkEvents, type LinkListener, listenForApplication } from "./listener.ts";
import type { LinkNotification } from "./link_messages.ts";
import { readRendezvous, type Rendezvous } from "./rendezvous.ts";
import { dial, type DialTransport } from "./transports.ts";

export const IDENTITY = {
  app: "counter",
  bridge: "ws-01",
  bridgeVersion: "0.1.0",
  allowCode: false,
  workDir: "/nowhere",
} as const;

export interface TestListener extends AsyncDisposable {
  listener: LinkListener;
  linksDir: string;
  rendezvous: Rendezvous;
  notifications: LinkNotification[];
  refusals: string[];
}

export async function testListener(
  transport: DialTransport = "unix",
  events: Partial<LinkEvents> = {},
  options: { heartbeatMs?: number } = {},
): Promise<TestListener> {
  await using stack = new AsyncDisposableStack();
  const linksDir = join(await Deno.makeTempDir(), "links");
  stack.defer(() => Deno.remove(join(linksDir, ".."), { recursive: true }));
  const notifications: LinkNotification[] = [];
  const refusals: string[] = [];
  const listener = stack.use(
    await listenForApplication(IDENTITY, {
      transport,
      linksDir,
      onNotification: (notification) => notifications.push(notification),
      onRefused: (error) => refusals.push(error.message),
      ...events,
      ...options,
    }),
  );
  const rendezvous = await readRendezvous(listener.rendezvous);
  const held = stack.move();
  return {
    listener,
    linksDir,
    rendezvous,
    notifications,
    refusals,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** A peer without manners. */
export interface RawPeer extends Disposable {
  send(message: unknown): Promise<void>;
  sendBytes(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The next message; `undefined` once the link has ended. */
  next(): Promise<unknown>;
}

export async function rawPeer(rendezvous: Rendezvous): Promise<RawPeer> {
  const { transport, address } = rendezvous;
  if (transport === "websocket") throw new TypeError("a WebSocket has no frames of ours");
  const stream = await dial(transport, address);
  const writer = stream.writable.getWriter();
  writer.closed.catch(() => {});
  const messages = received(stream.readable);
  return {
    send: (message) => writer.write(encodeFrame(message)),
    sendBytes: (bytes) => writer.write(bytes),
    next: async () => (await messages.next()).value,
    [Symbol.dispose]: () => stream.close(),
  };
}

async function* received(readable: ReadableStream<Uint8Array>): AsyncGenerator<unknown, undefined> {
  const decoder = new FrameDecoder();
  try {
    for await (const chunk of readable) yield* decoder.push(chunk);
  } catch {
    // a reset is an end too
  }
  return undefined;
}

export function helloMessage(rendezvous: Rendezvous, over: Record<string, unknown> = {}): Record<string, unknown> {
  const params = { token: rendezvous.token, app: "counter", appVersion: "1.0", addonVersion: "1.0", protocol: 1 };
  return { jsonrpc: "2.0", id: 1, method: "hello", params: { ...params, ...over } };
}
