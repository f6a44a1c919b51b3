/**
 * The attempts at a step's command: repeated where it certainly had no effect, while its bridge is away or keeps failing, and
 * each wait told.
 */
import {
  ANY_BRIDGE,
  type ErrorCode,
  PatchbayError,
  type Problem,
  type StepRetry,
  toProblem,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { ExponentialBackoff } from "cockatiel";
import { setTimeout as wait } from "node:timers/promises";
import type { Breaker, Breakers } from "./breakers.ts";
import { ResultWatch } from "./result_watch.ts";
import { needsNoApplication } from "./step_document.ts";
import { isConnected, WAIT_FOR_BRIDGE_MS, whenSeen } from "./step_bridge.ts";
import { type Attempt, attemptStep, isAway, type StepCommand, type StepCommandDeps } from "./step_command.ts";
import { failed, type StepOutcome } from "./step_outcome.ts";

export interface RetryLimits {
  /** How often a command that had no effect is sent again. */
  retries: number;
  /** The first wait and the longest, in milliseconds. */
  initialDelayMs: number;
  maxDelayMs: number;
}

export const RETRY_LIMITS: RetryLimits = { retries: 4, initialDelayMs: 200, maxDelayMs: 5_000 };

export interface StepAttemptsDeps extends StepCommandDeps {
  breakers: Breakers;
  /** For steps that do not say how often. */
  limits?: RetryLimits | undefined;
}

export interface StepAttempts extends StepCommand {
  /** Tells that the step waits; it waits once this is told. */
  waiting(reason: string, problem?: Problem): Promise<void>;
  /** The same under another id, once its start is stored; absent where the same id does for every attempt. */
  anew?(): Promise<StepAttempts>;
  /** Whether another bridge is to be looked for, as this one is away. */
  mayLeave(): boolean;
}

/** What is tried again although the step does not say so. */
const WITHOUT_ASKING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["APP_BUSY", "LEASE_LOST"]);
const log = logger("conductor");

/**
 * Resolves with what became of the command, or `elsewhere`: nothing did, and another bridge is to have it.
 * @throws the reason of `abandoned`
 */
export async function attemptUntilDone(
  deps: StepAttemptsDeps,
  first: StepAttempts,
): Promise<StepOutcome | "elsewhere"> {
  const { step, bridge, cancelled, abandoned } = first;
  using sending = new Sending(deps, first);
  const signal = AbortSignal.any([abandoned, cancelled]);
  const patience = new Patience(step.waitForBridgeMs ?? WAIT_FOR_BRIDGE_MS);
  const retries = new Pauses(step.retry ?? deps.limits ?? RETRY_LIMITS);
  const looks = new Pauses(deps.limits ?? RETRY_LIMITS);
  const breaker = bridge === ANY_BRIDGE ? undefined : deps.breakers.of(step.app, bridge);
  while (!cancelled.aborted) {
    const { command } = sending;
    const attempt = await make(() => sending.attempt(), breaker);
    if (attempt?.kind === "done") return attempt.outcome;
    try {
      if (attempt === undefined) {
        if (!await untilBreakerCloses(breaker!, command, patience, signal)) return failing(command, breaker!);
      } else if (isAway(attempt.error)) {
        if (command.mayLeave()) return "elsewhere";
        if (!await untilBack(deps, command, attempt.error, { patience, pauses: looks, signal })) {
          return failed(attempt.error, command);
        }
      } else {
        if (!mayTryAgain(attempt.error, command, retries)) return failed(attempt.error, command);
        const delay = retries.next(attempt.error);
        await tell(command, `is sent again in ${delay} ms: ${attempt.error.message}`, attempt.error);
        await wait(delay, undefined, { signal });
        if (attempt.isKept) await sending.anew();
      }
    } catch (error) {
      abandoned.throwIfAborted();
      if (!cancelled.aborted) throw error;
    }
  }
  return { status: "cancelled" };
}

/** The command as it is sent now, and the watch for its stored results. */
class Sending implements Disposable {
  readonly #deps: StepAttemptsDeps;
  #command: StepAttempts;
  #watch: ResultWatch;

  constructor(deps: StepAttemptsDeps, command: StepAttempts) {
    this.#deps = deps;
    this.#command = command;
    this.#watch = new ResultWatch(deps.results, command);
  }

  get command(): StepAttempts {
    return this.#command;
  }

