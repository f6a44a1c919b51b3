/** An {@linkcode Adapter} for every application whose inside speaks the App link. */
import { type AppManifest, PatchbayError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { Adapter, AdapterCall, AdapterHost, AdapterProgress, OpenedApplication, UndoGroup } from "../adapter.ts";
import { unlessAborted } from "../application.ts";
import { type Child, type ChildOptions, startChild } from "../supervision/child.ts";
import { describeExit } from "../supervision/supervise.ts";
import { childStream } from "./byte_stream.ts";
import type { JsonRpcConnection } from "./json_rpc.ts";
import { GroupEnded, type LinkNotification } from "./link_messages.ts";
import { type AppLink, type LinkEvents, type LinkIdentity, LinkReception, listenForApplication } from "./listener.ts";
import { framedStream } from "./message_stream.ts";
import { Pulse } from "./pulse.ts";
import { defaultLinksDir } from "./rendezvous.ts";
import { defaultTransport, type DialTransport } from "./transports.ts";

/** How the inside of an application reaches its bridge. */
export type LinkTransport = DialTransport | "stdio";

/** What a launcher needs to know to start an application that dials this bridge. */
export interface LaunchContext {
  host: AdapterHost;
  /** The rendezvous file that the application reads; absent for stdio. */
  rendezvous: string | undefined;
}

/** The program that a launcher wants started. */
export type Launch = Pick<ChildOptions, "command" | "args" | "env" | "cwd">;

export interface AppLinkAdapterOptions {
  manifest: AppManifest;
  /** Starts the application. Without it the bridge waits for the artist's own. */
  launch?: (context: LaunchContext) => Launch | Promise<Launch>;
  /** @default `unix`, and `pipe` on Windows; `stdio` needs `launch` */
  transport?: LinkTransport;
  /** Where rendezvous files lie. @default `$PATCHBAY_LINKS`, or `~/.patchbay/links` */
  linksDir?: string;
  /** How long a started application may take until its `hello`, in milliseconds. @default 60_000 */
  startTimeoutMs?: number;
  /** The application's main thread may be silent for so long, a command's own time aside, in milliseconds. @default 15_000 */
  silenceMs?: number;
}

const START_TIMEOUT_MS = 60_000;
const SILENCE_MS = 15_000;
/** How long an application that is asked to end may take before its process is signalled, in milliseconds. */
const SHUTDOWN_MS = 3_000;
/** How long after its link a process may end, so that its end is the reason, in milliseconds. */
const LAST_WORDS_MS = 1_000;

/**
 * Makes adapters for {@linkcode startBridge}.
 *
 * @example
 * ```ts
 * import { appLinkAdapter } from "@patchbay/bridge-kit";
 * import type { AppManifest } from "@patchbay/contracts";
 *
 * const paintAdapter = (paint: AppManifest) =>
 *   appLinkAdapter({
 *     manifest: paint,
 *     launch: ({ host }) => ({ command: "paint", args: ["--no-window"], cwd: host.workDir }),
 *   });
 * ```
 * @throws {PatchbayError} from `open`: `APP_NOT_FOUND`, `APP_START_FAILED`, `INVALID_CONFIGURATION`
 */
export function appLinkAdapter(options: AppLinkAdapterOptions): (host: AdapterHost) => Adapter {
  return (host) => new AppLinkAdapter(options, host);
}

class AppLinkAdapter implements Adapter {
  /** Only where the application says that it can. */
  group: Adapter["group"];
  readonly #options: AppLinkAdapterOptions;
  readonly #host: AdapterHost;
  readonly #held = new AsyncDisposableStack();
  readonly #progress = new Map<string, (progress: AdapterProgress) => void>();
  #child: Child | undefined;
  #connection: JsonRpcConnection | undefined;
  #pulse: Pulse | undefined;
  /** Why the application is gone, once its link is. */
  #gone: Promise<PatchbayError> | undefined;

  constructor(options: AppLinkAdapterOptions, host: AdapterHost) {
    this.#options = options;
    this.#host = host;
  }

  async open(): Promise<OpenedApplication> {
    const { connection, hello } = await this.#reach();
    this.#connection = connection;
    this.#gone = connection.closed.then((reason) => this.#explain(reason));
    this.#gone.then((error) => this.#host.lost(error));
    const silenceMs = this.#options.silenceMs ?? SILENCE_MS;
    this.#pulse = this.#held.use(
      new Pulse({
        silenceMs,
        ping: () => connection.request("ping", {}),
        onSilent: () => connection.close(this.#silent(silenceMs)),
      }),
    );
    if (hello.capabilities["groups"] === true) this.group = (label, signal) => this.#group(label, signal);
    return { appVersion: hello.appVersion, capabilities: { ...hello.capabilities, background: hello.background } };
  }

  async execute({ command, args, id, signal, progress, deadline }: AdapterCall): Promise<unknown> {
    this.#progress.set(id, progress);
    using _busy = this.#pulse?.busy(deadline);
    try {
      return await this.#ask("execute", { command, args, id }, signal);
    } finally {
      this.#progress.delete(id);
    }
  }

  async #group(label: string, signal: AbortSignal): Promise<UndoGroup> {
    await this.#ask("group_begin", { label }, signal);
    return {
      close: async (outcome) => {
        const ended = GroupEnded.safeParse(await this.#ask("group_end", { outcome }, this.#host.signal));
        return outcome === "undo" && ended.success && ended.data.undone;
      },
    };
  }

  snapshot(signal: AbortSignal): Promise<unknown> {
    return this.#ask("snapshot", {}, signal);
  }

  async close(): Promise<void> {
    if (this.#child !== undefined && this.#connection !== undefined && this.#connection.reason === undefined) {
      this.#connection.notify("shutdown", {});
      await within(SHUTDOWN_MS, this.#child.exited);
    }
    await this.#held.disposeAsync();
    await this.#gone;
  }

  async #ask(method: string, params: object, signal: AbortSignal): Promise<unknown> {
    const connection = this.#connection;
    if (connection === undefined || connection.reason !== undefined) {
      throw this.#error("APP_NOT_CONNECTED", "is not connected");
    }
    try {
      return await connection.request(method, params, signal);
    } catch (error) {
      // the reason for the broken link says more than that it broke
      throw connection.reason === undefined ? error : await this.#gone;
    }
  }

  /** Starts or awaits the application. */
  async #reach(): Promise<AppLink> {
    const { launch, transport = defaultTransport, linksDir = defaultLinksDir() } = this.#options;
    const events: LinkEvents = {
      onNotification: (notification) => this.#heard(notification),
      onRefused: (error) => {
        this.#log.warn("{error}", { error: error.message });
        this.#host.waiting(error.message);
      },
    };
    if (transport === "stdio") return await this.#reachChild(events);
    const listener = this.#held.use(
      await listenForApplication(this.#identity, { ...events, transport, linksDir }),
    );
    if (launch === undefined) {
      this.#host.waiting(`waiting for ${this.#title}: start it, and enable its Patchbay add-on`);
      return await listener.accept(this.#host.signal);
    }
    const { rendezvous } = listener;
    const started = await launch({ host: this.#host, rendezvous });
    const child = this.#start({ ...started, env: { PATCHBAY_LINKS: linksDir, ...started.env } });
    return await this.#untilHello(child, (signal) => listener.accept(signal));
  }

  async #reachChild(events: LinkEvents): Promise<AppLink> {
    const { launch } = this.#options;
    if (launch === undefined) throw new TypeError("Cannot link over stdio: `launch` says what to start");
    const child = this.#start({ ...await launch({ host: this.#host, rendezvous: undefined }), pipes: true });
    const reception = this.#held.use(new LinkReception(this.#identity, events, undefined));
    const { stdin, stdout } = child;
    if (stdin === undefined || stdout === undefined) throw new TypeError("Cannot link over stdio: there are no pipes");
    const connection = reception.welcome(framedStream(childStream({ stdin, stdout }, () => void child.stop())));
    const broken = connection?.closed.then((reason) => {
      throw this.#error("APP_START_FAILED", `cannot be linked: ${reason.message}`);
    });
    return await this.#untilHello(
      child,
      (signal) => Promise.race([reception.accept(signal), ...broken ? [broken] : []]),
    );
  }

  #start(options: ChildOptions): Child {
    this.#host.waiting(`starting ${this.#title}`);
    const onLine = (line: string) => this.#log.debug("{line}", { line });
    return this.#child = this.#held.use(startChild({ ...options, onLine }));
  }

  /** @throws {PatchbayError} `APP_START_FAILED` where it ends, or says nothing in time */
  async #untilHello(child: Child, accept: (signal: AbortSignal) => Promise<AppLink>): Promise<AppLink> {
    const timeoutMs = this.#options.startTimeoutMs ?? START_TIMEOUT_MS;
    const failed = new AbortController();
    const fail = (why: string) => failed.abort(this.#error("APP_START_FAILED", why, child));
    const timer = setTimeout(() => fail(`did not link itself within ${timeoutMs} ms`), timeoutMs);
    child.exited.then((exit) => fail(`ended before it was linked, ${describeExit(exit)}`));
    try {
      return await accept(AbortSignal.any([failed.signal, this.#host.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Why the link is gone, as far as it can be known: a child that ended says how. */
  async #explain(reason: PatchbayError): Promise<PatchbayError> {
    if (reason.code === "APP_UNRESPONSIVE") return reason;
    const exit = await within(LAST_WORDS_MS, this.#child?.exited);
    if (exit === undefined) return this.#error("APP_CRASHED", `went away: ${reason.message}`, undefined, reason);
    return this.#error("APP_CRASHED", `ended ${describeExit(exit)}`, this.#child, reason);
  }

  #heard({ method, params }: LinkNotification): void {
    if (method !== "log") this.#pulse?.beat();
    switch (method) {
      case "event":
        return this.#host.event(params.event, params.data, params.at);
      case "state_changed":
        return this.#host.state(params.cause);
      case "channel":
        return this.#host.channel(params.channel, params.value, params.at);
      case "log":
        return this.#log[params.level]("{message}", { message: params.message });
      case "heartbeat":
        return;
      case "$/progress": {
        const { fraction, message, data } = params.value;
        return this.#progress.get(String(params.token))?.({
          ...(typeof fraction === "number" ? { fraction } : {}),
          ...(typeof message === "string" ? { message } : {}),
          ...(data === undefined ? {} : { data }),
        });
      }
    }
  }

  get #title(): string {
    return this.#options.manifest.title;
  }

  get #identity(): LinkIdentity {
    const { app, bridge, bridgeVersion, allowCode, workDir } = this.#host;
    return { app, bridge, bridgeVersion, allowCode, workDir };
  }

  get #log() {
    return logger(["bridge", this.#host.app]);
  }

  #silent(silenceMs: number): PatchbayError {
    const more = this.#child === undefined ? "" : "; it is started again";
    return this.#error("APP_UNRESPONSIVE", `has been silent for more than ${silenceMs} ms${more}`);
  }

  #error(code: PatchbayError["code"], what: string, child?: Child, cause?: unknown): PatchbayError {
    const context = child === undefined ? {} : { lastLines: child.lastLines };
    return PatchbayError.of(code, `${this.#title} ${what}`, { cause, context });
  }
}

/** What the promise gives, or `undefined` after this time. */
async function within<T>(ms: number, promise: Promise<T> | undefined): Promise<T | undefined> {
  if (promise === undefined) return undefined;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ms);
  const result = await unlessAborted(promise, late.signal).catch((error) => {
    if (!late.signal.aborted) throw error;
    return undefined;
  });
  clearTimeout(timer);
  return result;
}
