/** One nats-server process: from the spawn until it has introduced itself, and its end. */
import { PatchbayError } from "@patchbay/contracts";
import { watchdog } from "./orphan.ts";
import { chosenPort, serverInfo } from "./server_ready.ts";

export interface ServerProcessOptions {
  binary: string;
  configFile: string;
  portsDir: string;
  host: string;
  /** -1: whichever it chooses. */
  port: number;
  readyTimeoutMs: number;
  signal?: AbortSignal;
  onLog?: (line: string) => void;
}

/** A server that is ready; disposing it lets it end in order, and makes it end if it does not. */
export interface ServerProcess extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
  readonly version: string;
  readonly exited: Promise<Deno.CommandStatus>;
  kill(signal: Deno.Signal): void;
}

/**
 * Starts the server and waits until it is ready.
 * @throws {PatchbayError} `PORT_IN_USE`, `INVALID_CONFIGURATION` with the server's own words, `BUS_UNAVAILABLE` when it is
 *   not ready in time
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  options.signal?.throwIfAborted();
  const child = spawn(options.binary, options.configFile);
  const guard = watchdog(child.pid);
  const lastLines: string[] = [];
  const logged = pumpLines(child.stderr, (line) => {
    if (lastLines.push(line) > KEPT_LINES) lastLines.shift();
    options.onLog?.(line);
  });
  const exited = child.status.then(async (status) => {
    await guard[Symbol.asyncDispose]();
    await logged;
    return status;
  });
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch {
      // it has ended already
    }
  };
  const end = () => endProcess(kill, exited);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(TIMED_OUT), options.readyTimeoutMs);
  const cancel = () => stop.abort(options.signal?.reason);
  options.signal?.addEventListener("abort", cancel, { once: true });
  exited.then(() => stop.abort(EXITED));
  try {
    const port = options.port > 0 ? options.port : await chosenPort(options.portsDir, child.pid, stop.signal);
    const { version } = await serverInfo(options.host, port, stop.signal);
    return { pid: child.pid, port, version, exited, kill, [Symbol.asyncDispose]: end };
  } catch (cause) {
    await end();
    if (stop.signal.reason === EXITED) throw startFailure(lastLines, options.port);
    if (stop.signal.reason !== TIMED_OUT) throw cause;
    throw new PatchbayError("BUS_UNAVAILABLE", `Cannot start nats-server: not ready in ${options.readyTimeoutMs} ms`, {
      cause: new Error(lastLines.join("\n")),
    });
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", cancel);
  }
}

const KEPT_LINES = 30;
const TIMED_OUT = Symbol("not ready in time");
const EXITED = Symbol("ended before it was ready");
/** How long a server may take to end in order, in milliseconds. */
const END_PATIENCE_MS = 10_000;

const ENVIRONMENT = [
  "HOME",
  "PATH",
  "TMPDIR",
  "TZ",
  "GOMAXPROCS",
  "GOMEMLIMIT",
  "SYSTEMROOT",
  "TEMP",
  "TMP",
  "USERPROFILE",
];

function spawn(binary: string, configFile: string): Deno.ChildProcess {
  try {
    return new Deno.Command(binary, {
      args: ["--config", configFile],
      // it gets what a program needs to run, and none of our keys
      clearEnv: true,
      env: Object.fromEntries(ENVIRONMENT.flatMap((name) => {
        const value = Deno.env.get(name);
        return value === undefined ? [] : [[name, value]];
      })),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      // out of our process group: Ctrl-C is for us, and we take the server down last
      detached: Deno.build.os !== "windows",
    }).spawn();
  } catch (cause) {
    throw new PatchbayError("NATS_SERVER_MISSING", `Cannot start ${binary}: it cannot be run`, { cause });
  }
}

async function endProcess(kill: (signal: Deno.Signal) => void, exited: Promise<unknown>): Promise<void> {
  kill("SIGTERM");
  const timer = setTimeout(() => kill("SIGKILL"), END_PATIENCE_MS);
  // a stopped process does not hear SIGTERM before it continues
  if (Deno.build.os !== "windows") kill("SIGCONT");
  await exited;
  clearTimeout(timer);
}

function startFailure(lines: readonly string[], port: number): PatchbayError {
  const text = lines.join("\n");
  if (/address already in use|Only one usage of each socket address/i.test(text)) {
    return new PatchbayError("PORT_IN_USE", `Cannot start nats-server: port ${port} is taken`, { context: { port } });
  }
  const reason = lines.findLast((line) => /\[FTL\]|\[ERR\]|nats-server:/.test(line)) ?? lines.at(-1) ??
    "it said nothing";
  return new PatchbayError("INVALID_CONFIGURATION", `Cannot start nats-server: ${reason.trim()}`, {
    cause: new Error(text),
  });
}

async function pumpLines(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  if (rest !== "") onLine(rest);
}
