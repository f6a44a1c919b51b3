/** The App link as a {@linkcode Transport}: the inside of an application dials its bridge, or is dialled, and says `hello`. */
import { PatchbayError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { AdapterHost, AdapterProgress } from "../adapter.ts";
import type { Child, ChildOptions } from "../supervision/child.ts";
import { type Launch, LaunchedApplication, START_TIMEOUT_MS } from "../supervision/launched_application.ts";
import type { OpenTransport, Peer, RequestOptions, Transport, TransportEvents } from "../transports/transport.ts";
import { childStream } from "./byte_stream.ts";
import type { LinkNotification } from "./link_messages.ts";
import { type AppLink, type LinkEvents, LinkReception, listenForApplication } from "./listener.ts";
import { framedStream, type MessageStream } from "./message_stream.ts";
import { defaultLinksDir } from "./rendezvous.ts";
import { defaultTransport, type DialTransport } from "./transports.ts";
import { dialWebSocket } from "./websocket.ts";

/** How the inside of an application reaches its bridge. */
export type LinkTransport = DialTransport | "stdio";

/** What a launcher needs to know to start an application that dials this bridge. */
export interface LaunchContext {
  host: AdapterHost;
  /** The rendezvous file that the application reads; absent for stdio, and for one that is dialled. */
  rendezvous: string | undefined;
}

/** A WebSocket server inside the application. */
export interface LinkServer {
  /** `ws://127.0.0.1:9000/` */
  url: string;
  /** Shown as `Authorization: Bearer`: the server must not talk to whoever asks. */
  token?: string;
}

export interface AppLinkOptions {
  /** The application's, for people. */
  title: string;
  /** Starts the application. Without it the bridge waits for the artist's own. */
  launch?: (context: LaunchContext) => Launch | Promise<Launch>;
  /** @default `unix`, and `pipe` on Windows; `stdio` needs `launch` */
  transport?: LinkTransport;
  /** Of `tcp` and `websocket`. @default a free one */
  port?: number;
  /** Dials the application instead of waiting for it: one that listens itself. */
  connect?: LinkServer;
  /** Where rendezvous files lie. @default `$PATCHBAY_LINKS`, or `~/.patchbay/links` */
  linksDir?: string;
  /** How long a started application may take until its `hello`, in milliseconds. @default 60_000 */
  startTimeoutMs?: number;
  /** Between two pings on a WebSocket, in milliseconds. @default 15_000 */
  heartbeatMs?: number;
}

/** How long an application that is asked to end may take before its process is signalled, in milliseconds. */
const SHUTDOWN_MS = 3_000;

/** @throws {PatchbayError} `APP_NOT_FOUND`, `APP_START_FAILED`, `APP_NOT_CONNECTED`, `LINK_REFUSED`, `PORT_IN_USE`, `INVALID_CONFIGURATION` */
export function appLinkTransport(options: AppLinkOptions): OpenTransport {
  return async (host, events) => {
    const opening = new AppLinkOpening(options, host, events);
    try {
      return await opening.open();
    } catch (error) {
      await opening.held.disposeAsync();
      throw error;
    }
  };
}

class AppLinkOpening {
  readonly held = new AsyncDisposableStack();
  readonly #options: AppLinkOptions;
  readonly #host: AdapterHost;
  readonly #events: TransportEvents;
  readonly #progress: ProgressByCommand = new Map();
  #launched: LaunchedApplication | undefined;

  constructor(options: AppLinkOptions, host: AdapterHost, events: TransportEvents) {
    this.#options = options;
    this.#host = host;
    this.#events = events;
  }

  async open(): Promise<Transport> {
    const link = await this.#reach();
    return new AppLinkTransport(link, this.#options.title, this.#progress, this.held, this.#launched);
  }

  /** Starts, dials or awaits the application. */
  async #reach(): Promise<AppLink> {
    const { launch, transport = defaultTransport, linksDir = defaultLinksDir(), title, connect } = this.#options;
    if (connect !== undefined) return await this.#dial(connect);
    if (transport === "stdio") return await this.#reachChild();
    const { port, heartbeatMs } = this.#options;
    const listener = this.held.use(
      await listenForApplication(this.#host, {
        ...this.#linkEvents,
        transport,
        linksDir,
        ...(port === undefined ? {} : { port }),
        ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
      }),
    );
    if (launch === undefined) {
      this.#host.waiting(`waiting for ${title}: start it, and enable its Patchbay add-on`);
      return await listener.accept(this.#host.signal);
    }
    const started = await launch({ host: this.#host, rendezvous: listener.rendezvous });
    this.#start({ ...started, env: { PATCHBAY_LINKS: linksDir, ...started.env } });
    return await this.#untilHello((signal) => listener.accept(signal));
  }

  async #reachChild(): Promise<AppLink> {
    const { launch } = this.#options;
    if (launch === undefined) throw new TypeError("Cannot link over stdio: `launch` says what to start");
    const child = this.#start({ ...await launch({ host: this.#host, rendezvous: undefined }), pipes: true });
    const { stdin, stdout } = child;
    if (stdin === undefined || stdout === undefined) throw new TypeError("Cannot link over stdio: there are no pipes");
    const greeted = this.#greeted(framedStream(childStream({ stdin, stdout }, () => void child.stop())));
    return await this.#untilHello(greeted);
  }

  async #dial({ url, token }: LinkServer): Promise<AppLink> {
    const { launch, heartbeatMs } = this.#options;
    const options = {
      ...(token === undefined ? {} : { token }),
      ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    };
    const dialled = async (signal: AbortSignal) => await dialWebSocket(url, { ...options, signal });
    if (launch === undefined) return await this.#greeted(await dialled(this.#host.signal))(this.#host.signal);
    this.#start(await launch({ host: this.#host, rendezvous: undefined }));
    const timeoutMs = this.#options.startTimeoutMs ?? START_TIMEOUT_MS;
    const stream = await this.#launched?.untilListening(timeoutMs, async (signal) => {
      const stream = await dialled(signal);
      return { stream, [Symbol.asyncDispose]: () => Promise.resolve(stream.close()) };
    });
    if (stream === undefined) throw new TypeError("Cannot dial: nothing was started");
    return await this.#untilHello(this.#greeted(stream.stream));
  }

  /** Waits for the `hello` on a stream that is there already, and says why there is none. */
  #greeted(stream: MessageStream): (signal: AbortSignal) => Promise<AppLink> {
    const reception = this.held.use(new LinkReception(this.#host, this.#linkEvents, undefined));
    const connection = reception.welcome(stream);
    const broken = connection?.closed.then(async (reason) => {
      // a program that closes its pipe has mostly ended, and says why
      const why = reason.code === "APP_NOT_CONNECTED" ? await this.#launched?.explain(reason) ?? reason : reason;
      throw PatchbayError.of("APP_START_FAILED", `${this.#options.title} cannot be linked: ${why.message}`);
    });
    // it is heard while `hello` is awaited, and means nothing afterwards
    broken?.catch(() => {});
    return (signal) => Promise.race([reception.accept(signal), ...broken === undefined ? [] : [broken]]);
  }

  #start(options: ChildOptions): Child {
    this.#launched = this.held.use(new LaunchedApplication(this.#options.title, this.#host));
    return this.#launched.start(options);
  }

  #untilHello(accept: (signal: AbortSignal) => Promise<AppLink>): Promise<AppLink> {
    const timeoutMs = this.#options.startTimeoutMs ?? START_TIMEOUT_MS;
    return this.#launched?.untilReady(timeoutMs, accept) ?? accept(this.#host.signal);
  }

  get #linkEvents(): LinkEvents {
    return {
      onNotification: (notification) => {
        report(this.#progress, notification);
        this.#events.onNotification(notification.method, notification.params);
      },
      onRefused: (error) => {
        logger(["bridge", this.#host.app]).warn("{error}", { error: error.message });
        this.#host.waiting(error.message);
      },
    };
  }
}

type ProgressByCommand = Map<string, (progress: AdapterProgress) => void>;

function report(progress: ProgressByCommand, { method, params }: LinkNotification): void {
  if (method !== "$/progress") return;
  const { fraction, message, data } = params.value;
  progress.get(String(params.token))?.({
    ...(typeof fraction === "number" ? { fraction } : {}),
    ...(typeof message === "string" ? { message } : {}),
    ...(data === undefined ? {} : { data }),
  });
}

class AppLinkTransport implements Transport {
  readonly peer: Peer;
  readonly closed: Promise<PatchbayError>;
  readonly #connection: AppLink["connection"];
  readonly #progress: ProgressByCommand;
  readonly #held: AsyncDisposableStack;
  readonly #launched: LaunchedApplication | undefined;

  constructor(
    { connection, hello }: AppLink,
    title: string,
    progress: ProgressByCommand,
    held: AsyncDisposableStack,
    launched: LaunchedApplication | undefined,
  ) {
    this.#connection = connection;
    this.#progress = progress;
    this.#held = held;
    this.#launched = launched;
    this.peer = {
      appVersion: hello.appVersion,
      protocol: String(hello.protocol),
      capabilities: { ...hello.capabilities, background: hello.background },
    };
    this.closed = connection.closed.then(async (reason) => await launched?.explain(reason) ?? crashed(title, reason));
  }

  async request(method: string, params: unknown, { signal, id, progress }: RequestOptions): Promise<unknown> {
    if (id !== undefined && progress !== undefined) this.#progress.set(id, progress);
    try {
      return await this.#connection.request(method, named(params), signal);
    } catch (error) {
      // the reason for the broken link says more than that it broke
      throw this.#connection.reason === undefined ? error : await this.closed;
    } finally {
      if (id !== undefined) this.#progress.delete(id);
    }
  }

  notify(method: string, params: unknown): void {
    this.#connection.notify(method, named(params));
  }

  ping(): Promise<unknown> {
    return this.#connection.request("ping", {});
  }

  fail(reason: PatchbayError): void {
    this.#connection.close(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#launched !== undefined && this.#connection.reason === undefined) {
      this.#connection.notify("shutdown", {});
      await this.#launched.ended(SHUTDOWN_MS);
    }
    await this.#held.disposeAsync();
    await this.closed;
  }
}

function crashed(title: string, reason: PatchbayError): PatchbayError {
  if (reason.code === "APP_UNRESPONSIVE") return reason;
  return PatchbayError.of("APP_CRASHED", `${title} went away: ${reason.message}`, { cause: reason });
}

const named = (params: unknown): object => typeof params === "object" && params !== null ? params : {};