  attempt(): Promise<Attempt> {
    return attemptStep(this.#deps, this.#command, this.#watch);
  }

  /** Goes on under another id. */
  async anew(): Promise<void> {
    if (this.#command.anew === undefined) return;
    this.#command = await this.#command.anew();
    this.#watch[Symbol.dispose]();
    this.#watch = new ResultWatch(this.#deps.results, this.#command);
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }
}

const make = (attempt: () => Promise<Attempt>, breaker: Breaker | undefined): Promise<Attempt | undefined> =>
  breaker === undefined ? attempt() : breaker.attempt(attempt);

/** A step that says how often it is tried again is; one that does not, only where its bridge could not begin it just now. */
function mayTryAgain(error: PatchbayError, { step }: StepAttempts, pauses: Pauses): boolean {
  return pauses.left > 0 && (step.retry !== undefined || WITHOUT_ASKING.has(error.code));
}

/** Waits until the bridge is seen again, or a moment where it seems to be there; `false` when its time is over. */
async function untilBack(
  { here }: StepAttemptsDeps,
  command: StepAttempts,
  error: PatchbayError,
  { patience, pauses, signal }: { patience: Patience; pauses: Pauses; signal: AbortSignal },
): Promise<boolean> {
  const { step, bridge } = command;
  const { app } = step;
  if (patience.left <= 0) return false;
  const opens = needsNoApplication(step, command.document);
  const isThere = () => {
    if (bridge === ANY_BRIDGE) return here.leastBusy(app) !== undefined;
    return opens ? here.get(app, bridge) !== undefined : isConnected(here, app, bridge);
  };
  await tell(command, `waits for ${app}.${bridge}: ${error.message}`, error);
  // where presence says that it is there and nobody answers, presence is late
  const pause = pauses.next(error);
  if (isThere()) await wait(Math.min(pause, patience.left), undefined, { signal });
  else await whenSeen(here, app, { look: isThere, timeoutMs: patience.left, signal });
  return patience.left > 0 || isThere();
}

async function untilBreakerCloses(
  breaker: Breaker,
  command: StepAttempts,
  patience: Patience,
  signal: AbortSignal,
): Promise<boolean> {
  if (patience.left <= 0) return false;
  const error = keepsFailing(command, breaker);
  await tell(command, error.message, error);
  await breaker.changed(patience.left, signal);
  return true;
}

const failing = (command: StepAttempts, breaker: Breaker) => failed(keepsFailing(command, breaker), command);

function keepsFailing({ step, bridge }: StepAttempts, { because }: Breaker): PatchbayError {
  const why = because === undefined ? "" : ` with ${because}`;
  const message = `Nothing is sent to ${step.app}.${bridge} for a while: it failed several times in a row${why}`;
  return PatchbayError.of("BRIDGE_FAILING", message, { context: { started: false } });
}

async function tell(command: StepAttempts, reason: string, error: PatchbayError): Promise<void> {
  const { step, correlationId } = command;
  log.info("step {step} {reason}", { step: step.id, reason });
  await command.waiting(reason.slice(0, 500), toProblem(error, correlationId));
}

/** How long something may be waited for, in all; it is counted from the first wait. */
class Patience {
  readonly #totalMs: number;
  #since: number | undefined;

  constructor(totalMs: number) {
    this.#totalMs = totalMs;
  }

  get left(): number {
    this.#since ??= performance.now();
    return this.#totalMs - (performance.now() - this.#since);
  }
}

/** The waits between attempts: exponential, with decorrelated jitter. */
class Pauses {
  readonly #limits: RetryLimits | StepRetry;
  #backoff: ReturnType<ExponentialBackoff<unknown>["next"]> | undefined;
  #made = 0;

  constructor(limits: RetryLimits | StepRetry) {
    this.#limits = limits;
  }

  get left(): number {
    return this.#limits.retries - this.#made;
  }

  /** Milliseconds. */
  next(error: PatchbayError): number {
    const { initialDelayMs, maxDelayMs } = this.#limits;
    const context = { attempt: ++this.#made, signal: new AbortController().signal, result: { error } };
    this.#backoff = this.#backoff?.next(context) ??
      new ExponentialBackoff({ initialDelay: initialDelayMs, maxDelay: maxDelayMs }).next();
    return Math.round(this.#backoff.duration);
  }
}
