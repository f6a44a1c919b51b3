/** A {@linkcode Transport} over OSC: for AbletonOSC, scsynth, lighting desks and whatever else speaks it. */
import { PatchbayError, ValidationError } from "@patchbay/contracts";
import type { AdapterHost } from "../../adapter.ts";
import { pause } from "../../supervision/backoff.ts";
import type { Peer, RequestOptions, Transport, TransportEvents } from "../transport.ts";
import type { OscArgument } from "./argument.ts";
import { decodePacket, encodeBundle, encodeMessage, type OscMessage, type ReceivedMessage } from "./codec.ts";
import { Correlation } from "./correlation.ts";
import {
  isVerified,
  type OscAnswer,
  type OscMatch,
  OscRequest,
  type OscRequestInput,
  questionOf,
  repeatsIds,
} from "./request.ts";
import { openOscSocket, type OscSocket } from "./socket.ts";

export interface OscOptions {
  /** @default "127.0.0.1" */
  host?: string;
  /** Where the application listens: 11000 for AbletonOSC. */
  port: number;
  /** Where the application answers, when that is a port of its own choice: 11001 for AbletonOSC. @default any free port */
  localPort?: number;
  /** The port that answers come from. @default the application's; "any" for one that answers from elsewhere */
  replyFrom?: number | "any";
  /** Asked for a sign of life, and before anything else; without it nobody knows whether the application is there. */
  ping?: { address: string } & OscRequestInput;
  /** Who is there: asked once it answers. @default unknown */
  peer?: (transport: OscTransport, signal: AbortSignal) => Promise<Peer>;
  /** When a datagram is an answer. @default {@linkcode repeatsIds} */
  match?: OscMatch;
  /** Where the application says what went wrong: `/live/error`, `/fail`. It is given to the question that it names, or to the only one. */
  errorAddress?: string;
  /** An answer that may be a listener's message at the same time is reported as well. @default none is */
  alsoNotify?: (message: ReceivedMessage) => boolean;
  /** For each attempt, in milliseconds. @default 500 */
  timeoutMs?: number;
  /** How often a question is asked. @default 3 */
  attempts?: number;
  /** Between two readings of what was just written, in milliseconds: a tick of the application. @default 50 */
  settleMs?: number;
}

/** What has come in, and gone wrong, so far. */
export interface OscStatistics {
  received: number;
  /** Datagrams that are no OSC. */
  malformed: number;
  /** Datagrams from somewhere else. */
  strangers: number;
  /** Questions that were asked again, and answers that came again. */
  retried: number;
  duplicates: number;
}

export interface OscTransport extends Transport {
  readonly localPort: number;
  readonly statistics: Readonly<OscStatistics>;
  /**
   * Asks and waits for the answer, or writes and reads back.
   * @param address as the application has it; no pattern
   * @param params {@linkcode OscRequestInput}
   * @throws {PatchbayError} `APP_UNRESPONSIVE` without an answer, `COMMAND_FAILED` where it reads something else or says why,
   * `OUTCOME_UNKNOWN` for what was written and cannot be read, `INVALID_REQUEST`
   */
  request(address: string, params: unknown, options: RequestOptions): Promise<OscAnswer>;
  /** Sends a message. @param options `at` is when it takes effect, in milliseconds since 1970, for applications that heed time tags */
  send(address: string, args?: readonly OscArgument[], options?: { at?: number }): void;
  /** Sends messages that belong together in one datagram. @throws {PatchbayError} `PAYLOAD_TOO_LARGE` */
  bundle(messages: readonly OscMessage[], options?: { at?: number }): void;
}

const TIMEOUT_MS = 500;
const ATTEMPTS = 3;
const SETTLE_MS = 50;

