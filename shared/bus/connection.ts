/** Connecting to NATS, with the options that keep a connection alive: the defaults give up after 20 seconds. */
import { jetstream } from "@nats-io/jetstream";
import {
  AuthorizationError,
  type ConnectionOptions,
  type NatsConnection,
  nkeyAuthenticator,
  PermissionViolationError,
  usernamePasswordAuthenticator,
  wsconnect,
} from "@nats-io/nats-core";
import { NatsConnectionImpl, setTransportFactory } from "@nats-io/nats-core/internal";
import { PatchbayError, UnavailableError } from "@patchbay/contracts";
import { cancelled, orCancelled } from "./abort.ts";
import { backoffMs, pause } from "./backoff.ts";
import type { Bus, BusStatus } from "./bus.ts";
import { loadCredentials } from "./credentials.ts";
import { Inbox } from "./inbox.ts";
import { log } from "./log.ts";
import { TcpTransport } from "./tcp_transport.ts";

export interface BusOptions {
  /** `nats://`, `tls://`, `ws://` or `wss://`. */
  servers: string | string[];
  /** What the server's monitoring calls this connection: `conductor`, `blender.ws-07`. */
  name: string;
  user?: string;
  password?: string;
  /** The secret half of the user's nkey, in the place of user and password. */
  seed?: string;
  /** A `.creds` file, or JSON as {@linkcode BusCredentials}; what is given beside it wins. */
  credentialsFile?: string;
  /** Where replies come to: the user must be allowed to subscribe below it. @default `_INBOX` */
  inboxPrefix?: string;
  tls?: { caFile?: string };
  /** Gives up the first connection; a connection that stands is ended by disposing it. */
  signal?: AbortSignal;
  /** Whether to wait for a server that is not there yet. @default true */
  waitOnFirstConnect?: boolean;
}

const PING_INTERVAL_MS = 10_000;
const DIAL_TIMEOUT_MS = 5_000;
/** How long a bus that is disposed waits for what is on its way. */
const DRAIN_TIMEOUT_MS = 2_000;
/** What a server takes unless it says otherwise. */
const DEFAULT_MAX_PAYLOAD = 1024 * 1024;

/**
 * Connects to NATS. The connection comes back by itself, for ever.
 * @throws {PatchbayError} `UNAUTHENTICATED` when the server refuses us, `CANCELLED` when the signal fires,
 *   `BUS_UNAVAILABLE` when there is no server and `waitOnFirstConnect` is false, `INVALID_CONFIGURATION` for a bad credentials file
 * @example
 * ```ts
 * import { connectBus } from "@patchbay/bus";
 *
 * const conductor = () => connectBus({ servers: "nats://127.0.0.1:4222", name: "conductor" });
 * ```
 */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const loaded = options.credentialsFile === undefined ? undefined : loadCredentials(options.credentialsFile);
  const inboxPrefix = options.inboxPrefix ?? loaded?.settings.inboxPrefix ?? "_INBOX";
  const caFile = options.tls?.caFile ?? loaded?.settings.tls?.caFile;
  const useTls = options.tls !== undefined || loaded?.settings.tls !== undefined;
  let tries = 0;
  const nats: ConnectionOptions = {
    servers: options.servers.length > 0 ? options.servers : loaded?.settings.servers ?? options.servers,
    name: options.name,
    inboxPrefix,
    maxReconnectAttempts: -1,
    pingInterval: PING_INTERVAL_MS,
    timeout: DIAL_TIMEOUT_MS,
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
    // the system resolves names: else a process that may reach `nats:4222` is refused its address, and an address that
    // changed is not noticed
    resolve: false,
    // asked for before each dial and after each refusal, so about twice a try
    reconnectDelayHandler: () => backoffMs(tries++ / 2),
    ...(options.seed !== undefined
      ? { authenticator: nkeyAuthenticator(new TextEncoder().encode(options.seed)) }
      : options.user !== undefined
      ? { authenticator: usernamePasswordAuthenticator(options.user, options.password) }
      : loaded === undefined
      ? {}
      : { authenticator: loaded.authenticator }),
    ...(useTls ? { tls: caFile === undefined ? {} : { caFile } } : {}),
  };
  const nc = await dial(nats, options);
  return createBus(nc, options.name, inboxPrefix, () => tries = 0);
}

