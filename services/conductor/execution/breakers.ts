/**
 * A circuit breaker for each bridge, shared by all runs of this process: after so many failures in a row that speak of the
 * bridge or its application, nothing is sent there for a while, then one command that tries whether it works again.
 */
import type { AppName, BridgeId, ErrorCode } from "@patchbay/contracts";
import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
} from "cockatiel";
import { setTimeout as wait } from "node:timers/promises";

export interface BreakerLimits {
  /** So many failures in a row open it. */
  failures: number;
  /** How long nothing is sent then, in milliseconds. */
  pauseMs: number;
}

export const BREAKER_LIMITS: BreakerLimits = { failures: 5, pauseMs: 5_000 };

/** Failures that speak of the bridge or its application, and not of what was asked. */
const OF_THE_BRIDGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "APP_CRASHED",
  "APP_UNRESPONSIVE",
  "APP_START_FAILED",
  "APP_NOT_FOUND",
  "BRIDGE_OFFLINE",
  "OUTCOME_UNKNOWN",
  "INTERNAL",
]);

export const speaksOfBridge = (code: ErrorCode): boolean => OF_THE_BRIDGE.has(code);

/** What an attempt says of its bridge. */
export interface Judged {
  /** The code of its problem; `undefined` where it has none. */
  readonly code: ErrorCode | undefined;
}

export class Breaker {
  readonly #policy: CircuitBreakerPolicy;
  readonly #pauseMs: number;
  #openedAt = 0;
  #lastCode: ErrorCode | undefined;

  constructor({ failures, pauseMs }: BreakerLimits) {
    this.#pauseMs = pauseMs;
    this.#policy = circuitBreaker(
      handleWhenResult((result) => isJudged(result) && result.code !== undefined && speaksOfBridge(result.code)),
      { halfOpenAfter: pauseMs, breaker: new ConsecutiveBreaker(failures) },
    );
    this.#policy.onBreak(() => this.#openedAt = Date.now());
  }

  /** The kind of failure that opened it last. */
  get because(): ErrorCode | undefined {
    return this.#lastCode;
  }

  /** How long nothing is sent, in milliseconds: 0 where something may be sent now, as a try at least. */
  get closedFor(): number {
    if (this.#policy.state === CircuitState.Open) return Math.max(0, this.#openedAt + this.#pauseMs - Date.now());
    // somebody's try is on its way: its end is heard of
    return this.#policy.state === CircuitState.HalfOpen ? this.#pauseMs : 0;
  }

  /** Makes an attempt; `undefined` where none may be made now. */
  async attempt<T extends Judged>(make: () => Promise<T>): Promise<T | undefined> {
    // a try is on its way: its end is waited for, not joined
    if (this.#policy.state === CircuitState.HalfOpen) return undefined;
    try {
      return await this.#policy.execute(async () => {
        const made = await make();
        if (made.code !== undefined && speaksOfBridge(made.code)) this.#lastCode = made.code;
        return made;
      });
    } catch (error) {
      if (error instanceof BrokenCircuitError) return undefined;
      throw error;
    }
  }

  /** Resolves when it may be tried again, when it opens or closes, or after `timeoutMs`. @throws the signal's reason */
  async changed(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    const listening = this.#policy.onStateChange(() => done.abort());
    try {
      // the policy looks at the clock itself: a moment later it agrees
      const pause = Math.max(0, Math.min(timeoutMs, this.closedFor + 1));
      await wait(pause, undefined, { signal: AbortSignal.any([signal, done.signal]) }).catch(() => {});
      signal.throwIfAborted();
    } finally {
      listening.dispose();
      done.abort();
    }
  }
}

/** More bridges than a studio has: beyond that, the oldest ones that are closed are forgotten. */
const MOST_BREAKERS = 5_000;

export class Breakers {
  readonly #limits: BreakerLimits;
  readonly #breakers = new Map<string, Breaker>();

  constructor(limits: BreakerLimits = BREAKER_LIMITS) {
    this.#limits = limits;
  }

  of(app: AppName, bridge: BridgeId): Breaker {
    const address = `${app}.${bridge}`;
    let breaker = this.#breakers.get(address);
    if (breaker === undefined) {
      if (this.#breakers.size >= MOST_BREAKERS) this.#forgetOne();
      this.#breakers.set(address, breaker = new Breaker(this.#limits));
    }
    return breaker;
  }

  get size(): number {
    return this.#breakers.size;
  }

  #forgetOne(): void {
    const closed = this.#breakers.entries().find(([, { closedFor }]) => closedFor === 0);
    if (closed !== undefined) this.#breakers.delete(closed[0]);
  }
}

const isJudged = (result: unknown): result is Judged =>
  typeof result === "object" && result !== null && "code" in result;
