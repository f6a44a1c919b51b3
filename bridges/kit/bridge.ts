/** A bridge: the agent next to one running application. Here its parts are started, and taken apart in order. */
import { type BridgeStatus, manifestDocument, PatchbayError, type Presence } from "@patchbay/contracts";
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
import type { Fence } from "./fence.ts";
import { PresenceKeeper } from "./presence_keeper.ts";

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
  readonly #ending = new AbortController();
  readonly #parts: BridgeParts<S>;
  readonly #serving: BridgePart[];
  readonly #presence: PresenceKeeper;
  readonly #background: Promise<void>[];
  readonly #onEnded: () => void;
  #endpoints: BridgeEndpoints | undefined;
  #draining: Promise<void> | undefined;
  failure: PatchbayError | undefined;

  constructor(options: BridgeOptions<S>) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#onEnded = resolve;
    this.#options = options;
    const { signal: ended } = this.#ending;
    const self = bridgeSelf(options);
    this.#parts = assembleParts(options, { self, fence: this.fence, ended, changed: () => this.#changed() });
    this.#serving = servingParts(this.#parts);
    this.#presence = new PresenceKeeper({
      bus: options.bus,
      presence: () => this.presence,
      manifest: manifestDocument(options.manifest),
      onFenced: (error) => this.#fenced(error),
    });
    this.#background = [this.#parts.state.run(ended), listenForCancels(this.#parts, this.#serving)];
  }

  readonly fence: Fence = { valid: () => true, revision: 0 };

  get status(): BridgeStatus {
    if (this.#draining !== undefined) return "draining";
    const { application, queue } = this.#parts;
    return application.status === "idle" && queue.executing ? "executing" : application.status;
  }

  get reason(): string {
    if (this.#draining !== undefined) return "finishes what it accepted, and takes nothing new";
    return this.#parts.application.reason;
  }

  get presence(): Presence {
    const { self, application, queue } = this.#parts;
    const { manifest, bridge, simulated, allowCode } = this.#options;
    const appVersion = application.session?.appVersion;
    return {
      app: manifest.app,
      bridge,
      instance: self.instance,
      status: this.status,
      reason: this.reason.slice(0, 500),
      title: manifest.title,
      host: self.host,
      pid: Deno.pid,
      startedAt: self.startedAt,
      bridgeVersion: self.version,
      ...(appVersion === undefined ? {} : { appVersion }),
      simulated,
      allowCode,
      queued: queue.waiting,
    };
  }

  async start(): Promise<void> {
    const { bus, signal } = this.#options;
    const { self, runner, state } = this.#parts;
    signal?.throwIfAborted();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
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
    await this.#presence.present;
    signal?.throwIfAborted();
    for (const part of this.#serving) await part.start(this.#ending.signal);
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
    this.#presence?.changed();
    const { any } = this.#endpoints ?? {};
    if (this.status === "idle" || this.status === "executing") any?.join();
    else any?.leave();
    for (const part of this.#serving ?? []) part.changed?.();
    if (this.#parts !== undefined) this.#options.onChange?.({ status: this.status, reason: this.reason });
  }

  #fenced(error: PatchbayError): void {
    log.error("{source} ends: {error}", { source: this.#parts.self.source, error: error.message });
    this.failure = error;
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
    await Promise.all(this.#background);
    await this.#presence[Symbol.asyncDispose]();
    log.info("{source} has left", { source: self.source });
    this.#onEnded();
  }
}
