/** One child process: no shell, a filtered environment, lines to the log, and nothing of it left behind. */
import { PatchbayError } from "@patchbay/contracts";
import { childEnvironment } from "./environment.ts";
import { endMarked, MARK } from "./family.ts";
import { LimitWatch, type ProcessLimits } from "./limits.ts";
import { eachLine, readable } from "./lines.ts";
import { watchdog } from "./watchdog.ts";

export interface ChildOptions {
  /** A program, on the PATH or by its path; no shell. */
  command: string;
  args?: readonly string[];
  /** Added to the few variables that every child gets. */
  env?: Record<string, string>;
  cwd: string;
  /** Each line that the child prints, but no more than 200 a second. */
  onLine?: (line: string, from: "stdout" | "stderr") => void;
  /** Keeps standard input and output for the caller: then only standard error is read as lines. @default false */
  pipes?: boolean;
  /** It is ended where it uses more, with all that it has started. On Windows only `wallMs` holds. @default none */
  limits?: ProcessLimits;
  /** How long it may take to end when it is asked to, before it is made to. @default 5_000 */
  graceMs?: number;
}

export interface ChildExit {
  code: number;
  /** `SIGSEGV`, where a signal ended it. */
  signal: string | undefined;
  /** Why it was made to end: a limit, or its health. */
  reason: string | undefined;
  /** The last lines that it printed. */
  lastLines: readonly string[];
}

export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** Resolves once it has ended and all that it printed is read. */
  readonly exited: Promise<ChildExit>;
  readonly lastLines: readonly string[];
  /** With `pipes` only. */
  readonly stdin: WritableStream<Uint8Array<ArrayBuffer>> | undefined;
  readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /** Asks it to end, and makes it after the grace. @param reason what its exit says */
  stop(reason?: string): Promise<void>;
}

const KEPT_LINES = 20;
/** How long after its end what it printed may still come, in milliseconds: somebody else may hold its output. */
const OUTPUT_MS = 2_000;

/**
 * Starts a program.
 * @throws {PatchbayError} `APP_NOT_FOUND` where there is no such program, `APP_START_FAILED`
 */
export function startChild(options: ChildOptions): Child {
  const mark = crypto.randomUUID();
  const process = spawn(options, mark);
  const lastLines: string[] = [];
  const output = new AbortController();
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>, from: "stdout" | "stderr") => {
    const passed = readable((line) => options.onLine?.(line, from));
    await eachLine(stream, (line) => {
      lastLines.push(line);
      if (lastLines.length > KEPT_LINES) lastLines.shift();
      passed.line(line);
    }, output.signal);
    passed.end();
  };
  const reading = [read(process.stderr, "stderr"), ...(options.pipes ? [] : [read(process.stdout, "stdout")])];
  if (!options.pipes) void process.stdin.close().catch(() => {});
  const guard = watchdog(process.pid, mark);
  const started = { pid: process.pid, mark, guard: guard.pid };
  for (const listener of listeners) listener({ kind: "started", child: started });
  let reason: string | undefined;
  const limits = new LimitWatch(process.pid, mark, options.limits ?? {}, (what) => {
    reason ??= what;
    kill(process.pid, "SIGKILL");
  });
  const exited = (async (): Promise<ChildExit> => {
    const { code, signal } = await process.status;
    limits[Symbol.dispose]();
    // what it has started itself goes with it, and lets go of its output
    kill(process.pid, "SIGKILL");
    endMarked(mark);
    const late = setTimeout(() => output.abort(), OUTPUT_MS);
    await Promise.all(reading);
    clearTimeout(late);
    await guard[Symbol.asyncDispose]();
    for (const listener of listeners) listener({ kind: "ended", child: started });
    return { code, signal: signal ?? undefined, reason, lastLines };
  })();
  const stop = async (why?: string) => {
    reason ??= why;
    kill(process.pid, "SIGTERM");
    const timer = setTimeout(() => kill(process.pid, "SIGKILL"), options.graceMs ?? 5_000);
    await exited;
    clearTimeout(timer);
  };
  return {
    pid: process.pid,
    exited,
    lastLines,
    stdin: options.pipes ? process.stdin : undefined,
    stdout: options.pipes ? process.stdout : undefined,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

/** A child as another thread can end it. */
export interface StartedChild {
  readonly pid: number;
  readonly mark: string;
  /** The process that would end the child when this one dies. */
  readonly guard: number | undefined;
}

export type ChildNews = { kind: "started" | "ended"; child: StartedChild };

const listeners = new Set<(news: ChildNews) => void>();

/** Tells of each child that this thread starts: whoever takes the thread away has to end them, nobody else can. */
export function watchChildren(listener: (news: ChildNews) => void): Disposable {
  listeners.add(listener);
  return { [Symbol.dispose]: () => void listeners.delete(listener) };
}

/** Ends a child of a thread that is gone, with all that it has started. */
export function endChild({ pid, mark, guard }: StartedChild): void {
  // first, so that it never signals a group that somebody else has by now
  if (guard !== undefined) kill(guard, "SIGKILL");
  kill(pid, "SIGKILL");
  endMarked(mark);
}

function spawn({ command, args = [], env, cwd }: ChildOptions, mark: string) {
  try {
    return new Deno.Command(command, {
      args: [...args],
      cwd,
      clearEnv: true,
      env: childEnvironment(Deno.env.toObject(), { ...env, [MARK]: mark }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      // a process group of its own: Ctrl-C is for us, and what the child starts can be ended with it
      detached: Deno.build.os !== "windows",
    }).spawn();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound && !/cwd/.test(cause.message)) {
      throw new PatchbayError("APP_NOT_FOUND", `Cannot start '${command}': there is no such program`, { cause });
    }
    throw new PatchbayError("APP_START_FAILED", `Cannot start '${command}'`, { cause });
  }
}

/** Signals the child and all that it has started; one that is gone is gone. */
function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(Deno.build.os === "windows" ? pid : -pid, signal);
  } catch {
    // it has ended already
  }
}