/**
 * For `transportAdapter`. What comes unasked is reported with its address as the method, and its arguments.
 *
 * @example
 * ```ts
 * import { openOsc } from "@patchbay/bridge-kit";
 *
 * const live = openOsc({
 *   port: 11000,
 *   localPort: 11001,
 *   ping: { address: "/live/test" },
 *   errorAddress: "/live/error",
 * });
 * ```
 * @throws {PatchbayError} `APP_NOT_CONNECTED` where nobody answers the ping, `PORT_IN_USE`, `INVALID_CONFIGURATION`
 */
export function openOsc(options: OscOptions): (host: AdapterHost, events: TransportEvents) => Promise<OscTransport> {
  return async (host, events) => {
    const transport = new OscConnection(options, events);
    try {
      await transport.open(host.signal);
      return transport;
    } catch (error) {
      await transport[Symbol.asyncDispose]();
      throw error;
    }
  };
}

class OscConnection implements OscTransport {
  readonly statistics: OscStatistics = { received: 0, malformed: 0, strangers: 0, retried: 0, duplicates: 0 };
  readonly closed: Promise<PatchbayError>;
  readonly ping?: () => Promise<unknown>;
  readonly #options: OscOptions;
  readonly #events: TransportEvents;
  readonly #correlation: Correlation;
  readonly #ending = new AbortController();
  readonly #closed = Promise.withResolvers<PatchbayError>();
  #socket: OscSocket | undefined;
  #peer: Peer = { appVersion: "unknown" };
  #reason: PatchbayError | undefined;

