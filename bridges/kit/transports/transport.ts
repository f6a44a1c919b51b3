/** One interface for every way to talk to an application: App link, HTTP JSON-RPC, OSC, MCP. */
import type { PatchbayError } from "@patchbay/contracts";
import type { AdapterHost, AdapterProgress } from "../adapter.ts";

/** Who is at the other end. */
export interface Peer {
  /** The application's own version: `12.1.5`. */
  appVersion: string;
  /** The protocol that both speak, where it is negotiated. */
  protocol?: string;
  capabilities?: Record<string, unknown>;
}

export interface RequestOptions {
  /** Cancels the request at the other end, where the protocol can; the other end says what became of it. */
  signal: AbortSignal;
  /** The command's id: what the other end names when it reports progress. */
  id?: string;
  progress?(progress: AdapterProgress): void;
  /** When the request fails with `DEADLINE_EXCEEDED`, in milliseconds since 1970; for protocols that have a timeout of their own. */
  deadline?: number;
}

/** A connection to one application. Disposing it lets go of the application. */
export interface Transport extends AsyncDisposable {
  readonly peer: Peer;
  /**
   * Asks and waits for the answer.
   * @throws {PatchbayError} what the application answered; `APP_NOT_CONNECTED`, or why it is gone; `PAYLOAD_TOO_LARGE`
   */
  request(method: string, params: unknown, options: RequestOptions): Promise<unknown>;
  /** Tells, and expects no answer. */
  notify(method: string, params: unknown): void;
  /** Asks the application's main thread for a sign of life; for protocols that can. */
  ping?(): Promise<unknown>;
  /** Gives the connection up, with no goodbye: `closed` resolves with this reason. */
  fail?(reason: PatchbayError): void;
  /** Resolves with why, once the connection is gone. */
  readonly closed: Promise<PatchbayError>;
}

/** What comes from the application unasked. */
export interface TransportEvents {
  onNotification(method: string, params: unknown): void;
}

/** Connects; resolves once the application takes requests. @throws {PatchbayError} `APP_NOT_CONNECTED`, `LINK_REFUSED`, `UNSUPPORTED_VERSION`, … */
export type OpenTransport = (host: AdapterHost, events: TransportEvents) => Promise<Transport>;
