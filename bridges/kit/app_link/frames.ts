/** The LSP base protocol: `Content-Length: N\r\n\r\n` and N bytes of JSON in UTF-8. Chunks come as the transport cuts them. */
import { PatchbayError, ValidationError } from "@patchbay/contracts";

/** A larger frame closes the link, in bytes: such values travel as files. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;
/** Whoever has not said `hello` yet gets no more than this. */
export const MAX_HELLO_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 4096;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
const EMPTY = new Uint8Array();

/** @throws {PatchbayError} `PAYLOAD_TOO_LARGE` */
export function encodeFrame(message: unknown): Uint8Array<ArrayBuffer> {
  const body = encoder.encode(JSON.stringify(message));
  if (body.length > MAX_FRAME_BYTES) throw tooLarge("send", body.length, MAX_FRAME_BYTES);
  const header = encoder.encode(`Content-Length: ${body.length}\r\n\r\n`);
  const frame = new Uint8Array(header.length + body.length);
  frame.set(header);
  frame.set(body, header.length);
  return frame;
}

/** Cuts a stream of bytes into messages. After it has thrown, the stream has no frames any more: close the link. */
export class FrameDecoder {
  /** May be raised once the other side is known. */
  maxBytes: number;
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  /** The length of the body that is awaited; `undefined` while a header is. */
  #expected: number | undefined;

  constructor(maxBytes: number = MAX_FRAME_BYTES) {
    this.maxBytes = maxBytes;
  }

  /** Whether the stream may end here: no half frame is left. */
  get atBoundary(): boolean {
    return this.#buffered === 0 && this.#expected === undefined;
  }

  /**
   * The messages that this chunk completes, parsed.
   * @throws {PatchbayError} `INVALID_MESSAGE` for what is no frame or no JSON, `PAYLOAD_TOO_LARGE`
   */
  *push(chunk: Uint8Array): Generator<unknown> {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    while (true) {
      this.#expected ??= this.#header();
      if (this.#expected === undefined || this.#buffered < this.#expected) return;
      const body = this.#take(this.#expected);
      this.#expected = undefined;
      yield parseBody(body);
    }
  }

  #header(): number | undefined {
    const bytes = this.#joined();
    const end = endOfHeader(bytes);
    if (end === undefined) {
      if (bytes.length > MAX_HEADER_BYTES) throw invalid(`no header ends within ${MAX_HEADER_BYTES} bytes`);
      return undefined;
    }
    const length = contentLength(String.fromCharCode(...bytes.subarray(0, end)));
    if (length > this.maxBytes) throw tooLarge("read", length, this.maxBytes);
    this.#take(end + 4);
    return length;
  }

  #joined(): Uint8Array {
    if (this.#chunks.length !== 1) this.#chunks = [concat(this.#chunks, this.#buffered)];
    return this.#chunks[0] ?? EMPTY;
  }

  #take(length: number): Uint8Array {
    const all = this.#joined();
    this.#chunks = length === all.length ? [] : [all.subarray(length)];
    this.#buffered -= length;
    return all.subarray(0, length);
  }
}

/** Where `\r\n\r\n` begins; looks no further than a header may reach. */
function endOfHeader(bytes: Uint8Array): number | undefined {
  const last = Math.min(bytes.length, MAX_HEADER_BYTES + 4) - 3;
  for (let i = 0; i < last; i++) {
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  }
  return undefined;
}

function contentLength(header: string): number {
  for (const line of header.split("\r\n")) {
    const match = /^content-length:[ \t]*(\d{1,12})[ \t]*$/i.exec(line);
    if (match !== null) return Number(match[1]);
  }
  throw invalid(`the header has no Content-Length: ${JSON.stringify(header.slice(0, 80))}`);
}

function parseBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch (cause) {
    throw invalid(`a frame of ${body.length} bytes is not JSON in UTF-8`, cause);
  }
}

/** @param length of all together */
export function concat(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

const invalid = (why: string, cause?: unknown) =>
  new ValidationError("INVALID_MESSAGE", `Cannot read from the application's link: ${why}`, { cause });

/** @param length in bytes, where it is known */
export const tooLarge = (verb: "send" | "read", length: number | undefined, limit: number) =>
  new PatchbayError(
    "PAYLOAD_TOO_LARGE",
    `Cannot ${verb} a frame of ${length ?? "too many"} bytes on the application's link: at most ${limit}`,
  );
