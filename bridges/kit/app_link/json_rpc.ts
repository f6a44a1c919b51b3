/** JSON-RPC 2.0 over a stream of messages, by `vscode-jsonrpc`: one connection that ends with a reason instead of a crash. */
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  type CancellationToken,
  CancellationTokenSource,
  createMessageConnection,
  type DataCallback,
  type Disposable as RpcDisposable,
  type Message,
  type MessageConnection,
  type MessageReader,
  type MessageWriter,
  NullLogger,
  ParameterStructures,
} from "vscode-jsonrpc/node";
import { PatchbayError, ValidationError } from "@patchbay/contracts";
import { fromLinkError, toLinkError } from "./link_errors.ts";
import { within } from "../within.ts";
import { linkGone, type MessageStream } from "./message_stream.ts";

/** How long the last words may take to a peer that reads no more. */
const FLUSH_MS = 1_000;

export interface JsonRpcHandlers {
  request(method: string, params: unknown, signal: AbortSignal): Promise<unknown>;
  notification(method: string, params: unknown): void;
}

/** One end of a link. Disposing it ends the link; what is awaited then fails with the reason. */
export class JsonRpcConnection implements AsyncDisposable {
  /** Resolves with why, once the link is gone. */
  readonly closed: Promise<PatchbayError>;
  readonly #rpc: MessageConnection;
  readonly #stream: MessageStream;
  readonly #reader: StreamReader;
  readonly #writer: StreamWriter;
  readonly #end: (reason: PatchbayError) => void;
  #reason: PatchbayError | undefined;

  constructor(stream: MessageStream, handlers: JsonRpcHandlers) {
    const { promise, resolve } = Promise.withResolvers<PatchbayError>();
    this.closed = promise;
    this.#stream = stream;
    this.#end = (reason) => {
      if (this.#reason !== undefined) return;
      this.#reason = reason;
      this.#rpc.dispose();
      resolve(reason);
    };
    this.#reader = new StreamReader(stream, this.#end);
    this.#writer = new StreamWriter(stream, this.#end);
    this.#rpc = createMessageConnection(this.#reader, this.#writer, NullLogger);
    this.#rpc.onError(([error]) => this.#end(asReason(error)));
    this.#rpc.onRequest((method: string, params: unknown, token: CancellationToken) =>
      handlers.request(method, params, abortSignal(token)).catch((error) => {
        throw toLinkError(error);
      })
    );
    this.#rpc.onNotification((method: string, params: unknown) => handlers.notification(method, params));
    this.#rpc.onUnhandledProgress((params) => handlers.notification("$/progress", params));
    this.#rpc.listen();
  }

  /** Why the link is gone; `undefined` while it holds. */
  get reason(): PatchbayError | undefined {
    return this.#reason;
  }

  /** Messages may be so large from now on, in bytes. */
  allow(maxBytes: number): void {
    this.#stream.allow(maxBytes);
  }

  /**
   * Asks and waits for the answer, also after the signal has fired: the other side says what became of it.
   * @throws {PatchbayError} what the other side answered, or why the link is gone
   */
  async request(method: string, params: object, signal?: AbortSignal): Promise<unknown> {
    if (this.#reason !== undefined) throw this.#reason;
    using cancellation = cancellationOf(signal);
    try {
      return await this.#rpc.sendRequest(method, ParameterStructures.byName, params, cancellation.token);
    } catch (error) {
      throw this.#reason ?? fromLinkError(error);
    }
  }

  /** Tells; whoever is gone is not told. */
  notify(method: string, params: object): void {
    if (this.#reason !== undefined) return;
    this.#rpc.sendNotification(method, ParameterStructures.byName, params).catch((error) => this.#end(asReason(error)));
  }

  /** Ends the link with this reason. */
  close(reason: PatchbayError = linkGone("this side closed it")): void {
    this.#end(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await within(FLUSH_MS, this.#writer.flushed());
    this.#stream.close();
    await this.#reader.ended;
  }
}

class StreamReader extends AbstractMessageReader implements MessageReader {
  ended: Promise<void> = Promise.resolve();

  constructor(private readonly stream: MessageStream, private readonly end: (reason: PatchbayError) => void) {
    super();
  }

  listen(callback: DataCallback): RpcDisposable {
    this.ended = this.#read(callback);
    return { dispose: () => {} };
  }

  async #read(callback: DataCallback): Promise<void> {
    try {
      for await (const message of this.stream.messages) callback(checkMessage(message));
      this.end(linkGone("the other side closed it"));
    } catch (error) {
      this.end(asReason(error));
    }
    this.stream.close();
  }
}

class StreamWriter extends AbstractMessageWriter implements MessageWriter {
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly stream: MessageStream, private readonly broken: (reason: PatchbayError) => void) {
    super();
  }

  async write(message: Message): Promise<void> {
    const sent = this.stream.send(message);
    this.#last = sent.catch((error) => {
      // what is too large fails alone, and the link lives on
      if (!(error instanceof PatchbayError)) this.broken(asReason(error));
    });
    await sent;
  }

  async flushed(): Promise<void> {
    await this.#last;
  }

  end(): void {}
}

/** What `vscode-jsonrpc` takes for granted. */
function checkMessage(message: unknown): Message {
  if (typeof message === "object" && message !== null && "jsonrpc" in message && message.jsonrpc === "2.0") {
    const isCall = "method" in message && typeof message.method === "string";
    const isAnswer = "id" in message && ("result" in message || isErrorAnswer(message));
    const cancel = isCall && message.method === "$/cancelRequest";
    if (cancel ? hasId(message) : isCall || isAnswer) return { ...message, jsonrpc: "2.0" };
  }
  throw new ValidationError("INVALID_MESSAGE", "Cannot read from the application's link: it is not JSON-RPC 2.0");
}

const isErrorAnswer = (message: object) =>
  "error" in message && typeof message.error === "object" && message.error !== null && "code" in message.error;

const hasId = (message: object) =>
  "params" in message && typeof message.params === "object" && message.params !== null && "id" in message.params;

function asReason(error: unknown): PatchbayError {
  if (error instanceof PatchbayError) return error;
  return linkGone("it broke", error);
}

function abortSignal(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(new PatchbayError("CANCELLED", "The other side cancelled the request"));
  if (token.isCancellationRequested) abort();
  else token.onCancellationRequested(abort);
  return controller.signal;
}

function cancellationOf(signal: AbortSignal | undefined): { token: CancellationToken } & Disposable {
  const source = new CancellationTokenSource();
  const cancel = () => source.cancel();
  if (signal?.aborted) cancel();
  else signal?.addEventListener("abort", cancel, { once: true });
  return {
    token: source.token,
    [Symbol.dispose]() {
      signal?.removeEventListener("abort", cancel);
      source.dispose();
    },
  };
}
