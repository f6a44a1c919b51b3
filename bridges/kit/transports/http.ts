/** JSON-RPC 2.0 over HTTP: for applications that have a server inside. It cannot speak unasked, so it is asked for its health. */
import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { ResponseError } from "vscode-jsonrpc/node";
import { z } from "zod";
import { PatchbayError, ValidationError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { AdapterHost } from "../adapter.ts";
import { fromLinkError } from "../app_link/link_errors.ts";
import { applicationAddress } from "../app_link/loopback.ts";
import { CommandQueue } from "../command_queue.ts";
import { DeadlineTimer } from "../deadline_timer.ts";
import { givenUp } from "./given_up.ts";
import { post, type PostAnswer } from "./http_post.ts";
import type { OpenTransport, Peer, RequestOptions, Transport } from "./transport.ts";

export interface HttpTransportOptions {
  /** `http://127.0.0.1:8765/rpc` */
  url: string;
  /** Sent as `Authorization: Bearer`. */
  token?: string;
  /** Whether another machine's address will do; it takes `https:`. @default false */
  remote?: boolean;
  /** The method that says that the application is well, and which it is. @default `health` */
  health?: string;
  /** The versions of its protocol that the adapter speaks, where `health` says one. */
  protocols?: { oldest: number; newest: number };
  /** Who is there, from what `health` answered. @default its `appVersion` or `version`, `protocol` and `capabilities` */
  peer?: (health: unknown) => Peer;
  /** How long a request may take that has no deadline, in milliseconds. @default 30_000 */
  timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
/** A connection that was idle for so long is not used again: servers close them, and a request that meets that is lost. */
const IDLE_MS = 1_000;

const Health = z.looseObject({
  appVersion: z.string().max(100).optional(),
  version: z.string().max(100).optional(),
  protocol: z.union([z.number(), z.string().max(20)]).optional(),
  capabilities: z.record(z.string(), z.unknown()).default({}),
});

const Answer = z.looseObject({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.number(), z.null()]),
  result: z.unknown().optional(),
  error: z.looseObject({ code: z.number().int(), message: z.string(), data: z.unknown().optional() }).optional(),
});

/**
 * For {@linkcode transportAdapter}. The application is asked one thing at a time.
 * @throws {PatchbayError} `APP_NOT_CONNECTED`, `LINK_REFUSED` for a wrong token or a redirect, `UNSUPPORTED_VERSION`,
 * `INVALID_RESULT` for what is no JSON-RPC, `INVALID_CONFIGURATION`
 */
export function httpTransport(options: HttpTransportOptions): OpenTransport {
  const url = applicationAddress(options.url, {
    protocols: options.remote ? ["https:"] : ["http:", "https:"],
    remote: options.remote ?? false,
  });
  return async (host) => {
    const transport = new HttpTransport(url, options, host);
    try {
      await transport.open(host.signal);
      return transport;
    } catch (error) {
      await transport[Symbol.asyncDispose]();
      throw error;
    }
  };
}

class HttpTransport implements Transport {
  readonly closed: Promise<PatchbayError>;
  readonly #url: URL;
  readonly #options: HttpTransportOptions;
  readonly #host: AdapterHost;
  readonly #agent: Agent;
  readonly #line = new CommandQueue({ limit: Infinity });
  readonly #ending = new AbortController();
  readonly #close: (reason: PatchbayError) => void;
  #peer: Peer = { appVersion: "unknown" };
  #lastId = 0;
  #idleSince = 0;

