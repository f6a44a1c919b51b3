/** A child that is started again when it ends, with backoff, and up to a limit. */
import { PatchbayError } from "@patchbay/contracts";
import { unlessAborted } from "../application.ts";
import { type Backoff, backoffMs, pause } from "./backoff.ts";
import { type Child, type ChildExit, type ChildOptions, startChild } from "./child.ts";

export interface SuperviseOptions extends ChildOptions {
  /** Ends the supervision and the child. */
  signal?: AbortSignal;
  /** @default from half a second to half a minute */
  backoff?: Backoff;
  /** So many ends in a row, and it is not started again. @default 5 */
  limit?: number;
  /** One that ran for so long starts a new row, in milliseconds. @default 60_000 */
  stableMs?: number;
  /** Asks a child whether it is well. One that is not, several times in a row, is ended and started again. */
  health?: (child: Child, signal: AbortSignal) => Promise<unknown>;
  /** Between two such questions, and how long one may take, in milliseconds. @default 10_000 */
  healthIntervalMs?: number;
  /** So often in a row it may be unwell. @default 3 */
  healthFailures?: number;
  onStart?: (child: Child) => void;
  onExit?: (exit: ChildExit) => void;
}

export interface SupervisedChild extends AsyncDisposable {
  /** Of the process that runs now. */
  readonly pid: number | undefined;
  /** How often it was started again. */
  readonly restarts: number;
  /** Resolves once it is not started again: with why, or with nothing when it was stopped. */
  readonly ended: Promise<PatchbayError | undefined>;
  stop(): Promise<void>;
}

/**
 * Starts a program and keeps it running.
 * @throws {PatchbayError} `APP_NOT_FOUND`, `APP_START_FAILED` where the first start fails
 */
export function superviseChild(options: SuperviseOptions): SupervisedChild {
  const stopping = new AbortController();
  const stopped = options.signal === undefined ? stopping.signal : AbortSignal.any([options.signal, stopping.signal]);
  let child: Child | undefined = startChild(options);
  let restarts = 0;
  const run = async (): Promise<PatchbayError | undefined> => {
    for (let failures = 1;; failures++) {
      const startedAt = performance.now();
      if (child !== undefined) {
        const exit = await runOnce(child, options, stopped);
        child = undefined;
        if (performance.now() - startedAt >= (options.stableMs ?? 60_000)) failures = 1;
        if (!stopped.aborted && failures > (options.limit ?? 5)) return gaveUp(options, exit, failures);
      }
      if (!stopped.aborted) await pause(backoffMs(failures, options.backoff ?? { minMs: 500, maxMs: 30_000 }), stopped);
      if (stopped.aborted) return undefined;
      restarts++;
      try {
        child = startChild(options);
      } catch (error) {
        if (!(error instanceof PatchbayError) || failures >= (options.limit ?? 5)) throw error;
      }
    }
  };
  const ended = run().catch((error): PatchbayError => {
    if (error instanceof PatchbayError) return error;
    throw error;
  });
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  return {
    get pid() {
      return child?.pid;
    },
    get restarts() {
      return restarts;
    },
    ended,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function runOnce(child: Child, options: SuperviseOptions, stopped: AbortSignal): Promise<ChildExit> {
  const stop = () => void child.stop();
  if (stopped.aborted) stop();
  else stopped.addEventListener("abort", stop, { once: true });
  options.onStart?.(child);
  const ended = new AbortController();
  const checked = checkHealth(child, options, ended.signal);
  const exit = await child.exited;
  ended.abort();
  await checked;
  stopped.removeEventListener("abort", stop);
  options.onExit?.(exit);
  return exit;
}

/** Resolves when the child has ended, or is told to. */
async function checkHealth(child: Child, options: SuperviseOptions, ended: AbortSignal): Promise<void> {
  const { health, healthIntervalMs = 10_000, healthFailures = 3 } = options;
  if (health === undefined) return;
  for (let failures = 0;;) {
    await pause(healthIntervalMs, ended);
    if (ended.aborted) return;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`no answer within ${healthIntervalMs} ms`)), healthIntervalMs);
    try {
      const signal = AbortSignal.any([late.signal, ended]);
      await unlessAborted(health(child, signal), signal);
      failures = 0;
    } catch (error) {
      if (ended.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      if (++failures >= healthFailures) return await child.stop(`it was not well ${failures} times in a row: ${why}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

function gaveUp(options: SuperviseOptions, exit: ChildExit, failures: number): PatchbayError {
  return new PatchbayError(
    "APP_START_FAILED",
    `Cannot keep '${options.command}' running: it ended ${failures} times in a row, ${describeExit(exit)}`,
    { context: { lastLines: exit.lastLines } },
  );
}

/** @example `describeExit(exit) // "with SIGSEGV; it printed: …"` */
export function describeExit({ code, signal, reason, lastLines }: ChildExit): string {
  const made = reason === undefined ? "" : `, because ${reason}`;
  const how = `${signal === undefined ? `with status ${code}` : `with ${signal}`}${made}`;
  const said = lastLines.slice(-3).join(" | ").slice(0, 500);
  return said === "" ? how : `${how}; it printed: ${said}`;
}