  constructor(options: OscOptions, events: TransportEvents) {
    this.#options = options;
    this.#events = events;
    this.closed = this.#closed.promise;
    this.#correlation = new Correlation({
      send: (datagram) => this.#socket?.send(datagram),
      match: options.match ?? repeatsIds,
      onRetry: () => this.statistics.retried++,
      onDuplicate: () => this.statistics.duplicates++,
    });
    const { ping } = options;
    if (ping !== undefined) this.ping = () => this.#ping(ping, this.#ending.signal);
  }

  get peer(): Peer {
    return this.#peer;
  }

  get localPort(): number {
    return this.#socket?.localPort ?? 0;
  }

  async open(signal: AbortSignal): Promise<void> {
    const { host = "127.0.0.1", port, localPort = 0, replyFrom = port, ping, peer } = this.#options;
    this.#socket = await openOscSocket({
      host,
      port,
      localPort,
      replyFrom: replyFrom === "any" ? undefined : replyFrom,
      onDatagram: (datagram) => this.#received(datagram),
      onStranger: () => this.statistics.strangers++,
      onBroken: (cause) => this.fail(PatchbayError.of("APP_NOT_CONNECTED", "The OSC socket broke", { cause })),
    });
    signal.throwIfAborted();
    if (ping !== undefined) {
      await this.#ping(ping, signal).catch((cause) => {
        signal.throwIfAborted();
        const where = `${host}:${port}`;
        throw PatchbayError.of(
          "APP_NOT_CONNECTED",
          `Cannot reach the application: nobody answers ${ping.address} on ${where}`,
          {
            cause,
          },
        );
      });
    }
    if (peer !== undefined) this.#peer = await peer(this, signal);
  }

  async request(address: string, params: unknown, { signal, deadline }: RequestOptions): Promise<OscAnswer> {
    if (this.#reason !== undefined) throw this.#reason;
    signal.throwIfAborted();
    const parsed = OscRequest.safeParse(params ?? {});
    if (!parsed.success) throw ValidationError.fromZod("INVALID_REQUEST", `Cannot ask ${address}`, parsed.error);
    const request = parsed.data;
    const until = AbortSignal.any([signal, this.#ending.signal]);
    if (request.verify !== undefined) return await this.#write(address, request, request.verify, until);
    const left = deadline === undefined ? Infinity : Math.max(1, deadline - Date.now());
    return await this.#read(address, request, request, until, left);
  }

  send(address: string, args: readonly OscArgument[] = [], { at }: { at?: number } = {}): void {
    const message = { address, args };
    this.#socket?.send(at === undefined ? encodeMessage(message) : encodeBundle([message], at));
  }

  bundle(messages: readonly OscMessage[], { at }: { at?: number } = {}): void {
    this.#socket?.send(encodeBundle(messages, at));
  }

  notify(address: string, params: unknown): void {
    const { args } = OscRequest.parse(params ?? {});
    this.send(address, args);
  }

  fail(reason: PatchbayError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#ending.abort(reason);
    this.#correlation.fail(reason);
    this.#closed.resolve(reason);
    void this.#socket?.[Symbol.asyncDispose]();
  }

  async #ping({ address, ...request }: { address: string } & OscRequestInput, signal: AbortSignal): Promise<void> {
    const parsed = OscRequest.parse(request);
    await this.#read(address, parsed, parsed, AbortSignal.any([signal, this.#ending.signal]));
  }

  #read(
    address: string,
    asking: Pick<OscRequest, "args" | "ids" | "reply">,
    { timeoutMs, attempts }: Pick<OscRequest, "timeoutMs" | "attempts">,
    signal: AbortSignal,
    leftMs = Infinity,
  ): Promise<OscAnswer> {
    const message = { address, args: asking.args };
    return this.#correlation.ask(questionOf(address, asking), message, {
      timeoutMs: Math.min(leftMs, timeoutMs ?? this.#options.timeoutMs ?? TIMEOUT_MS),
      attempts: attempts ?? this.#options.attempts ?? ATTEMPTS,
      signal,
    });
  }

  /** Nobody acknowledges a write: what it changed is read until it is there. */
  async #write(
    address: string,
    request: OscRequest,
    verify: NonNullable<OscRequest["verify"]>,
    signal: AbortSignal,
  ): Promise<OscAnswer> {
    const { attempts = this.#options.attempts ?? ATTEMPTS, resend } = request;
    this.send(address, request.args);
    let found: OscAnswer | undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (attempt > 0) {
        await pause(this.#options.settleMs ?? SETTLE_MS, signal);
        signal.throwIfAborted();
        if (resend) this.send(address, request.args);
      }
      found = await this.#read(verify.address, verify, request, signal).catch((cause) => {
        if (signal.aborted || !(cause instanceof PatchbayError) || cause.code !== "APP_UNRESPONSIVE") throw cause;
        throw PatchbayError.of("OUTCOME_UNKNOWN", `${address} was sent, and ${verify.address} cannot be read back`, {
          cause,
        });
      });
      if (isVerified(verify.equals, found.values)) return found;
    }
    throw PatchbayError.of("COMMAND_FAILED", `${address} was sent, and ${verify.address} reads something else`, {
      context: {
        found: found?.values.map(shown),
        ...(typeof verify.equals === "function" ? {} : { expected: verify.equals.map(shown) }),
      },
    });
  }

  #received(datagram: Uint8Array): void {
    this.statistics.received++;
    let messages: ReceivedMessage[];
    try {
      messages = decodePacket(datagram);
    } catch {
      // whatever a stranger on this machine sends, it breaks nothing
      this.statistics.malformed++;
      return;
    }
    for (const message of messages) this.#heard(message);
  }

  #heard(message: ReceivedMessage): void {
    const { errorAddress, alsoNotify } = this.#options;
    if (message.address === errorAddress) {
      const text = message.args.map(shown).join(" ").slice(0, 500);
      if (this.#correlation.complain(text, message.args)) return;
    } else if (this.#correlation.take(message) && alsoNotify?.(message) !== true) return;
    this.#events.onNotification(message.address, message.args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.fail(PatchbayError.of("APP_NOT_CONNECTED", "The OSC connection is closed: this side closed it"));
    await this.#socket?.[Symbol.asyncDispose]();
  }
}

/** For messages and problems, which travel as JSON. */
function shown(argument: OscArgument): unknown {
  if (typeof argument === "bigint") return String(argument);
  if (argument instanceof Uint8Array) return `${argument.length} bytes`;
  if (typeof argument === "object" && argument !== null) {
    return "value" in argument ? shown(argument.value) : argument.type;
  }
  return argument;
}
