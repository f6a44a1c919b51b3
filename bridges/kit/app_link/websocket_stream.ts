/** One JSON-RPC message a WebSocket text frame, with pings that find out who is gone without a word. */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
// @ts-types="@types/ws"
import type { RawData, WebSocket } from "ws";
import { PatchbayError, ValidationError } from "@patchbay/contracts";
import { MAX_FRAME_BYTES, tooLarge } from "./frames.ts";
import { linkGone, type MessageStream } from "./message_stream.ts";

export interface WebSocketStreamOptions {
  /** Between two pings, in milliseconds; four of them without a sign of life, and the link is gone. @default 15_000 */
  heartbeatMs?: number;
}

const HEARTBEAT_MS = 15_000;
const MISSED = 4;
/** How long the other side may take to say goodbye, in milliseconds. */
const GOODBYE_MS = 500;
/** So many messages wait for their reader before the socket is not read any further. */
const WAITING = 16;
/** What frames and their headers add to what is counted on the wire, in bytes. */
const OVERHEAD = 1024;

/** @param wire the connection below, where what a stranger sends is to be bounded before it makes a message */
export function webSocketStream(
  socket: WebSocket,
  options: WebSocketStreamOptions,
  wire?: Socket,
): MessageStream {
  return new WebSocketStream(socket, options.heartbeatMs ?? HEARTBEAT_MS, wire);
}

class WebSocketStream implements MessageStream {
  readonly messages: ReadableStream<unknown>;
  readonly #socket: WebSocket;
  readonly #wire: { socket: Socket; from: number } | undefined;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #controller: ReadableStreamDefaultController<unknown> | undefined;
  #goodbye: ReturnType<typeof setTimeout> | undefined;
  #maxBytes = MAX_FRAME_BYTES;
  #missed = 0;
  #open = true;

  constructor(socket: WebSocket, heartbeatMs: number, wire: Socket | undefined) {
    this.#socket = socket;
    this.#wire = wire === undefined ? undefined : { socket: wire, from: wire.bytesRead };
    this.messages = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      pull: () => this.#socket.resume(),
      cancel: () => {
        this.#open = false;
        this.#bye(1000);
      },
    }, { highWaterMark: WAITING });
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatMs);
    wire?.on("data", this.#count);
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    socket.on("pong", () => this.#missed = 0);
    socket.on("ping", () => this.#missed = 0);
    socket.on("error", (error) => this.#fail(asReason(error, this.#maxBytes), 1002));
    socket.on("close", (code, reason) => this.#closed(code, String(reason)));
  }

  async send(message: unknown): Promise<void> {
    const text = JSON.stringify(message);
    const length = new TextEncoder().encode(text).length;
    if (length > MAX_FRAME_BYTES) throw tooLarge("send", length, MAX_FRAME_BYTES);
    await new Promise<void>((resolve, reject) => this.#socket.send(text, (error) => error ? reject(error) : resolve()));
  }

  allow(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    if (this.#wire !== undefined) this.#wire.from = this.#wire.socket.bytesRead;
  }

  close(): void {
    this.#bye(1000);
  }

  #received(data: RawData, isBinary: boolean): void {
    if (!this.#open) return;
    this.#missed = 0;
    if (isBinary) return this.#fail(invalid("it is a binary frame, and JSON is text"), 1003);
    const bytes = joined(data);
    if (bytes.length > this.#maxBytes) return this.#fail(tooLarge("read", bytes.length, this.#maxBytes), 1009);
    try {
      this.#controller?.enqueue(JSON.parse(bytes.toString("utf8")));
    } catch (cause) {
      return this.#fail(invalid(`a message of ${bytes.length} bytes is not JSON`, cause), 1007);
    }
    if ((this.#controller?.desiredSize ?? 1) <= 0) this.#socket.pause();
  }

  /** A message is collected before anyone sees it: what may not be large is counted on its way. */
  #count = (): void => {
    if (this.#wire === undefined || this.#maxBytes >= MAX_FRAME_BYTES) return;
    const length = this.#wire.socket.bytesRead - this.#wire.from;
    if (length > this.#maxBytes + OVERHEAD) this.#fail(tooLarge("read", length, this.#maxBytes), 1009);
  };

  #beat(): void {
    if (this.#missed++ < MISSED) return this.#socket.ping(undefined, undefined, () => {});
    this.#fail(linkGone("the other side answers no ping"), 1001);
    this.#socket.terminate();
  }

  #fail(reason: PatchbayError, code: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#controller?.error(reason);
    this.#bye(code);
  }

  #bye(code: number): void {
    if (this.#goodbye !== undefined || this.#socket.readyState === this.#socket.CLOSED) return;
    // what still comes is not read by anyone, but the answer to our goodbye is among it
    this.#socket.resume();
    this.#socket.close(code);
    this.#goodbye = setTimeout(() => this.#socket.terminate(), GOODBYE_MS);
  }

  #closed(code: number, reason: string): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#goodbye);
    this.#wire?.socket.off("data", this.#count);
    if (!this.#open) return;
    this.#open = false;
    if (this.#goodbye !== undefined || code === 1000 || code === 1005) this.#controller?.close();
    else this.#controller?.error(linkGone(farewell(code, reason)));
  }
}

function joined(data: RawData): Uint8Array & { toString(encoding: "utf8"): string } {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

function farewell(code: number, reason: string): string {
  if (code === 1006) return "it broke without a goodbye";
  return `the other side closed it with ${code}${reason === "" ? "" : `, ${reason}`}`;
}

function asReason(error: Error, maxBytes: number): PatchbayError {
  const code = "code" in error ? error.code : undefined;
  if (code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") return tooLarge("read", undefined, maxBytes);
  if (typeof code === "string" && code.startsWith("WS_ERR_")) return invalid(error.message, error);
  return linkGone("it broke", error);
}

const invalid = (why: string, cause?: unknown) =>
  new ValidationError("INVALID_MESSAGE", `Cannot read from the application's link: ${why}`, { cause });
