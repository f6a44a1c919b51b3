/**
 * Who is here, in memory, and what this process waits for at each of them: whoever waits for a bridge that has died is told,
 * long before the command's own time is over.
 */
import {
  type AppName,
  type BridgeAddress,
  type BridgeId,
  formatAddress,
  type Id,
  PatchbayError,
  Presence,
} from "@patchbay/contracts";
import { backoffMs, pause } from "./backoff.ts";
import { type BucketMirror, mirrorBucket } from "./bucket_mirror.ts";
import type { Bus } from "./bus.ts";
import { type BridgeLoad, leastBusy } from "./least_busy.ts";
import { log } from "./log.ts";

/** The bridge process that had the command is gone: whether it was begun is not known from here. */
export class BridgeGoneError extends PatchbayError {
  override readonly name = "BridgeGoneError";
}

/** A command that a bridge has not answered yet. Disposing says that it has. */
export interface Outstanding extends Disposable {
  /** Fires with {@linkcode BridgeGoneError} when the bridge has died, with the mirror's own reason when that ends. */
  readonly signal: AbortSignal;
  /** Gives up for another reason. */
  abort(reason: unknown): void;
}

export interface PresenceMirrorOptions {
  /** Ends the following, and every wait. */
  signal?: AbortSignal;
  /** How long a bridge that has lost its presence may take to be seen again, in milliseconds. @default 2_000 */
  graceMs?: number;
}

const GRACE_MS = 2_000;

interface Here {
  presence: Presence | undefined;
  readonly waiting: Set<Waiting>;
  /** Looks again when the grace is over. */
  timer: ReturnType<typeof setTimeout> | undefined;
}

interface Waiting {
  readonly controller: AbortController;
  /** The process that has the command; unknown until the bridge's presence is seen. */
  instance: Id | undefined;
}

export class PresenceMirror implements AsyncDisposable {
  readonly #apps = new Map<AppName, Map<BridgeId, Here>>();
  readonly #watching = new Map<AppName, Set<() => void>>();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #graceMs: number;
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #following: Promise<void>;
  #turn = 0;

  private constructor(bus: Bus, { signal, graceMs = GRACE_MS }: PresenceMirrorOptions) {
    this.#signal = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    this.#graceMs = graceMs;
    this.#signal.addEventListener("abort", () => this.#abandon(), { once: true });
    this.#following = this.#follow(bus);
  }

  /** Follows the bucket `presence`, over every loss of the bus; resolves once it shows who is here, or the signal fires. */
  static async follow(bus: Bus, options: PresenceMirrorOptions = {}): Promise<PresenceMirror> {
    const mirror = new PresenceMirror(bus, options);
    await mirror.#caughtUp.promise;
    return mirror;
  }

  /** The bridges of an application that are here. */
  *of(app: AppName): IterableIterator<BridgeLoad> {
    for (const { presence, waiting } of this.#apps.get(app)?.values() ?? []) {
      if (presence !== undefined) yield { presence, outstanding: waiting.size };
    }
  }

  /** The addresses of all that are here, in their order. */
  addresses(): BridgeAddress[] {
    const found = [...this.#apps].flatMap(([app, bridges]) =>
      [...bridges].flatMap(([bridge, { presence }]) => presence === undefined ? [] : [formatAddress({ app, bridge })])
    );
    return found.sort();
  }

  get(app: AppName, bridge: BridgeId): Presence | undefined {
    return this.#apps.get(app)?.get(bridge)?.presence;
  }

