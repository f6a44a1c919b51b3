/** The bridge's side of the App link: waits for its application, checks who it is, and takes one at a time. */
import { type AppName, type BridgeId, PatchbayError } from "@patchbay/contracts";
import { MAX_FRAME_BYTES, MAX_HELLO_BYTES } from "./frames.ts";
import { agreedProtocol, checkHello, type Hello, type HelloAnswer, refused } from "./hello.ts";
import { JsonRpcConnection } from "./json_rpc.ts";
import { type LinkNotification, parseNotification } from "./link_messages.ts";
import type { MessageStream } from "./message_stream.ts";
import { listenForMessages } from "./message_transports.ts";
import { writeRendezvous } from "./rendezvous.ts";
import { newToken } from "./token.ts";
import type { DialTransport } from "./transports.ts";

export interface LinkIdentity {
  app: AppName;
  bridge: BridgeId;
  bridgeVersion: string;
  allowCode: boolean;
  workDir: string;
}

export interface LinkEvents {
  onNotification(notification: LinkNotification): void;
  /** Somebody was turned away. */
  onRefused?(error: PatchbayError): void;
  /** How long a connection may be silent before its `hello`. @default 10_000 */
  helloTimeoutMs?: number;
}

/** An application that has said `hello`. */
export interface AppLink {
  readonly hello: Hello;
  readonly connection: JsonRpcConnection;
}

type Timer = ReturnType<typeof setTimeout>;

/** More connections that have not said `hello` are turned away. */
const MAX_STRANGERS = 8;

/** One place for one application. */
export class LinkReception implements AsyncDisposable {
  readonly #identity: LinkIdentity;
  readonly #events: LinkEvents;
  readonly #token: string | undefined;
  readonly #connections = new Set<JsonRpcConnection>();
  readonly #timers = new Set<Timer>();
  #link: AppLink | undefined;
  #arrived = Promise.withResolvers<AppLink>();

  constructor(identity: LinkIdentity, events: LinkEvents, token: string | undefined) {
    this.#identity = identity;
    this.#events = events;
    this.#token = token;
  }

  /** The application that is linked, or the next one that will be. @throws the signal's reason */
  async accept(signal: AbortSignal): Promise<AppLink> {
    signal.throwIfAborted();
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([this.#arrived.promise, aborted]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Takes a connection in; nothing, where there are too many that say nothing. */
  welcome(stream: MessageStream): JsonRpcConnection | undefined {
    if (this.#connections.size > MAX_STRANGERS) {
      stream.close();
      return undefined;
    }
    stream.allow(MAX_HELLO_BYTES);
    const connection: JsonRpcConnection = new JsonRpcConnection(stream, {
      request: (method, params) =>
        Promise.resolve().then(() => {
          if (method === "hello") return this.#hello(connection, params);
          throw PatchbayError.of("UNKNOWN_COMMAND", `The bridge has no method '${method.slice(0, 80)}'`);
        }),
      notification: (method, params) => {
        if (this.#link?.connection !== connection) return;
        const notification = parseNotification(method, params);
        if (notification !== undefined) this.#events.onNotification(notification);
      },
    });
    this.#connections.add(connection);
    const timer = this.#later(this.#events.helloTimeoutMs ?? 10_000, () => {
      if (this.#link?.connection !== connection) this.#turnAway(connection, refused("it did not say hello in time"));
    });
    connection.closed.then(async () => {
      this.#cancel(timer);
      if (this.#link?.connection === connection) {
        this.#link = undefined;
        this.#arrived = Promise.withResolvers();
      }
      await connection[Symbol.asyncDispose]();
      this.#connections.delete(connection);
    });
    return connection;
  }

  #hello(connection: JsonRpcConnection, params: unknown): HelloAnswer {
    try {
      const hello = checkHello(params, { app: this.#identity.app, token: this.#token });
      if (this.#link !== undefined) {
        const pid = this.#link.hello.pid === undefined ? "" : `, process ${this.#link.hello.pid}`;
        throw refused(`another ${this.#identity.app} is linked already${pid}`);
      }
      const link = { hello, connection };
      this.#link = link;
      connection.allow(MAX_FRAME_BYTES);
      // once the answer is on its way: nothing may overtake it
      const { resolve } = this.#arrived;
      this.#later(0, () => resolve(link));
      const { bridge, bridgeVersion, allowCode, workDir } = this.#identity;
      return { protocol: agreedProtocol(hello), bridge, bridgeVersion, allowCode, workDir };
    } catch (error) {
      if (error instanceof PatchbayError) this.#later(0, () => this.#turnAway(connection, error));
      throw error;
    }
  }

  #turnAway(connection: JsonRpcConnection, reason: PatchbayError): void {
    this.#events.onRefused?.(reason);
    connection.close(reason);
  }

  #later(ms: number, action: () => void): Timer {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  #cancel(timer: Timer): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = [...this.#connections];
    await Promise.all(open.map((connection) => connection[Symbol.asyncDispose]()));
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

export interface LinkListener extends AsyncDisposable {
  /** The rendezvous file's path. */
  readonly rendezvous: string;
  /** The application that is linked, or the next one that will be. @throws the signal's reason */
  accept(signal: AbortSignal): Promise<AppLink>;
}

/** Listens, and says where in a rendezvous file. */
export async function listenForApplication(
  identity: LinkIdentity,
  options: LinkEvents & { transport: DialTransport; linksDir: string; port?: number; heartbeatMs?: number },
): Promise<LinkListener> {
  await using stack = new AsyncDisposableStack();
  const token = newToken();
  const reception = stack.use(new LinkReception(identity, options, token));
  const listener = stack.use(await listenForMessages(options.transport, options));
  const welcoming = (async () => {
    for await (const stream of listener.streams) reception.welcome(stream);
  })();
  const { app, bridge } = identity;
  const rendezvous = stack.use(
    await writeRendezvous(options.linksDir, {
      v: 1,
      app,
      bridge,
      transport: options.transport,
      address: listener.address,
      token,
      pid: Deno.pid,
    }),
  );
  const held = stack.move();
  return {
    rendezvous: rendezvous.path,
    accept: (signal) => reception.accept(signal),
    async [Symbol.asyncDispose]() {
      await held.disposeAsync();
      await welcoming;
    },
  };
}
