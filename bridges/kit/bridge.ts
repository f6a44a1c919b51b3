/** A bridge: the agent next to one running application. Here its parts are put together, and taken apart in order. */
import { hostname } from "node:os";
import {
  type AppManifest,
  type BridgeId,
  type BridgeStatus,
  Cancel,
  envelope,
  manifestDocument,
  type MessageType,
  newId,
  PatchbayError,
  type Presence,
  Progress,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import {
  type Bus,
  getAsset,
  publish,
  putAsset,
  type RunningService,
  send,
  startService,
  subscribe,
} from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import type { Adapter, AdapterHost } from "./adapter.ts";
import { Application, type ApplicationOptions } from "./application.ts";
import { CommandQueue } from "./command_queue.ts";
import { CommandRunner } from "./command_runner.ts";
import config from "./deno.json" with { type: "json" };
import { bridgeEndpoints } from "./endpoints.ts";
import { fitValue } from "./large_values.ts";
import { Outbox } from "./outbox.ts";
import { PresenceKeeper } from "./presence_keeper.ts";
import { ProgressPace } from "./progress_pace.ts";
import { Signals } from "./signals.ts";
import { StateReporter } from "./state/reporter.ts";
import type { Backoff } from "./supervision/backoff.ts";

export interface BridgeOptions<S = unknown> {
  bus: Bus;
  manifest: AppManifest;
  /** The application; a function makes a new one for each attempt to open it. */
  adapter: Adapter<S> | ((host: AdapterHost) => Adapter<S>);
  /** `ws-07` */
  bridge: BridgeId;
  /** Whether a simulator stands in for the application. */
  simulated: boolean;
  /** Whether commands with the effect `open` may run. */
  allowCode: boolean;
  /** A folder of this bridge alone; made, mode 0700, where it is missing. */
  workDir: string;
  /** Drains the bridge when it fires. */
  signal?: AbortSignal;
  /** What the presence shows. @default this machine's name */
  host?: string;
  /** @default the kit's version */
  bridgeVersion?: string;
  /** So many commands may wait; more are answered `APP_BUSY`. @default 256 */
  queueLimit?: number;
  /** How long a drain waits for what was accepted before it cancels the rest, in milliseconds. @default 30_000 */
  drainTimeoutMs?: number;
  /** Between attempts to open the application. @default from 250 ms to 30 s */
  backoff?: Backoff;
  /** After its deadline or its cancellation, a command may block the application for so long, in milliseconds. @default 60_000 */
  stuckMs?: number;
}

export interface Bridge extends AsyncDisposable {
  readonly status: BridgeStatus;
  /** Why it is in this state. */
  readonly reason: string;
  readonly presence: Presence;
  /** Resolves once the application takes commands. @throws {PatchbayError} `APP_NOT_CONNECTED` with why, where the signal fires or the bridge stops first */
  ready(signal?: AbortSignal): Promise<void>;
  /** Takes nothing new and finishes what it accepted; then the application is let go and the presence deleted. */
  drain(): Promise<void>;
  /** Resolves once it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Why it ended by itself: `BRIDGE_FENCED`, where another process has taken over its id. */
  readonly failure: PatchbayError | undefined;
}

const QUEUE_LIMIT = 256;
const DRAIN_TIMEOUT_MS = 30_000;
/** How long the last results may take into the streams when a bridge ends, in milliseconds. */
const FLUSH_TIMEOUT_MS = 5_000;
const log = logger("bridge");

/**
 * Starts a bridge: it is present on the bus when this resolves, whether or not the application is there. While the bus is
 * away, it waits for it.
 *
 * @example
 * ```ts
 * import { type Adapter, startBridge } from "@patchbay/bridge-kit";
 * import type { Bus } from "@patchbay/bus";
 * import type { AppManifest } from "@patchbay/contracts";
 *
 * async function serve(bus: Bus, manifest: AppManifest, adapter: Adapter): Promise<void> {
 *   const workDir = await Deno.makeTempDir();
 *   await using bridge = await startBridge({ bus, manifest, adapter, bridge: "ws-01", simulated: false, allowCode: false, workDir });
 *   await bridge.ended;
 * }
 * ```
 */
export async function startBridge<S>(options: BridgeOptions<S>): Promise<Bridge> {
  options.signal?.throwIfAborted();
  await Deno.mkdir(options.workDir, { recursive: true, mode: 0o700 });
  const bridge = new RunningBridge(options);
  try {
    await bridge.start();
  } catch (error) {
    await bridge.drain();
    throw error;
  }
  return bridge;
}

class RunningBridge<S> implements Bridge {
  readonly ended: Promise<void>;
  readonly #options: BridgeOptions<S>;
  readonly #source: string;
  readonly #instance = newId();
  readonly #startedAt = Date.now();
  readonly #ending = new AbortController();
  readonly #queue: CommandQueue;
  readonly #outbox: Outbox;
  readonly #signals: Signals;
  readonly #presence: PresenceKeeper;
  readonly #application: Application<S>;
  readonly #state: StateReporter;
  readonly #runner: CommandRunner<S>;
  readonly #background: Promise<void>[];
  readonly #onEnded: () => void;
  #service: RunningService | undefined;
  #draining: Promise<void> | undefined;
  failure: PatchbayError | undefined;

  constructor(options: BridgeOptions<S>) {
    const { bus, manifest, bridge } = options;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#onEnded = resolve;
    this.#options = options;
    this.#source = `${manifest.app}.${bridge}`;
    const changed = () => this.#presence?.changed();
    this.#queue = new CommandQueue({ limit: options.queueLimit ?? QUEUE_LIMIT, onChange: changed });
    this.#outbox = new Outbox(bus, this.#ending.signal);
    this.#signals = new Signals({ bus, manifest, bridge, source: this.#source, outbox: this.#outbox });
    this.#state = this.#reporter();
    this.#application = new Application({
      adapter: options.adapter,
      title: manifest.title,
      host: (session) => this.#host(session),
      onChange: changed,
      onConnected: () => this.#state.connected(),
      ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
    });
    this.#runner = this.#commandRunner();
    this.#presence = new PresenceKeeper({
      bus,
      presence: () => this.presence,
      manifest: manifestDocument(manifest),
      onFenced: (error) => this.#fenced(error),
    });
    this.#background = [this.#state.run(this.#ending.signal), this.#listenForCancels()];
  }

  get status(): BridgeStatus {
    if (this.#draining !== undefined) return "draining";
    const { status } = this.#application;
    return status === "idle" && this.#queue.executing ? "executing" : status;
  }

  get reason(): string {
    if (this.#draining !== undefined) return "finishes what it accepted, and takes nothing new";
    return this.#application.reason;
  }

  get presence(): Presence {
    const { manifest, bridge, simulated, allowCode } = this.#options;
    const appVersion = this.#application.session?.appVersion;
    return {
      app: manifest.app,
      bridge,
      instance: this.#instance,
      status: this.status,
      reason: this.reason.slice(0, 500),
      title: manifest.title,
      host: this.#options.host ?? hostname(),
      pid: Deno.pid,
      startedAt: this.#startedAt,
      bridgeVersion: this.#bridgeVersion,
      ...(appVersion === undefined ? {} : { appVersion }),
      simulated,
      allowCode,
      queued: this.#queue.waiting,
    };
  }

  get #bridgeVersion(): string {
    return this.#options.bridgeVersion ?? config.version;
  }

  async start(): Promise<void> {
    const { bus, manifest, bridge, signal } = this.#options;
    signal?.throwIfAborted();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#service = await startService(bus, {
      name: `bridge-${manifest.app}`,
      version: manifest.version,
      description: `${manifest.title} on ${this.presence.host}`,
      metadata: { app: manifest.app, bridge, instance: this.#instance },
      source: this.#source,
      // our own timer cancels what is left; this one only has to come after it
      graceMs: this.#drainTimeoutMs + FLUSH_TIMEOUT_MS,
      endpoints: bridgeEndpoints({
        manifest,
        bridge,
        run: (name, command, deadline) => this.#runner.run(name, command, deadline),
        snapshot: () => this.#state.snapshot(),
      }),
    });
    if (this.#draining !== undefined) await this.#service[Symbol.asyncDispose]();
    await this.#presence.present;
    signal?.throwIfAborted();
    log.info("{source} is here", { source: this.#source });
  }

  async ready(signal?: AbortSignal): Promise<void> {
    if (signal === undefined) return await this.#application.ready;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () =>
      reject(PatchbayError.of("APP_NOT_CONNECTED", `${this.#options.manifest.title} is not ready: ${this.reason}`));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    await Promise.race([this.#application.ready, aborted]).finally(() => signal.removeEventListener("abort", abort));
  }

  drain(): Promise<void> {
    return this.#draining ??= Promise.resolve().then(() => this.#drain());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  get #drainTimeoutMs(): number {
    return this.#options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS;
  }

  #onAbort = () => void this.drain();

  #fenced(error: PatchbayError): void {
    log.error("{source} ends: {error}", { source: this.#source, error: error.message });
    this.failure = error;
    void this.drain();
  }

  async #drain(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#presence.changed();
    const impatient = setTimeout(() => this.#runner.cancelAll("the bridge stops"), this.#drainTimeoutMs);
    await this.#service?.[Symbol.asyncDispose]();
    clearTimeout(impatient);
    await this.#application[Symbol.asyncDispose]();
    this.#signals[Symbol.dispose]();
    const late = setTimeout(() => this.#ending.abort(), FLUSH_TIMEOUT_MS);
    await this.#outbox.flushed();
    clearTimeout(late);
    this.#ending.abort();
    await Promise.all(this.#background);
    await this.#presence[Symbol.asyncDispose]();
    log.info("{source} has left", { source: this.#source });
    this.#onEnded();
  }

  #commandRunner(): CommandRunner<S> {
    const { bus, manifest, bridge, allowCode, stuckMs } = this.#options;
    const paces = new ProgressPace();
    return new CommandRunner({
      manifest,
      bridge,
      allowCode,
      application: this.#application,
      queue: this.#queue,
      onChanged: () => this.#state.changed("command"),
      fit: (value, { payload }) => fitValue(value, payload.command, (meta, content) => putAsset(bus, meta, content)),
      progress: (made, { id, metadata: { correlationId } }) => {
        const payload = Progress.safeParse(made);
        if (!payload.success || !paces.mayPass(id, payload.data)) return;
        const message = { ...this.#message("progress", payload.data), correlationId, causationId: id };
        send(bus, subjects.progress(correlationId), envelope(message));
      },
      onResult: (result, { id, metadata: { source: target, correlationId } }) => {
        const message = { ...this.#message("result", result), target, correlationId, causationId: id };
        this.#outbox.add(subjects.result(manifest.app, bridge, result.command), envelope(message));
      },
      ...(stuckMs === undefined ? {} : { stuckMs }),
    });
  }

  #reporter(): StateReporter {
    const { manifest, bridge } = this.#options;
    return new StateReporter({
      app: manifest.app,
      bridge,
      instance: this.#instance,
      schema: manifest.state,
      take: () => {
        const { adapter, lost } = this.#application.connected();
        return this.#queue.enqueue(() => adapter.snapshot(lost), { priority: "high", signal: lost, internal: true });
      },
      publish: async (update) => {
        const message = envelope(this.#message("state_update", update));
        const { signal } = this.#ending;
        while (!await this.#published(subjects.state(manifest.app, bridge), message, signal)) signal.throwIfAborted();
      },
    });
  }

  /** Whether it is stored; `false` while the bus is away. */
  async #published(subject: string, message: Parameters<typeof publish>[2], signal: AbortSignal): Promise<boolean> {
    try {
      await publish(this.#options.bus, subject, message, { signal });
      return true;
    } catch (error) {
      if (error instanceof PatchbayError && error.code === "BUS_UNAVAILABLE" && !this.#options.bus.nc.isClosed()) {
        return false;
      }
      throw error;
    }
  }

  #host(session: Parameters<ApplicationOptions<S>["host"]>[0]): AdapterHost {
    const { bus, manifest, bridge, allowCode, workDir } = this.#options;
    const { signal } = session;
    return {
      ...session,
      app: manifest.app,
      bridge,
      bridgeVersion: this.#bridgeVersion,
      allowCode,
      workDir,
      state: (cause) => this.#state.changed(cause),
      event: (name, data, at = Date.now()) => this.#signals.event(name, data, at),
      channel: (name, value, at = Date.now()) => this.#signals.channel(name, value, at),
      putAsset: (meta, content) => putAsset(bus, meta, content, { signal }),
      getAsset: (id) => getAsset(bus, id, { signal }),
    };
  }

  async #listenForCancels(): Promise<void> {
    const cancels = subscribe(this.#options.bus, subjects.cancel(WILDCARD), {
      payload: Cancel,
      signal: this.#ending.signal,
    });
    for await (const { message: { payload } } of cancels) this.#runner.cancel(payload.commandId, payload.reason);
  }

  #message<P>(type: MessageType, payload: P) {
    return { type, payload, source: this.#source };
  }
}
