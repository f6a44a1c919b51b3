/**
 * Bridges to applications that say themselves what they offer: an MCP server, a script. The manifest is known once the
 * application is there, and may change; then the bridge is started again inside its process, on the same connection.
 */
import {
  type AppManifest,
  type AppName,
  type BridgeStatus,
  ManifestDocument,
  manifestOf,
  PatchbayError,
  type Presence,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { Adapter, AdapterHost } from "../adapter.ts";
import { startBridge } from "../bridge.ts";
import type { Bridge, BridgeOptions } from "../bridge_options.ts";
import type { Fence } from "../fence.ts";
import { pause } from "../supervision/backoff.ts";
import type { OpenTransport, Transport, TransportEvents } from "../transports/transport.ts";
import { HeldConnection } from "./held_connection.ts";
import { keepDocument, keptDocument } from "./kept_document.ts";

export interface SelfDescribedOptions extends Omit<BridgeOptions, "manifest" | "adapter"> {
  app: AppName;
  title: string;
  /** Connects to the application. */
  open: OpenTransport;
  /** Asks it what it offers. @throws {PatchbayError} where it does not say: then it counts as not connected */
  describe(transport: Transport, signal: AbortSignal): Promise<ManifestDocument>;
  /** Makes adapters for what it offers. */
  adapter(described: Described): (host: AdapterHost) => Adapter;
  /** The least time between two questions what it offers now, in milliseconds. @default 1_000 */
  askIntervalMs?: number;
}

/** What an adapter is made for. */
export interface Described {
  readonly manifest: AppManifest;
  /** The connection, for `transportAdapter`. */
  readonly open: OpenTransport;
  /** The application offers something else now, or says so: it is asked. */
  changed(): void;
}

const log = logger("bridge");
const ASK_INTERVAL_MS = 1_000;
/** How long a change waits for a moment when nothing runs, in milliseconds. */
const IDLE_MS = 10_000;
/** An application that changes more often than so many times in this time, in milliseconds, has to wait. */
const MOST_RENEWALS = 6;
const RENEWALS_MS = 60_000;

/**
 * Present on the bus when this resolves, with what the application offered when it was here last.
 * @throws {PatchbayError} `BRIDGE_FENCED`, …: as {@linkcode startBridge}
 */
export async function startSelfDescribedBridge(options: SelfDescribedOptions): Promise<Bridge> {
  const { app, title, workDir, signal } = options;
  signal?.throwIfAborted();
  await Deno.mkdir(workDir, { recursive: true, mode: 0o700 });
  const kept = await keptDocument(workDir, app);
  const bare = { app, title, version: "0.0.0", state: {}, commands: {}, events: {}, channels: {} };
  const bridge = new SelfDescribedBridge(options);
  try {
    await bridge.start(kept ?? bare);
  } catch (error) {
    await bridge.drain();
    throw error;
  }
  return bridge;
}

class SelfDescribedBridge implements Bridge {
  readonly ended: Promise<void>;
  failure: PatchbayError | undefined;
  readonly #options: SelfDescribedOptions;
  readonly #connection: HeldConnection;
  readonly #stopping = new AbortController();
  readonly #onEnded: () => void;
  readonly #renewals: number[] = [];
  #text = "";
  #current: Bridge | undefined;
  /** Resolves once the bridge that it was is over, and the next one is there. */
  #renewing: Promise<void> | undefined;
  /** What the next one offers. */
  #wanted: ManifestDocument | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  #asking: Promise<void> | undefined;
  #askAgain = false;
  /** Fires when nothing runs any more. */
  #idle = new AbortController();

  constructor(options: SelfDescribedOptions) {
    this.#options = options;
    this.#connection = new HeldConnection(options.open);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#onEnded = resolve;
    const { signal } = options;
    const stop = () => void this.drain();
    signal?.addEventListener("abort", stop, { once: true });
    void this.ended.then(() => signal?.removeEventListener("abort", stop));
  }

  async start(document: ManifestDocument): Promise<void> {
    const { app: _app, title: _title, open: _open, describe: _describe, adapter, askIntervalMs: _ask, ...rest } =
      this.#options;
    const manifest = manifestOf(document);
    this.#text = textOf(document);
    const starting = startBridge({
      ...rest,
      signal: this.#stopping.signal,
      manifest,
      adapter: (host) =>
        adapter({ manifest, open: (host, events) => this.#open(host, events), changed: this.#ask })(host),
      onChange: (now) => {
        if (now.status !== "executing") this.#idle.abort();
        // what happens between two bridges of one process is nobody's business
        if (this.#renewing === undefined) rest.onChange?.(now);
      },
    });
    this.#starting = starting.catch(() => {});
    const current = this.#current = await starting;
    void current.ended.then(() => {
      if (this.#renewing === undefined) void this.#end(current.failure);
    });
  }

  get fence(): Fence {
    return this.#bridge.fence;
  }

  get status(): BridgeStatus {
    return this.#bridge.status;
  }

  get reason(): string {
    return this.#bridge.reason;
  }

  get presence(): Presence {
    return this.#bridge.presence;
  }

  async ready(signal?: AbortSignal): Promise<void> {
    for (;;) {
      const current = this.#bridge;
      try {
        return await current.ready(signal);
      } catch (error) {
        await this.#renewing;
        if (signal?.aborted === true || this.#current === current) throw this.failure ?? error;
      }
    }
  }

  async drain(): Promise<void> {
    this.#stopping.abort();
    await this.#renewing;
    await this.#current?.drain();
    await this.#end(undefined);
    await this.ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  get #bridge(): Bridge {
    if (this.#current === undefined) throw new TypeError("Cannot look at a bridge that was never started");
    return this.#current;
  }

  /** Connects, and stays connecting where the application offers something else than this bridge says. */
  async #open(host: AdapterHost, events: TransportEvents): Promise<Transport> {
    const transport = await this.#connection.lend(host, events);
    try {
      const document = await this.#options.describe(transport, host.signal);
      if (!this.#isNew(document) || !this.#mayRenew()) return transport;
      host.waiting(`${this.#options.title} has said what it offers`);
      this.#renew(document);
      await new Promise((resolve) => host.signal.addEventListener("abort", resolve, { once: true }));
      throw host.signal.reason;
    } catch (error) {
      await transport[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Asks once more what there is, but never twice at the same time. */
  #ask = (): void => {
    this.#askAgain = true;
    this.#asking ??= this.#askWhileNeeded().finally(() => this.#asking = undefined);
  };

  async #askWhileNeeded(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#askAgain && !signal.aborted && this.#renewing === undefined) {
      this.#askAgain = false;
      if (!this.#mayRenew()) {
        // what came meanwhile is seen then
        await pause(RENEWALS_MS / MOST_RENEWALS, signal);
        this.#askAgain = true;
        continue;
      }
      const document = await this.#connection.ask((transport) => this.#options.describe(transport, signal))
        .catch((error) => {
          log.warn("{title} does not say what it offers: {error}", { title: this.#options.title, error });
          return undefined;
        });
      if (document !== undefined && this.#isNew(document)) this.#renew(document);
      await pause(this.#options.askIntervalMs ?? ASK_INTERVAL_MS, signal);
    }
  }

  #isNew(document: ManifestDocument): boolean {
    return textOf(document) !== this.#text;
  }

  #mayRenew(): boolean {
    while ((this.#renewals[0] ?? Infinity) < performance.now() - RENEWALS_MS) this.#renewals.shift();
    return this.#renewals.length < MOST_RENEWALS;
  }

  #renew(document: ManifestDocument): void {
    if (this.#stopping.signal.aborted) return;
    this.#renewals.push(performance.now());
    this.#wanted = document;
    this.#renewing ??= this.#renewWhileNeeded().catch((error) => {
      if (this.#stopping.signal.aborted) return;
      void this.#end(
        error instanceof PatchbayError
          ? error
          : PatchbayError.of("INTERNAL", `Cannot offer what ${this.#options.title} offers`, { cause: error }),
      );
    }).finally(() => {
      this.#renewing = undefined;
      if (this.failure === undefined) this.#options.onChange?.({ status: this.status, reason: this.reason });
    });
  }

  async #renewWhileNeeded(): Promise<void> {
    const { title, workDir } = this.#options;
    const { signal } = this.#stopping;
    // the application may be connected before the bridge is there
    await this.#starting;
    for (let document = this.#wanted; document !== undefined; document = this.#wanted) {
      this.#wanted = undefined;
      log.info("{title} offers {count} commands", { title, count: Object.keys(document.commands).length });
      await keepDocument(workDir, document);
      await this.#untilIdle();
      if (signal.aborted) return;
      this.#connection.keeping = true;
      await this.#current?.drain();
      this.#connection.keeping = false;
      if (signal.aborted) return;
      await this.start(document);
    }
  }

  async #untilIdle(): Promise<void> {
    const until = performance.now() + IDLE_MS;
    const { signal } = this.#stopping;
    while (this.status === "executing" && performance.now() < until && !signal.aborted) {
      this.#idle = new AbortController();
      await pause(until - performance.now(), AbortSignal.any([signal, this.#idle.signal]));
    }
  }

  async #end(failure: PatchbayError | undefined): Promise<void> {
    this.#stopping.abort();
    this.failure ??= failure ?? this.#current?.failure;
    // what is asked of a connection that is closed ends
    await this.#connection[Symbol.asyncDispose]();
    await this.#asking;
    this.#onEnded();
  }
}

/** In the order that it has wherever it was read. */
const textOf = (document: ManifestDocument) => JSON.stringify(ManifestDocument.parse(document));
