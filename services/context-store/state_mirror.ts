/** The last state of every bridge, followed on stream STATE: snapshots are taken, patches applied, gaps repaired. */
import { type Bus, readStream, request } from "@patchbay/bus";
import {
  applyPatch,
  BridgeAddress,
  BridgeState,
  envelope,
  formatAddress,
  parseAddress,
  PatchbayError,
  StateUpdate,
  subjects,
  ValidationError,
  WILDCARD,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";

const log = logger("context-store");
const SNAPSHOT_TIMEOUT_MS = 5_000;

export class StateMirror implements AsyncDisposable {
  readonly #bus: Bus;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #states = new Map<string, BridgeState>();
  /** Bridges whose next patch does not fit what is known, with the snapshot that was asked for. */
  readonly #gaps = new Map<string, Promise<void> | undefined>();
  #caughtUp = false;
  #following: Promise<unknown> = Promise.resolve();

  private constructor(bus: Bus, signal: AbortSignal) {
    this.#bus = bus;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  /** Resolves once all that the stream has is applied. */
  static async start(bus: Bus, signal: AbortSignal): Promise<StateMirror> {
    const mirror = new StateMirror(bus, signal);
    const last = await mirror.#follow("start", false);
    signal.throwIfAborted();
    mirror.#caughtUp = true;
    for (const [key] of mirror.#gaps) mirror.#repair(key);
    mirror.#following = mirror.#follow(last + 1, true).then(() => undefined, (error: unknown) => error);
    return mirror;
  }

  /** Resolves when it follows no longer; with the error that ended it, if one did. */
  get ended(): Promise<unknown> {
    return this.#following;
  }

  /** @throws {PatchbayError} `NOT_FOUND` with the bridges whose state is known */
  get(address: { app: string; bridge: string }): BridgeState {
    const key = formatAddress(address);
    const state = this.#states.get(key);
    if (state !== undefined) return state;
    throw new PatchbayError("NOT_FOUND", `Cannot tell the state of '${key}': it has not shown it`, {
      context: { available: [...this.#states.keys()].sort() },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
    await Promise.all(this.#gaps.values());
  }

  async #follow(from: "start" | number, follow: boolean): Promise<number> {
    let last = 0;
    const subject = subjects.state(WILDCARD, WILDCARD);
    const options = { subject, payload: StateUpdate, from, follow, signal: this.#signal };
    for await (const { message, seq } of readStream(this.#bus, "STATE", options)) {
      last = seq;
      this.#apply(message.payload, message.metadata.timestamp);
    }
    return last;
  }

  #apply(update: StateUpdate, updatedAt: number): void {
    const { app, bridge, instance, revision } = update;
    const key = formatAddress(update);
    const known = this.#states.get(key);
    // what a snapshot that was asked for has brought already
    if (known?.instance === instance && revision <= known.revision) return;
    if (update.kind === "snapshot") {
      this.#states.set(key, { app, bridge, instance, revision, state: update.state, updatedAt });
      this.#gaps.delete(key);
    } else if (known?.instance === instance && revision === known.revision + 1) {
      this.#patch(key, known, update, updatedAt);
    } else this.#gap(key, `revision ${revision} follows ${known?.revision ?? "nothing"}`);
  }

  #patch(key: string, known: BridgeState, update: StateUpdate & { kind: "patch" }, updatedAt: number): void {
    try {
      const state = applyPatch(known.state, update.patch);
      this.#states.set(key, { ...known, revision: update.revision, state, updatedAt });
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      this.#gap(key, error.message);
    }
  }

  /** The state stays what it was at its revision, until the bridge shows all of it again. */
  #gap(key: string, reason: string): void {
    if (this.#gaps.has(key)) return;
    this.#gaps.set(key, undefined);
    if (!this.#caughtUp) return;
    log.warn("{bridge} is asked for its state: {reason}", { bridge: key, reason });
    this.#repair(key);
  }

  #repair(key: string): void {
    this.#gaps.set(key, this.#askForSnapshot(key).finally(() => this.#gaps.delete(key)));
  }

  async #askForSnapshot(key: string): Promise<void> {
    try {
      const { app, bridge } = parseAddress(BridgeAddress.parse(key));
      const question = envelope({ type: "command", payload: {}, source: "context-store", target: key });
      const { payload: update, metadata } = await request(this.#bus, subjects.snapshot(app, bridge), question, {
        payload: StateUpdate,
        absent: "BRIDGE_OFFLINE",
        timeoutMs: SNAPSHOT_TIMEOUT_MS,
        signal: this.#signal,
      });
      if (update.kind === "snapshot" && this.#gaps.has(key)) this.#apply(update, metadata.timestamp);
    } catch (error) {
      if (!(error instanceof PatchbayError)) throw error;
      // a bridge that is away sends a snapshot when it is back
      if (!this.#signal.aborted) log.info("{bridge} gave no snapshot: {error}", { bridge: key, error: error.message });
    }
  }
}
