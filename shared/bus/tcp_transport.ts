/**
 * NATS over TCP and TLS, on Deno's own sockets. The transport that nats.js has for Node takes the listeners off a socket
 * before it closes it; when the server resets the connection then, as it does with wrong credentials, the process ends.
 */
import type { ConnectionOptions, Server, Transport } from "@nats-io/nats-core/internal";
import { ConnectionError } from "@nats-io/nats-core";
import { setImmediate } from "node:timers";
import { z } from "zod";

const READ_BYTES = 64 * 1024;
/** A server's first line may be this long, in bytes. */
const MAX_INFO_BYTES = 1024 * 1024;
/** How long a close waits for what is still to be written, in milliseconds. */
const FLUSH_TIMEOUT_MS = 1_000;

const Info = z.looseObject({ tls_required: z.boolean().default(false), tls_available: z.boolean().default(false) });

export class TcpTransport implements Transport {
  readonly lang = "deno";
  readonly version: string = Deno.version.deno;
  closeError?: Error;
  readonly #dial = new AbortController();
  readonly #closed = Promise.withResolvers<void | Error>();
  #connection: Deno.TcpConn | Deno.TlsConn | undefined;
  #first: Uint8Array = new Uint8Array();
  #outgoing: Uint8Array[] = [];
  #writing: Promise<void> | undefined;
  #connected = false;
  #encrypted = false;
  #done = false;

  get isClosed(): boolean {
    return this.#done;
  }

  async connect(server: Server, options: ConnectionOptions): Promise<void> {
    try {
      const { hostname, port } = server;
      const tcp = await Deno.connect({ hostname, port, signal: this.#dial.signal });
      this.#connection = tcp;
      tcp.setNoDelay(true);
      this.#first = await readLine(tcp);
      const { tls_required, tls_available } = parseInfo(this.#first);
      if (options.tls && !tls_required && !tls_available) throw new ConnectionError("the server does not offer TLS");
      if (tls_required || (tls_available && options.tls !== null)) await this.#encrypt(tcp, server, options);
      this.#dial.signal.throwIfAborted();
      this.#connected = true;
    } catch (cause) {
      this.discard();
      if (cause instanceof Deno.errors.ConnectionRefused) throw new ConnectionError("connection refused", { cause });
      throw cause;
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    let error: Error | undefined;
    try {
      yield this.#first;
      const buffer = new Uint8Array(READ_BYTES);
      while (!this.#done && this.#connection !== undefined) {
        const count = await this.#connection.read(buffer);
        // what was read when the connection was given up meanwhile belongs to nobody: the next one has a parser of its own
        if (count === null || this.#done) break;
        yield buffer.slice(0, count);
      }
    } catch (cause) {
      error = cause instanceof Error ? cause : new Error(String(cause));
    } finally {
      this.#finish(error);
    }
  }

  isEncrypted(): boolean {
    return this.#encrypted;
  }

  send(frame: Uint8Array): void {
    if (this.#done) return;
    this.#outgoing.push(frame);
    this.#writing ??= this.#write();
  }

  async close(error?: Error): Promise<void> {
    if (error === undefined && this.#writing !== undefined) await within(this.#writing, FLUSH_TIMEOUT_MS);
    if (this.#connected) this.#finish(error);
    else this.discard();
  }

  disconnect(): void {
    this.#finish(undefined);
  }

  closed(): Promise<void | Error> {
    return this.#closed.promise;
  }

  discard(): void {
    this.#done = true;
    this.#dial.abort();
    this.#release();
  }

  #finish(error: Error | undefined): void {
    if (this.#done) return;
    if (error !== undefined) this.closeError = error;
    this.discard();
    this.#closed.resolve(error);
  }

  async #write(): Promise<void> {
    try {
      // waking the server costs more than the bytes: what this turn of the event loop has to say goes in one write
      await new Promise((resolve) => setImmediate(resolve));
      while (this.#outgoing.length > 0 && this.#connection !== undefined) {
        const frame = joined(this.#outgoing);
        this.#outgoing = [];
        for (let at = 0; at < frame.length;) at += await this.#connection.write(frame.subarray(at));
      }
    } catch (cause) {
      this.#finish(cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      // here and not in a reaction to the promise: what comes before that would wait for the next frame
      this.#writing = undefined;
    }
  }

  async #encrypt(tcp: Deno.TcpConn, { hostname, tlsName }: Server, { tls }: ConnectionOptions): Promise<void> {
    const caCerts = tls?.caFile === undefined ? {} : { caCerts: [await Deno.readTextFile(tls.caFile)] };
    const connection = await Deno.startTls(tcp, { hostname: tlsName || hostname, ...caCerts });
    this.#connection = connection;
    this.#encrypted = true;
    // a certificate that is not trusted is told here, and not as a connection that breaks
    await connection.handshake();
  }

  #release(): void {
    try {
      this.#connection?.close();
    } catch {
      // TLS took the connection over, or it is closed already
    }
    this.#connection = undefined;
  }
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames;
  if (only !== undefined && frames.length === 1) return only;
  const all = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  return all;
}

async function readLine(connection: Deno.Conn): Promise<Uint8Array> {
  let line = new Uint8Array();
  const buffer = new Uint8Array(READ_BYTES);
  while (line.at(-1) !== 0x0a) {
    const count = await connection.read(buffer);
    if (count === null) throw new ConnectionError("the server closed the connection before it said who it is");
    const longer = new Uint8Array(line.length + count);
    longer.set(line);
    longer.set(buffer.subarray(0, count), line.length);
    line = longer;
    if (line.length > MAX_INFO_BYTES) throw new ConnectionError("the server does not say who it is");
  }
  return line;
}

function parseInfo(line: Uint8Array): z.infer<typeof Info> {
  const json = /^INFO\s+(\{.*\})\s*\r\n/.exec(new TextDecoder().decode(line))?.[1];
  if (json === undefined) throw new ConnectionError("what answers there is no NATS server");
  return Info.parse(JSON.parse(json));
}

async function within(work: Promise<void>, timeoutMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeoutMs);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
