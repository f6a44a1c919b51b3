/** A nats-server of our own, on loopback, for an embedded studio and for tests. */
import { PatchbayError } from "@patchbay/contracts";
import { endOrphan } from "./orphan.ts";
import { formatServerConfig, type NatsUser } from "./server_config.ts";
import { type ServerProcess, startServerProcess } from "./server_process.ts";
import { lockStore } from "./store_lock.ts";

export interface StartNatsServerOptions {
  /** Path of the nats-server program: see {@linkcode provisionNatsServer}. */
  binary: string;
  /** Where JetStream keeps its files. @default a folder of its own, removed at the end */
  storeDir?: string;
  /** 0: a free one. @default 0 */
  port?: number;
  /** @default "127.0.0.1" */
  host?: string;
  /** @default one user with a generated password, who may do everything; an empty list lets anybody in */
  users?: readonly NatsUser[];
  /** Whether each acknowledged write is on the disk, and not only on its way there. @default false */
  syncAlways?: boolean;
  /** More nats-server configuration, as text. */
  config?: string;
  /** Whether a server that ends by itself is started again. @default false */
  keepRunning?: boolean;
  /** @default 15_000 */
  readyTimeoutMs?: number;
  /** Cancels the start. The running server ends when it is disposed. */
  signal?: AbortSignal;
  /** Gets each line of the server's log. */
  onLog?: (line: string) => void;
}

/** A running server. Disposing it ends the process and frees the store. */
export interface NatsServer extends AsyncDisposable {
  /** `nats://127.0.0.1:40123` */
  readonly url: string;
  readonly port: number;
  /** Of the process that runs now. */
  readonly pid: number;
  readonly version: string;
  readonly storeDir: string;
  /** The generated user; absent when `users` were given. */
  readonly credentials?: { user: string; password: string };
  /** The end of the process that runs now. */
  readonly exited: Promise<Deno.CommandStatus>;
  kill(signal: Deno.Signal): void;
  /** Ends the process if it runs, and starts another on the same store and port. */
  restart(): Promise<void>;
}

/**
 * Starts a nats-server with JetStream and waits until it answers. One process uses a store at a time.
 * @throws {PatchbayError} `ALREADY_RUNNING`, `PORT_IN_USE`, `INVALID_CONFIGURATION`, `BUS_UNAVAILABLE`
 * @example
 * ```ts
 * import { provisionNatsServer, startNatsServer } from "@patchbay/bus/nats-server";
 *
 * const { path } = await provisionNatsServer();
 * await using server = await startNatsServer({ binary: path, storeDir: ".patchbay/nats" });
 * await server.exited;
 * ```
 */
export async function startNatsServer(options: StartNatsServerOptions): Promise<NatsServer> {
  await using cleanup = new AsyncDisposableStack();
  const storeDir = options.storeDir ?? await Deno.makeTempDir({ prefix: "patchbay-nats-" });
  if (options.storeDir === undefined) cleanup.defer(() => Deno.remove(storeDir, { recursive: true }));
  await Deno.mkdir(storeDir, { recursive: true, mode: 0o700 });
  cleanup.use(await lockStore(storeDir));

  const host = options.host ?? "127.0.0.1";
  const configFile = `${storeDir}/nats-server.conf`;
  const pidFile = `${storeDir}/nats-server.pid`;
  const portsDir = `${storeDir}/ports`;
  await endOrphan(pidFile, configFile);
  await Deno.remove(portsDir, { recursive: true }).catch(ignoreMissing);
  await Deno.mkdir(portsDir, { mode: 0o700 });

  const generated = options.users === undefined ? { user: "patchbay", password: newPassword() } : undefined;
  const users = options.users ?? (generated === undefined ? [] : [generated]);
  let port = options.port === undefined || options.port === 0 ? -1 : options.port;
  const launch = async (signal?: AbortSignal): Promise<ServerProcess> => {
    await writePrivately(
      configFile,
      formatServerConfig({
        host,
        port,
        storeDir: `${storeDir}/jetstream`,
        users,
        pidFile,
        portsDir,
        ...(options.syncAlways === undefined ? {} : { syncAlways: options.syncAlways }),
        ...(options.config === undefined ? {} : { extra: options.config }),
      }),
    );
    const { binary, onLog, readyTimeoutMs = 15_000 } = options;
    return await startServerProcess({
      binary,
      configFile,
      portsDir,
      host,
      port,
      readyTimeoutMs,
      ...(signal === undefined ? {} : { signal }),
      ...(onLog === undefined ? {} : { onLog }),
    });
  };

  let current = await launch(options.signal);
  port = current.port;
  const closing = new AbortController();
  let relaunching: Promise<void> | undefined;
  const relaunch = () =>
    relaunching ??= (async () => {
      await current[Symbol.asyncDispose]();
      closing.signal.throwIfAborted();
      current = await launch(closing.signal);
    })().finally(() => relaunching = undefined);
  const keeper = options.keepRunning === true ? keepRunning(() => current.exited, relaunch, closing.signal) : undefined;
  cleanup.defer(async () => {
    closing.abort(new PatchbayError("CANCELLED", "The server is being taken down"));
    await relaunching?.catch(() => {});
    await current[Symbol.asyncDispose]();
    await keeper;
  });
  const owned = cleanup.move();
  return {
    url: `nats://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    version: current.version,
    storeDir,
    ...(generated === undefined ? {} : { credentials: generated }),
    get pid() {
      return current.pid;
    },
    get exited() {
      return current.exited;
    },
    kill: (signal) => current.kill(signal),
    restart: relaunch,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Starts the server again whenever it ends, at once first, then less and less often, until `signal`. */
async function keepRunning(
  exited: () => Promise<unknown>,
  relaunch: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let waitMs = 0;
  while (true) {
    const since = performance.now();
    await exited();
    if (signal.aborted) return;
    if (performance.now() - since > STABLE_MS) waitMs = 0;
    await wait(waitMs, signal);
    waitMs = Math.min(Math.max(100, waitMs * 2), 5_000);
    if (signal.aborted) return;
    // one that does not come up is tried again at the next turn: its `exited` has settled
    await relaunch().catch(() => {});
  }
}

/** One that ran this long before it ended did not fail at its start, in milliseconds. */
const STABLE_MS = 10_000;

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}

/** 256 random bits, in base64url. */
export function newPassword(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url", omitPadding: true });
}

async function writePrivately(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  await Deno.remove(fresh).catch(ignoreMissing);
  await Deno.writeTextFile(fresh, text, { mode: 0o600, createNew: true });
  await Deno.rename(fresh, path);
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
