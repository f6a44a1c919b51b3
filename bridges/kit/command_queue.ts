/** One application does one thing at a time: what waits for it, by priority, first come first served within one. */
import { AsyncLocalStorage } from "node:async_hooks";
import { PatchbayError, type Priority } from "@patchbay/contracts";

export interface QueueOptions {
  /** So many may wait; more are refused. */
  limit: number;
  /** Called when the number of waiting items, or whether one runs, has changed. */
  onChange?: () => void;
}

export interface EnqueueOptions {
  /** @default normal */
  priority?: Priority;
  /** Takes it out while it waits; what runs is not touched. */
  signal?: AbortSignal;
  /** The kit's own work is not refused, and not counted. @default false */
  internal?: boolean;
  /**
   * A value of a link: it lets whatever else waits go first, but no more than {@linkcode AHEAD_OF_LIVE} in a row. Not
   * refused and not counted; its priority says nothing. @default false
   */
  live?: boolean;
}

/** So many commands in a row go before a value of a link that waits: neither of the two starves the other. */
export const AHEAD_OF_LIVE = 3;

interface Item {
  internal: boolean;
  start(): Promise<void>;
}

export class CommandQueue {
  readonly #options: QueueOptions;
  readonly #waiting: Record<Priority, Set<Item>> = { high: new Set(), normal: new Set(), low: new Set() };
  readonly #live = new Set<Item>();
  /** How many have gone before the values of links that wait. */
  #ahead = 0;
  #told = { waiting: 0, executing: false };
  #running: Item | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** How many commands wait. */
  get waiting(): number {
    let count = 0;
    for (const lane of Object.values(this.#waiting)) {
      for (const { internal } of lane) if (!internal) count++;
    }
    return count;
  }

  /** Whether a command runs now. */
  get executing(): boolean {
    return this.#running !== undefined && !this.#running.internal;
  }

  /**
   * Runs `task` when its turn has come; the next one follows when it has settled.
   * @throws {PatchbayError} `APP_BUSY` where too many wait; the signal's reason where it fires before the turn
   */
  enqueue<T>(task: () => Promise<T>, options: EnqueueOptions = {}): Promise<T> {
    const { priority = "normal", signal, live = false, internal = live } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (!internal && this.waiting >= this.#options.limit) return Promise.reject(busy(this.#options.limit));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const lane = live ? this.#live : this.#waiting[priority];
    // its turn comes in the context of the one before it: its trace and its correlation id are its own
    const inContext = AsyncLocalStorage.snapshot();
    const leave = () => {
      lane.delete(item);
      reject(signal?.reason);
      this.#tell();
    };
    const item: Item = {
      internal,
      start: () => {
        signal?.removeEventListener("abort", leave);
        return inContext(task).then(resolve, reject);
      },
    };
    signal?.addEventListener("abort", leave, { once: true });
    lane.add(item);
    this.#next();
    return promise;
  }

  /** Resolves once nothing runs or waits. */
  async idle(): Promise<void> {
    if (this.#running === undefined) return;
    await (this.#idle ??= Promise.withResolvers()).promise;
  }

  #next(): void {
    if (this.#running === undefined) {
      const item = this.#take();
      this.#running = item;
      if (item === undefined) {
        this.#idle?.resolve();
        this.#idle = undefined;
      } else {
        void item.start().then(() => {
          this.#running = undefined;
          this.#next();
        });
      }
    }
    this.#tell();
  }

  /** The kit's own work, and the values of links, change nothing that anybody is told. */
  #tell(): void {
    const { waiting, executing } = this;
    if (waiting === this.#told.waiting && executing === this.#told.executing) return;
    this.#told = { waiting, executing };
    this.#options.onChange?.();
  }

  #take(): Item | undefined {
    const { high, normal, low } = this.#waiting;
    const lanes = this.#ahead < AHEAD_OF_LIVE ? [high, normal, low, this.#live] : [this.#live, high, normal, low];
    for (const lane of lanes) {
      for (const item of lane) {
        lane.delete(item);
        this.#ahead = lane === this.#live || this.#live.size === 0 ? 0 : this.#ahead + 1;
        return item;
      }
    }
    return undefined;
  }
}

const busy = (limit: number) =>
  PatchbayError.of("APP_BUSY", `Cannot take the command: ${limit} wait already`, { context: { limit } });