  constructor(url: URL, options: HttpTransportOptions, host: AdapterHost) {
    this.#url = url;
    this.#options = options;
    this.#host = host;
    const { promise, resolve } = Promise.withResolvers<PatchbayError>();
    this.closed = promise;
    this.#close = (reason) => {
      resolve(reason);
      this.#ending.abort(reason);
    };
    this.#agent = new (url.protocol === "https:" ? TlsAgent : Agent)({ keepAlive: true, maxSockets: 1 });
  }

  get peer(): Peer {
    return this.#peer;
  }

  async open(signal: AbortSignal): Promise<void> {
    const health = await this.request(this.#health, {}, { signal });
    this.#peer = this.#options.peer?.(health) ?? peerOf(health, this.#options.protocols);
  }

  async request(method: string, params: unknown, { signal, deadline }: RequestOptions): Promise<unknown> {
    const id = ++this.#lastId;
    const tooLate = new AbortController();
    const until = deadline ?? Date.now() + (this.#options.timeoutMs ?? TIMEOUT_MS);
    using _timer = new DeadlineTimer(until, () => tooLate.abort(late(method, this.#url)));
    const stop = AbortSignal.any([signal, tooLate.signal, this.#ending.signal]);
    return resultOf(await this.#post({ jsonrpc: "2.0", id, method, params }, stop), id, this.#url);
  }

  notify(method: string, params: unknown): void {
    const signal = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.#ending.signal]);
    this.#post({ jsonrpc: "2.0", method, params }, signal).catch((error) => {
      logger(["bridge", this.#host.app]).debug("{method} was not told: {error}", { method, error });
    });
  }

  ping(): Promise<unknown> {
    return this.request(this.#health, {}, { signal: this.#ending.signal });
  }

  fail(reason: PatchbayError): void {
    this.#close(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close(PatchbayError.of("APP_NOT_CONNECTED", `The link to ${this.#url.origin} is gone: this side closed it`));
    await this.#line.idle();
    this.#agent.destroy();
  }

  get #health(): string {
    return this.#options.health ?? "health";
  }

  /** In line: the application does one thing at a time, and health waits until it is free. */
  async #post(message: { method: string; [more: string]: unknown }, signal: AbortSignal): Promise<PostAnswer> {
    const { method } = message;
    const body = new TextEncoder().encode(JSON.stringify(message));
    const { token } = this.#options;
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    try {
      return await this.#line.enqueue(
        async () => {
          if (performance.now() - this.#idleSince > IDLE_MS) this.#agent.destroy();
          try {
            return await post(this.#url, body, { agent: this.#agent, headers, signal });
          } catch (error) {
            throw error === signal.reason ? givenUp(`run ${method}`, error) : error;
          } finally {
            this.#idleSince = performance.now();
          }
        },
        { signal, internal: true },
      );
    } catch (error) {
      if (error instanceof PatchbayError && (error.code === "APP_NOT_CONNECTED" || error.code === "APP_CRASHED")) {
        this.#close(error);
      }
      throw error;
    }
  }
}

/** @throws {PatchbayError} what the application answered; `LINK_REFUSED`, `INVALID_RESULT` */
function resultOf({ status, body }: PostAnswer, id: number, { origin }: URL): unknown {
  if (status === 401 || status === 403) {
    throw new PatchbayError("LINK_REFUSED", `Cannot talk to ${origin}: it refuses the token, with status ${status}`, {
      remedy: "Give the bridge the token that the application's server was started with.",
    });
  }
  if (status >= 300 && status < 400) {
    throw new PatchbayError(
      "LINK_REFUSED",
      `Cannot talk to ${origin}: it wants to send the bridge elsewhere (${status})`,
    );
  }
  const answer = Answer.safeParse(parsed(body));
  if (!answer.success) throw unreadable(origin, `status ${status}, and no JSON-RPC 2.0`, answer.error);
  const { error, result } = answer.data;
  if (error !== undefined) throw fromLinkError(new ResponseError(error.code, error.message, error.data));
  if (answer.data.id !== id) throw unreadable(origin, `it answers request ${String(answer.data.id)} instead of ${id}`);
  if (result === undefined) throw unreadable(origin, "neither a result nor an error");
  return result;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** @throws {PatchbayError} `UNSUPPORTED_VERSION` */
function peerOf(health: unknown, protocols: HttpTransportOptions["protocols"]): Peer {
  const parsed = Health.safeParse(health);
  if (!parsed.success) {
    throw ValidationError.fromZod("INVALID_RESULT", "Cannot read the application's health", parsed.error);
  }
  const { appVersion, version, protocol, capabilities } = parsed.data;
  if (protocols !== undefined && protocol !== undefined) {
    const { oldest, newest } = protocols;
    if (!(Number(protocol) >= oldest && Number(protocol) <= newest)) {
      throw PatchbayError.of(
        "UNSUPPORTED_VERSION",
        `Cannot talk to the application: it speaks protocol ${protocol}, this bridge ${oldest} to ${newest}`,
      );
    }
  }
  return {
    appVersion: appVersion ?? version ?? "unknown",
    ...(protocol === undefined ? {} : { protocol: String(protocol) }),
    capabilities,
  };
}

const late = (method: string, { origin }: URL) =>
  new PatchbayError("DEADLINE_EXCEEDED", `Cannot finish ${method} in time: ${origin} has not answered`);

const unreadable = (origin: string, why: string, cause?: unknown) =>
  PatchbayError.of("INVALID_RESULT", `Cannot read what ${origin} answered: ${why}`, { cause });
