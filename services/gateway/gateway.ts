/** The gateway on a socket. */
import { type Bus, PresenceMirror } from "@patchbay/bus";
import { PatchbayError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { createApp } from "./app.ts";
import { CommandLog } from "./command_log.ts";
import denoJson from "./deno.json" with { type: "json" };
import { type ApiKey, KeyRing } from "./keys.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { LastProgress } from "./last_progress.ts";
import { ManifestCache } from "./manifest_cache.ts";
import { serviceCalls } from "./service_calls.ts";

const log = logger("gateway");

/** Where the embedded studio listens. */
export const DEFAULT_PORT = 7420;

/** How long requests under way may take to finish when the gateway ends, in milliseconds. */
const GRACE_MS = 5_000;

export interface GatewayOptions {
  bus: Bus;
  /** Who may come in. */
  keys: readonly ApiKey[];
  /** @default "127.0.0.1" */
  host?: string;
  /** 0 takes any free port. @default 7420 */
  port?: number;
  /** Origins of web pages besides the gateway's own: `https://studio.example`. */
  allowedOrigins?: readonly string[];
  /** Host names besides `localhost` and addresses, without a port. */
  allowedHosts?: readonly string[];
  limits?: Partial<Limits>;
  /** Which planner is asked when the caller names none. @default the planner's own */
  defaultProvider?: string;
  /** Closes the gateway, as disposing it does. */
  signal?: AbortSignal;
}

export interface Gateway extends AsyncDisposable {
  /** `http://127.0.0.1:7420` */
  readonly url: string;
  readonly port: number;
  /** Resolves once it takes no more requests and those under way have ended. */
  readonly ended: Promise<void>;
}

/**
 * Starts the gateway; disposing it lets requests under way finish.
 * @throws {PatchbayError} `PORT_IN_USE`
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { bus, host = "127.0.0.1", port = DEFAULT_PORT } = options;
  const closing = new AbortController();
  const ended = new AbortController();
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const manifests = new ManifestCache();
  const followed = manifests.follow(bus, ended.signal);
  await using starting = new AsyncDisposableStack();
  starting.defer(async () => {
    ended.abort();
    await followed;
  });
  const progress = new LastProgress();
  const heard = progress.follow(bus, ended.signal);
  starting.defer(async () => {
    ended.abort();
    await heard;
  });
  const here = starting.use(await PresenceMirror.follow(bus, { signal: ended.signal }));
  const app = createApp({
    bus,
    call: serviceCalls(bus, { timeoutMs: limits.serviceTimeoutMs, signal: ended.signal }),
    keys: new KeyRing(options.keys),
    manifests,
    here,
    commands: new CommandLog(),
    progress,
    limits,
    allowedOrigins: options.allowedOrigins ?? [],
    allowedHosts: options.allowedHosts ?? [],
    defaultProvider: options.defaultProvider,
    showBridges: isLoopback(host),
    version: denoJson.version,
    signal: ended.signal,
    closing: closing.signal,
  });
  await manifests.caughtUp;
  const server = listen(host, port, (request) => app.fetch(request));
  const following = starting.move();
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${server.addr.port}`;
  log.info("Listening on {url}", { url });
  const close = once(async () => {
    closing.abort();
    const late = setTimeout(() => ended.abort(), GRACE_MS);
    await server.shutdown();
    clearTimeout(late);
    await following.disposeAsync();
  });
  options.signal?.addEventListener("abort", close, { once: true });
  return { url, port: server.addr.port, ended: server.finished, [Symbol.asyncDispose]: close };
}

function listen(host: string, port: number, handler: (request: Request) => Response | Promise<Response>) {
  try {
    return Deno.serve({ hostname: host, port, onListen: () => {} }, handler);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new PatchbayError("PORT_IN_USE", `Cannot listen on ${host}:${port}: the port is taken`, { cause });
  }
}

const isLoopback = (host: string) => host === "localhost" || host === "::1" || host.startsWith("127.");

function once<T>(fn: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => result ??= fn();
}