async function dial(nats: ConnectionOptions, { signal, name, waitOnFirstConnect = true }: BusOptions) {
  const servers = [nats.servers ?? []].flat();
  const action = `Cannot connect ${name} to ${servers.map(withoutPassword).join(", ")}`;
  const open = servers.some((server) => /^wss?:/i.test(server)) ? wsconnect : connectTcp;
  for (let attempt = 0;; attempt++) {
    if (signal?.aborted) throw cancelled(action, signal);
    try {
      return await abortable(open({ ...nats, servers }), signal);
    } catch (error) {
      if (signal?.aborted) throw cancelled(action, signal);
      if (error instanceof AuthorizationError) {
        throw new PatchbayError("UNAUTHENTICATED", `${action}: the server refuses these credentials`, {
          cause: error,
          remedy: "Use the credentials file that this installation made for this part.",
        });
      }
      const misconfigured = configurationFault(error);
      if (misconfigured !== undefined) {
        throw new PatchbayError("INVALID_CONFIGURATION", `${action}: ${misconfigured}`, {
          cause: error,
          remedy:
            "Name the file with the certificate authority's certificate in `tls.caFile`, and the server as its certificate does.",
        });
      }
      if (!waitOnFirstConnect) {
        throw new UnavailableError("BUS_UNAVAILABLE", `${action}: ${text(error)}`, { cause: error });
      }
      if (attempt === 0) log.warn("{action}: {error}; waiting for it", { action, error: text(error) });
      await orCancelled(action, signal, () => pause(backoffMs(attempt), signal));
    }
  }
}

/** nats.js has one kind of transport a process, so TCP and WebSocket cannot be mixed in one. */
function connectTcp(options: ConnectionOptions): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new TcpTransport() });
  return NatsConnectionImpl.connect(options);
}

/** nats.js cannot give up a dial: one that succeeds after the signal fired is closed again. */
function abortable(dialling: Promise<NatsConnection>, signal: AbortSignal | undefined): Promise<NatsConnection> {
  if (signal === undefined) return dialling;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    dialling.then((nc) => signal.aborted ? nc.close() : resolve(nc), reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function createBus(nc: NatsConnection, name: string, inboxPrefix: string, onConnected: () => void): Bus {
  const inbox = new Inbox(nc, inboxPrefix);
  const listeners = new Set<(status: BusStatus) => void>();
  let connected = true;
  let maxPayload = nc.info?.max_payload ?? DEFAULT_MAX_PAYLOAD;
  const change = (now: boolean, reason: string) => {
    connected = now;
    for (const listener of [...listeners]) listener({ connected, reason });
  };
  const watching = (async () => {
    for await (const status of nc.status()) {
      if (status.type === "disconnect") {
        log.warn("{name} lost the bus at {server}", { name, server: status.server });
        change(false, `disconnected from ${status.server}`);
        inbox.disconnected();
      } else if (status.type === "reconnect") {
        onConnected();
        maxPayload = nc.info?.max_payload ?? maxPayload;
        log.info("{name} has the bus again at {server}", { name, server: status.server });
        change(true, `reconnected to ${status.server}`);
      } else if (status.type === "error" && status.error instanceof PermissionViolationError) {
        log.warn("{name}: {error}", { name, error: status.error.message });
        inbox.refused(status.error);
      } else if (status.type === "error") {
        log.warn("{name}: {error}", { name, error: status.error.message });
      }
    }
  })();
  const closed = Promise.all([nc.closed(), watching]).then(() => {
    change(false, "closed");
    inbox.closed();
  });
  return {
    nc,
    js: jetstream(nc),
    name,
    inbox,
    inboxPrefix,
    closed,
    get connected() {
      return connected;
    },
    get maxPayload() {
      return maxPayload;
    },
    onStatus(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async [Symbol.asyncDispose]() {
      if (connected && !nc.isClosed() && !nc.isDraining()) await settled(nc.drain(), DRAIN_TIMEOUT_MS);
      await nc.close();
      await closed;
    },
  };
}

/** Waits until it has ended, well or not, or the time is over. */
async function settled(work: Promise<void>, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  // a drain fails when the connection breaks meanwhile: then there is nothing left to wait for
  work.then(resolve, () => resolve());
  await promise;
  clearTimeout(timer);
}

/** What is wrong with our own settings, if that is why a connection failed: waiting would not help. */
function configurationFault(error: unknown): string | undefined {
  if (error instanceof Deno.errors.NotFound) return `the certificate file is not there: ${error.message}`;
  if (error instanceof Error && /certificate/i.test(error.message)) return error.message;
  return undefined;
}

const text = (error: unknown) => error instanceof Error ? error.message : String(error);
const withoutPassword = (server: string) => server.replace(/\/\/[^@/]*@/, "//");
