/** An application that its bridge started itself: awaited until it can be reached, and asked for its last words. */
import { PatchbayError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { AdapterHost } from "../adapter.ts";
import { within } from "../within.ts";
import { backoffMs, pause } from "./backoff.ts";
import { type Child, type ChildOptions, startChild } from "./child.ts";
import { describeExit } from "./supervise.ts";

/** The program that a launcher wants started. */
export type Launch = Pick<ChildOptions, "command" | "args" | "env" | "cwd" | "limits">;

/** How long a started application may take until it can be reached, in milliseconds, unless its adapter says otherwise. */
export const START_TIMEOUT_MS = 60_000;
/** Between two attempts to reach a program that has only just been started. */
const LISTENING = { minMs: 50, maxMs: 1_000 };
/** How long after its link a process may end, so that its end is the reason, in milliseconds. */
const LAST_WORDS_MS = 1_000;

export class LaunchedApplication implements AsyncDisposable {
  readonly #title: string;
  readonly #host: AdapterHost;
  #child: Child | undefined;

  constructor(title: string, host: AdapterHost) {
    this.#title = title;
    this.#host = host;
  }

  /** @throws {PatchbayError} `APP_NOT_FOUND`, `APP_START_FAILED` */
  start(options: ChildOptions): Child {
    this.#host.waiting(`starting ${this.#title}`);
    const log = logger(["bridge", this.#host.app]);
    return this.#child = startChild({ ...options, onLine: (line) => log.debug("{line}", { line }) });
  }

  /**
   * What `accept` gives. Its signal fires when the program ends first, or takes too long.
   * @throws {PatchbayError} `APP_START_FAILED`
   */
  async untilReady<T>(timeoutMs: number, accept: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const failed = new AbortController();
    const fail = (why: string) => failed.abort(this.error("APP_START_FAILED", why));
    const timer = setTimeout(() => fail(`did not link itself within ${timeoutMs} ms`), timeoutMs);
    this.#child?.exited.then((exit) => fail(`ended before it was linked, ${describeExit(exit)}`));
    try {
      return await accept(AbortSignal.any([failed.signal, this.#host.signal]));
    } finally {
      clearTimeout(timer);
    }
  }

  /** The same for one that listens: it is dialled until it does. */
  untilListening<T extends AsyncDisposable>(
    timeoutMs: number,
    dial: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.untilReady(timeoutMs, async (signal) => {
      for (let failures = 1;; failures++) {
        try {
          const reached = await dial(signal);
          if (!signal.aborted) return reached;
          await reached[Symbol.asyncDispose]();
        } catch (error) {
          const isAbsent = error instanceof PatchbayError && error.code === "APP_NOT_CONNECTED";
          if (!signal.aborted && !isAbsent) throw error;
        }
        await pause(backoffMs(failures, LISTENING), signal);
        signal.throwIfAborted();
      }
    });
  }

  /** Why the application is gone, as far as it can be known: a child that ended says how. */
  async explain(reason: PatchbayError): Promise<PatchbayError> {
    if (reason.code === "APP_UNRESPONSIVE") return reason;
    const exit = await within(LAST_WORDS_MS, this.#exited);
    if (exit === undefined) return this.error("APP_CRASHED", `went away: ${reason.message}`, reason);
    return this.error("APP_CRASHED", `ended ${describeExit(exit)}`, reason);
  }

  /** Waits until it has ended by itself, but no longer than this. */
  async ended(withinMs: number): Promise<void> {
    await within(withinMs, this.#exited);
  }

  error(code: PatchbayError["code"], what: string, cause?: unknown): PatchbayError {
    const context = this.#child === undefined ? {} : { lastLines: this.#child.lastLines };
    return PatchbayError.of(code, `${this.#title} ${what}`, { cause, context });
  }

  get #exited() {
    return this.#child?.exited ?? Promise.resolve(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child?.stop();
  }
}
