/** A bridge: the agent next to one running application. Here its parts are started, and taken apart in order. */
import {
  type AppManifest,
  type BridgeStatus,
  type BridgeStatusEvent,
  JsonObject,
  type ManifestDocument,
  manifestDocument,
  PatchbayError,
  type Presence,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { Bridge, BridgeOptions } from "./bridge_options.ts";
import {
  assembleParts,
  type BridgePart,
  type BridgeParts,
  listenForCancels,
  servingEndpoints,
  servingParts,
} from "./bridge_parts.ts";
import { bridgeSelf } from "./bridge_self.ts";
import { type BridgeEndpoints, serveEndpoints } from "./endpoints.ts";
import { BridgeLease, type Fence } from "./fence.ts";
import { PresenceKeeper } from "./presence_keeper.ts";
import { Status } from "./status.ts";

const DRAIN_TIMEOUT_MS = 30_000;
/** How long the last results may take into the streams when a bridge ends, in milliseconds. */
const FLUSH_TIMEOUT_MS = 5_000;
const log = logger("bridge");

/**
 * Starts a bridge: it is present on the bus when this resolves, whether or not the application is there. While the bus is
 * away, it waits for it; where a process with this id has died, for up to six seconds.
 * @throws {PatchbayError} `BRIDGE_FENCED`, with who has it, where another process lives under this id
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
  readonly #ending = new AbortController();
  readonly #parts: BridgeParts<S>;
  readonly #serving: BridgePart[];
  readonly #lease: BridgeLease;
  readonly #status: Status<S>;
  readonly #presence: PresenceKeeper;
  readonly #listening = new DisposableStack();
  readonly #reporting: Promise<void>;
  readonly #onEnded: () => void;
  #endpoints: BridgeEndpoints | undefined;
  #draining: Promise<void> | undefined;
  /** Whether it served before, and cannot now. */
  #away = false;
  #begun = false;
  failure: PatchbayError | undefined;

  constructor(options: BridgeOptions<S>) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#onEnded = resolve;
    this.#options = options;
    const { signal: ended } = this.#ending;
    const self = bridgeSelf(options);
    const { bus, manifest } = options;
    const changed = () => this.#changed();
    this.#lease = new BridgeLease({ bus, self, onChange: changed, onFenced: (error) => this.#fenced(error) });
    this.#parts = assembleParts(options, { self, fence: this.#lease, ended, changed });
    const { application, queue, state } = this.#parts;
    const onTransition = (transition: BridgeStatusEvent) => this.#transition(transition);
    this.#status = new Status({ bus, application, queue, lease: this.#lease, onTransition });
    this.#serving = servingParts(this.#parts);
    const presence = () => this.presence;
    this.#presence = new PresenceKeeper({ bus, fence: this.#lease, presence, manifest: documentOf(manifest) });
    this.#reporting = state.run(ended);
    this.#listening.use(listenForCancels(this.#parts, this.#serving));
    this.#listening.use(bus.onStatus(({ reason }) => {
      this.#status.busReason = reason;
      this.#changed();
    }));
  }

  get fence(): Fence {
    return this.#lease;
  }

  get status(): BridgeStatus {
    return this.#status.status;
  }

  get reason(): string {
    return this.#status.reason;
  }

  get presence(): Presence {
    const { self, application, queue } = this.#parts;
    const { manifest, bridge, simulated, allowCode } = this.#options;
    const { appVersion, id: session } = application.session ?? {};
    return {
      app: manifest.app,
      bridge,
      instance: self.instance,
      status: this.status,
      reason: this.reason,
      title: manifest.title,
      host: self.host,
      pid: Deno.pid,
      startedAt: self.startedAt,
      bridgeVersion: self.version,
      ...(appVersion === undefined || appVersion === "unknown" ? {} : { appVersion }),
      ...(session === undefined ? {} : { session }),
      simulated,
      allowCode,
      queued: this.#serving.reduce((sum, { waiting = 0 }) => sum + waiting, queue.waiting),
    };
  }

  async start(): Promise<void> {
    const { bus, signal } = this.#options;
    const { self, runner, state, spool, application } = this.#parts;
    signal?.throwIfAborted();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
    await this.#lease.take().catch((error) => {
      if (error instanceof PatchbayError && error.code === "BRIDGE_FENCED") this.failure = error;
      throw error;
    });
    spool.open();
    this.#status.begin();
    application.begin();
    this.#endpoints = await serveEndpoints({
      bus,
      self,
      // our own timer cancels what is left; this one only has to come after it
      graceMs: this.#drainTimeoutMs + FLUSH_TIMEOUT_MS,
      run: (name, command, deadline) => runner.run(name, command, deadline),
      snapshot: () => state.snapshot(),
      more: servingEndpoints(this.#parts),
    });
    this.#changed();
    if (this.#draining !== undefined) await this.#endpoints[Symbol.asyncDispose]();
    await this.#presence.begin();
    signal?.throwIfAborted();
    for (const part of this.#serving) await part.start(this.#ending.signal);
    this.#begun = true;
    log.info("{source} is here", { source: self.source });
  }

  async ready(signal?: AbortSignal): Promise<void> {
    const { application } = this.#parts;
    if (signal === undefined) return await application.ready;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () =>
      reject(PatchbayError.of("APP_NOT_CONNECTED", `${this.#options.manifest.title} is not ready: ${this.reason}`));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    await Promise.race([application.ready, aborted]).finally(() => signal.removeEventListener("abort", abort));
  }

  drain(): Promise<void> {
    this.#status.drain();
    return this.#draining ??= Promise.resolve().then(() => this.#drain());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  get #drainTimeoutMs(): number {
    return this.#options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS;
  }

  #onAbort = () => void this.drain();

  /** What depends on the status looks at it again. Parts may say so before all of them are there. */
  #changed(): void {
    if (this.#status === undefined) return;
    const { status, reason } = this.#status.update();
    const { serves, takesAny } = this.#status;
    const { own, any } = this.#endpoints ?? {};
    if (serves) own?.join();
    // while the bus is away the lease may be ours still: nothing can come then
    else if (!this.#lease.valid()) own?.leave();
    if (takesAny) any?.join();
    else any?.leave();
    if (serves && this.#away) this.#returned();
    this.#away = !serves && this.#endpoints !== undefined;
    this.#presence?.changed();
    for (const part of this.#serving ?? []) part.changed?.();
    this.#options.onChange?.({ status, reason });
  }

  /** The bus, or the lease, is there again. */
  #returned(): void {
    void this.#presence.announce();
    this.#parts.state.connected();
    if (this.#begun) { for (const part of this.#serving) part.returned?.(); }
  }

  #transition(transition: BridgeStatusEvent): void {
    log.info("{source} is {to}: {reason}", { source: this.#parts.self.source, ...transition });
    this.#parts.signals.ownEvent("bridge_status", JsonObject.parse(transition));
  }

  #fenced(error: PatchbayError): void {
    log.error("{source} ends: {error}", { source: this.#parts.self.source, error: error.message });
    this.failure = error;
    this.#parts.troubles.failure(error);
    this.#status.drain({ reason: error.message, code: error.code });
    void this.drain();
  }

  async #drain(): Promise<void> {
    const { self, runner, batches, application, signals, spool } = this.#parts;
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#changed();
    const impatient = setTimeout(() => {
      for (const running of [runner, batches]) running.cancelAll("the bridge stops");
    }, this.#drainTimeoutMs);
    await Promise.all([this.#endpoints?.[Symbol.asyncDispose](), ...this.#serving.map((part) => part.drain())]);
    clearTimeout(impatient);
    await application[Symbol.asyncDispose]();
    signals[Symbol.dispose]();
    const late = setTimeout(() => this.#ending.abort(), FLUSH_TIMEOUT_MS);
    await spool.flushed();
    clearTimeout(late);
    this.#ending.abort();
    this.#listening[Symbol.dispose]();
    await this.#reporting;
    await spool[Symbol.asyncDispose]();
    await this.#presence[Symbol.asyncDispose]();
    await this.#lease[Symbol.asyncDispose]();
    log.info("{source} has left", { source: self.source });
    this.#onEnded();
  }
}

/** The same for all bridges of one application in this process: it is large. */
function documentOf(manifest: AppManifest): ManifestDocument {
  const document = documents.get(manifest) ?? manifestDocument(manifest);
  documents.set(manifest, document);
  return document;
}

const documents = new WeakMap<AppManifest, ManifestDocument>();