  /** The connected bridge that has the least to do; bridges that are equally busy take turns. */
  leastBusy(app: AppName, accepts?: (bridge: BridgeId) => boolean): BridgeId | undefined {
    return leastBusy(this.of(app), this.#turn++, accepts);
  }

  /** Calls `listener` after each change at the bridges of an application, until it is disposed. */
  watch(app: AppName, listener: () => void): Disposable {
    let watching = this.#watching.get(app);
    if (watching === undefined) this.#watching.set(app, watching = new Set());
    watching.add(listener);
    return {
      [Symbol.dispose]: () => {
        watching.delete(listener);
        if (watching.size === 0) this.#watching.delete(app);
      },
    };
  }

  /** Counts a command that is sent to a bridge now. */
  begin(app: AppName, bridge: BridgeId): Outstanding {
    const here = this.#at(app, bridge);
    const controller = new AbortController();
    const waiting: Waiting = { controller, instance: here.presence?.instance };
    here.waiting.add(waiting);
    if (this.#signal.aborted) controller.abort(this.#signal.reason);
    return {
      signal: controller.signal,
      abort: (reason) => controller.abort(reason),
      [Symbol.dispose]: () => {
        here.waiting.delete(waiting);
        this.#tidy(app, bridge, here);
      },
    };
  }

  async #follow(bus: Bus): Promise<void> {
    for (let failures = 0; !this.#signal.aborted; failures++) {
      try {
        await using mirror: BucketMirror<Presence> = await mirrorBucket(bus, "presence", Presence, {
          signal: this.#signal,
          onChange: ({ key, value }) => this.#changed(key, value),
        });
        this.#leave(mirror);
        failures = 0;
        this.#caughtUp.resolve();
        const error = await mirror.ended;
        if (error !== undefined) throw error;
      } catch (error) {
        if (!this.#signal.aborted) log.warn("cannot follow who is here, trying again: {error}", { error });
      }
      await pause(backoffMs(failures), this.#signal).catch(() => {});
    }
    this.#caughtUp.resolve();
  }

  /** Whoever went while nobody looked. */
  #leave({ values }: BucketMirror<Presence>): void {
    for (const [app, bridges] of this.#apps) {
      for (const [bridge, { presence }] of bridges) {
        if (presence !== undefined && !values.has(`${app}.${bridge}`)) this.#changed(`${app}.${bridge}`, undefined);
      }
    }
  }

  #changed(key: string, presence: Presence | undefined): void {
    const dot = key.indexOf(".");
    const [app, bridge] = [key.slice(0, dot), key.slice(dot + 1)];
    const here = this.#at(app, bridge);
    here.presence = presence;
    for (const waiting of here.waiting) waiting.instance ??= presence?.instance;
    if ([...here.waiting].some((waiting) => isGone(waiting, here))) {
      here.timer ??= setTimeout(() => this.#tell(app, bridge, here), this.#graceMs);
    }
    this.#tidy(app, bridge, here);
    for (const listener of [...this.#watching.get(app) ?? []]) listener();
  }

  /** The grace is over: what waits for a process that is no longer here, waits for nothing. */
  #tell(app: AppName, bridge: BridgeId, here: Here): void {
    here.timer = undefined;
    const found = here.presence === undefined ? "it is gone" : "another process has taken its place";
    for (const waiting of here.waiting) {
      if (!isGone(waiting, here)) continue;
      waiting.controller.abort(
        new BridgeGoneError("BRIDGE_OFFLINE", `No answer from ${app}.${bridge}: ${found}`, {
          context: { app, bridge, instance: waiting.instance },
        }),
      );
    }
  }

  #at(app: AppName, bridge: BridgeId): Here {
    let bridges = this.#apps.get(app);
    if (bridges === undefined) this.#apps.set(app, bridges = new Map());
    let here = bridges.get(bridge);
    if (here === undefined) bridges.set(bridge, here = { presence: undefined, waiting: new Set(), timer: undefined });
    return here;
  }

  #tidy(app: AppName, bridge: BridgeId, here: Here): void {
    if (here.presence !== undefined || here.waiting.size > 0) return;
    clearTimeout(here.timer);
    this.#apps.get(app)?.delete(bridge);
  }

  #abandon(): void {
    for (const bridges of this.#apps.values()) {
      for (const here of bridges.values()) {
        clearTimeout(here.timer);
        for (const { controller } of here.waiting) controller.abort(this.#signal.reason);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }
}

const isGone = ({ instance }: Waiting, { presence }: Here) => instance !== undefined && presence?.instance !== instance;
