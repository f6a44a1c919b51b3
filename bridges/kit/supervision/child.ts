/** One child process: no shell, a filtered environment, lines to the log, and nothing of it left behind. */
import { PatchbayError } from "@patchbay/contracts";
import { childEnvironment } from "./environment.ts";
import type { ProcessLimits } from "./limits.ts";
import { eachLine } from "./lines.ts";
import { watchdog } from "./watchdog.ts";

export interface ChildOptions {
  /** A program, on the PATH or by its path; no shell. */
  command: string;
  args?: readonly string[];
  /** Added to the few variables that every child gets. */
  env?: Record<string, string>;
  cwd: string;
  /** Each line that the child prints. */
  onLine?: (line: string, from: "stdout" | "stderr") => void;
  /** Keeps standard input and output for the caller: then only standard error is read as lines. @default false */
  pipes?: boolean;
  /** It is ended where it uses more. @default none */
  limits?: ProcessLimits;
  /** How long it may take to end when it is asked to, before it is made to. @default 5_000 */
  graceMs?: number;
}

export interface ChildExit {
  code: number;
  /** `SIGSEGV`, where a signal ended it. */
  signal: string | undefined;
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
  /** Asks it to end, and makes it after the grace. */
  stop(): Promise<void>;
}

const KEPT_LINES = 20;

/**
 * Starts a program.
 * @throws {PatchbayError} `APP_NOT_FOUND` where there is no such program, `APP_START_FAILED`
 */
export function startChild(options: ChildOptions): Child {
  const process = spawn(options);
  const lastLines: string[] = [];
  const read = (stream: ReadableStream<Uint8Array<ArrayBuffer>>, from: "stdout" | "stderr") =>
    eachLine(stream, (line) => {
      lastLines.push(line);
      if (lastLines.length > KEPT_LINES) lastLines.shift();
      options.onLine?.(line, from);
    });
  const reading = [read(process.stderr, "stderr"), ...(options.pipes ? [] : [read(process.stdout, "stdout")])];
  if (!options.pipes) void process.stdin.close().catch(() => {});
  const guard = watchdog(process.pid);
  const exited = (async (): Promise<ChildExit> => {
    const { code, signal } = await process.status;
    // what it has started itself goes with it, and lets go of its output
    kill(process.pid, "SIGKILL");
    await Promise.all(reading);
    await guard[Symbol.asyncDispose]();
    return { code, signal: signal ?? undefined, lastLines };
  })();
  const stop = async () => {
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
    [Symbol.asyncDispose]: stop,
  };
}

function spawn({ command, args = [], env, cwd }: ChildOptions) {
  try {
    return new Deno.Command(command, {
      args: [...args],
      cwd,
      clearEnv: true,
      env: childEnvironment(Deno.env.toObject(), env),
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
