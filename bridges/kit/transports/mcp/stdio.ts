/** An MCP server as a child process: one JSON-RPC message a line, on its standard streams. */
import type { JSONRPCMessage, Transport as SdkTransport } from "@modelcontextprotocol/client";
import { parseJSONRPCMessage } from "@modelcontextprotocol/client";
import { setImmediate } from "node:timers";
import { PatchbayError, ValidationError } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { type Child, type ChildOptions, startChild } from "../../supervision/child.ts";
import { describeExit } from "../../supervision/supervise.ts";
import { within } from "../../within.ts";
import { MAX_MESSAGE_BYTES, tooLarge } from "./message_size.ts";

/** The program that is the server. Its environment is the few variables that every child gets, and these. */
export type McpChild = Pick<ChildOptions, "command" | "args" | "env" | "cwd" | "limits">;

/** Some servers print a greeting where only messages belong; so many lines of it in a row, and it is no server. */
const MAX_GARBAGE_LINES = 100;
/** How long a server may take to end by itself once nobody asks it any more, in milliseconds. */
const GOODBYE_MS = 1_000;

const log = logger(["bridge", "mcp"]);
const encoder = new TextEncoder();

/** `pid` and `stderr` tell the SDK that this is a child's pipes: there silence means an older server, and no outage. */
export class McpStdio implements SdkTransport {
  readonly stderr = null;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  /** Why the server is gone, once it is. */
  readonly gone: Promise<PatchbayError>;
  readonly #gone = Promise.withResolvers<PatchbayError>();
  readonly #options: McpChild;
  #child: Child | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> | undefined;
  #reading: Promise<void> | undefined;
  #ended: PatchbayError | undefined;
  #silent = false;
  #garbage = 0;

  constructor(options: McpChild) {
    this.#options = options;
    this.gone = this.#gone.promise;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** @throws {PatchbayError} `APP_NOT_FOUND`, `APP_START_FAILED` */
  async start(): Promise<void> {
    const child = await this.#started();
    this.#child = child;
    this.#writer = child.stdin?.getWriter();
    this.#writer?.closed.catch(() => {});
    this.#reading = child.stdout === undefined ? Promise.resolve() : this.#read(child.stdout);
    void child.exited.then((exit) => {
      const { lastLines } = exit;
      this.#end(
        PatchbayError.of("APP_CRASHED", `The MCP server ended ${describeExit(exit)}`, { context: { lastLines } }),
      );
    });
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#ended !== undefined || this.#writer === undefined) throw this.#ended ?? new Error("it is not started");
    const line = encoder.encode(`${JSON.stringify(message)}\n`);
    if (line.length > MAX_MESSAGE_BYTES) throw tooLarge("send", line.length);
    await this.#writer.write(line);
  }

  /** First its input ends, as the protocol wants it; then it is asked to end, and made to. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    // one that says nothing any more has ended by itself, and how is known in a moment
    if (!this.#silent) this.#end(closedHere());
    // a server that reads nothing cannot take the end of its input either
    void this.#writer?.close().catch(() => {});
    await within(GOODBYE_MS, child.exited);
    await child.stop();
    await this.#reading;
  }

  /** Gives the server up. */
  fail(reason: PatchbayError): void {
    this.#end(reason);
    void this.#child?.stop();
  }

  #started(): Promise<Child> {
    try {
      return Promise.resolve(startChild({
        ...this.#options,
        pipes: true,
        onLine: (line) => log.debug("{line}", { line }),
      }));
    } catch (error) {
      if (error instanceof PatchbayError) this.#end(error);
      return Promise.reject(error);
    }
  }

  #end(reason: PatchbayError): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#gone.resolve(reason);
    this.onclose?.();
  }

  async #read(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let parts: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of stdout) {
        // what comes after the end is read all the same, so that the server can end
        if (this.#ended !== undefined) continue;
        let from = 0;
        for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
          await this.#line([...parts, chunk.subarray(from, end)]);
          [parts, length, from] = [[], 0, end + 1];
        }
        if (from < chunk.length) parts.push(chunk.subarray(from));
        length += chunk.length - from;
        if (length > MAX_MESSAGE_BYTES) {
          parts = [];
          throw tooLarge("read", length);
        }
      }
    } catch (error) {
      this.fail(error instanceof PatchbayError ? error : broken(error));
      await stdout.cancel().catch(() => {});
    }
    this.#silent = true;
  }

  async #line(parts: readonly Uint8Array[]): Promise<void> {
    const text = textOf(parts).trim();
    if (text === "") return;
    let message: JSONRPCMessage;
    try {
      message = parseJSONRPCMessage(JSON.parse(text));
    } catch (cause) {
      log.debug("no message: {line}", { line: text.slice(0, 200) });
      if (++this.#garbage < MAX_GARBAGE_LINES) return;
      throw new ValidationError(
        "INVALID_MESSAGE",
        `Cannot talk to the MCP server: it prints what is no message, such as '${text.slice(0, 80)}'`,
        { cause },
      );
    }
    this.#garbage = 0;
    this.onmessage?.(message);
    // the SDK forgets who waits for progress with the answer: what came before it is to be heard before it
    if ("method" in message) await new Promise((resolve) => setImmediate(resolve));
  }
}

function textOf(parts: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
}

const closedHere = () => PatchbayError.of("APP_NOT_CONNECTED", "The MCP connection is closed: this side closed it");

const broken = (cause: unknown) => PatchbayError.of("APP_NOT_CONNECTED", "The MCP server's pipe broke", { cause });
