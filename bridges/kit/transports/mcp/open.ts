/** A {@linkcode Transport} to an MCP server: tools are called, lists are read whole, and every failure has a code. */
import {
  type CallToolResult,
  Client,
  type ClientOptions,
  type JsonSchemaValidator,
  type RequestOptions as McpRequestOptions,
  SdkError,
  SdkErrorCode,
} from "@modelcontextprotocol/client";
import { z } from "zod";
import { PatchbayError, ValidationError } from "@patchbay/contracts";
import type { AdapterHost } from "../../adapter.ts";
import { within } from "../../within.ts";
import { givenUp } from "../given_up.ts";
import type { OpenTransport, Peer, RequestOptions, Transport, TransportEvents } from "../transport.ts";
import { type McpEndpoint, mcpHttp } from "./http.ts";
import { fromMcpError } from "./mcp_errors.ts";
import { type McpChild, McpStdio } from "./stdio.ts";

export type McpConnectOptions = ({ child: McpChild } | { http: McpEndpoint }) & {
  /** How long the server may take until it takes requests, in milliseconds. @default 30_000 */
  startTimeoutMs?: number;
  /** How long a request may take that has no deadline, in milliseconds. @default 60_000 */
  timeoutMs?: number;
};

const START_TIMEOUT_MS = 30_000;
const TIMEOUT_MS = 60_000;
/** How long the goodbye to a session may take, in milliseconds. */
const GOODBYE_MS = 1_000;
/** A list of more pages is taken for one without an end. */
const MAX_PAGES = 200;

/** A stranger's schemas are not compiled: results are checked by the manifest. */
const TRUSTING: NonNullable<ClientOptions["jsonSchemaValidator"]> = {
  getValidator<T>(): JsonSchemaValidator<T> {
    return (data) => ({ valid: true, data: data as T, errorMessage: undefined });
  },
};

const CallParams = z.strictObject({ name: z.string(), arguments: z.record(z.string(), z.unknown()).default({}) });
/** A page of tools, whatever each of them is. */
const ToolsPage = z.looseObject({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });
const UriParams = z.strictObject({ uri: z.string() });

/** What `openMcp` of `mod.ts` opens, once it is wanted. */
export function openMcpServer(options: McpConnectOptions): OpenTransport {
  return async (host, events) => {
    try {
      return await McpConnection.open(options, host, events, "auto");
    } catch (error) {
      // servers of before 2026 may end at a question that they do not know
      const diedOfIt = "child" in options && error instanceof PatchbayError && error.code === "APP_CRASHED";
      if (!diedOfIt) throw asStartFailure(error);
    }
    return await McpConnection.open(options, host, events, "legacy").catch((error) => {
      throw asStartFailure(error);
    });
  };
}

class McpConnection implements Transport {
  readonly closed: Promise<PatchbayError>;
  readonly #closed = Promise.withResolvers<PatchbayError>();
  readonly #ending = new AbortController();
  readonly #options: McpConnectOptions;
  readonly #client: Client;
  readonly #carrier: McpStdio | ReturnType<typeof mcpHttp>;
  #peer: Peer = { appVersion: "unknown" };
  #reason: PatchbayError | undefined;

  private constructor(options: McpConnectOptions, host: AdapterHost, events: TransportEvents, mode: "auto" | "legacy") {
    this.#options = options;
    this.closed = this.#closed.promise;
    const changed = (list: string) => ({
      autoRefresh: false,
      debounceMs: 0,
      onChanged: () => events.onNotification(`notifications/${list}/list_changed`, {}),
    });
    const startTimeoutMs = options.startTimeoutMs ?? START_TIMEOUT_MS;
    // a silent child is asked again in the older way; a silent server on the network is away
    const timeoutMs = "child" in options ? startTimeoutMs / 3 : startTimeoutMs;
    this.#client = new Client({ name: "patchbay", version: host.bridgeVersion }, {
      versionNegotiation: { mode, probe: { timeoutMs } },
      listMaxPages: MAX_PAGES,
      listChanged: { tools: changed("tools"), resources: changed("resources") },
      jsonSchemaValidator: TRUSTING,
    });
    this.#client.fallbackNotificationHandler = ({ method, params }) =>
      Promise.resolve(events.onNotification(method, params ?? {}));
    // what is odd but breaks nothing; what breaks something is met by whoever waits for it
    this.#client.onerror = () => {};
    this.#carrier = "child" in options
      ? new McpStdio(options.child)
      : mcpHttp(options.http, (error) => this.#end(error));
    if (this.#carrier instanceof McpStdio) void this.#carrier.gone.then((reason) => this.#end(reason));
  }

  static async open(
    options: McpConnectOptions,
    host: AdapterHost,
    events: TransportEvents,
    mode: "auto" | "legacy",
  ): Promise<McpConnection> {
    const connection = new McpConnection(options, host, events, mode);
    try {
      await connection.#connect(host.signal);
      return connection;
    } catch (error) {
      await connection[Symbol.asyncDispose]();
      throw error;
    }
  }

  get peer(): Peer {
    return this.#peer;
  }

  async request(method: string, params: unknown, options: RequestOptions): Promise<unknown> {
    if (this.#reason !== undefined) throw this.#reason;
    options.signal.throwIfAborted();
    const asked = this.#requestOptions(options);
    switch (method) {
      case "tools/call": {
        const { name, arguments: args } = parsed(CallParams, method, params);
        const call = this.#client.callTool({ name, arguments: args }, asked.options);
        return succeeded(name, await this.#answer(`call the tool '${name.slice(0, 80)}'`, call, asked));
      }
      case "tools/list":
        return await this.#answer("list the tools", listedTools(this.#client, asked.options), asked);
      case "resources/list":
        return await this.#answer(
          "list the resources",
          this.#client.listResources(undefined, fresh(asked.options)),
          asked,
        );
      case "resources/templates/list": {
        const listed = this.#client.listResourceTemplates(undefined, fresh(asked.options));
        return await this.#answer("list the resource templates", listed, asked);
      }
      case "resources/read": {
        const { uri } = parsed(UriParams, method, params);
        const read = this.#client.readResource({ uri }, fresh(asked.options));
        return await this.#answer(`read the resource '${uri.slice(0, 200)}'`, read, asked);
      }
      default:
        throw PatchbayError.of("UNKNOWN_COMMAND", `Cannot ask an MCP server for '${method.slice(0, 80)}'`);
    }
  }

  notify(method: string, params: unknown): void {
    const known = z.record(z.string(), z.unknown()).parse(params ?? {});
    // whoever is gone is not told
    this.#client.notification({ method, params: known }).catch(() => {});
  }

  async ping(): Promise<unknown> {
    const { signal } = new AbortController();
    const asked = this.#requestOptions({ signal });
    const isModern = this.#client.getProtocolEra() === "modern";
    return await this.#answer(
      "reach the server",
      isModern ? this.#client.discover(asked.options) : this.#client.ping(asked.options),
      asked,
    );
  }

  fail(reason: PatchbayError): void {
    this.#end(reason);
    if (this.#carrier instanceof McpStdio) this.#carrier.fail(reason);
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const timeout = this.#options.startTimeoutMs ?? START_TIMEOUT_MS;
    const connecting = this.#client.connect(this.#carrier, { timeout, signal });
    connecting.catch(() => {});
    const over = Promise.withResolvers<never>();
    over.promise.catch(() => {});
    const stop = () => over.reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    void this.closed.then(over.reject);
    const late = () =>
      over.reject(PatchbayError.of("APP_START_FAILED", `The MCP server does not answer within ${timeout} ms`));
    const timer = setTimeout(late, timeout);
    try {
      await Promise.race([connecting, over.promise]);
    } catch (error) {
      signal.throwIfAborted();
      const cause = await this.#explained(fromMcpError(error, "connect to the MCP server"));
      throw cause.code === "DEADLINE_EXCEEDED"
        ? PatchbayError.of("APP_NOT_CONNECTED", cause.message, { cause })
        : cause;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
    this.#peer = this.#described();
  }

  #described(): Peer {
    const server = this.#client.getServerVersion();
    const protocol = this.#client.getNegotiatedProtocolVersion();
    const capabilities = this.#client.getServerCapabilities() ?? {};
    return {
      appVersion: String(server?.version ?? "unknown").slice(0, 100),
      ...(protocol === undefined ? {} : { protocol }),
      capabilities: {
        server: String(server?.name ?? "unknown").slice(0, 100),
        tools: capabilities.tools !== undefined,
        resources: capabilities.resources !== undefined,
      },
    };
  }

  #requestOptions({ signal, progress, deadline }: RequestOptions) {
    const controller = new AbortController();
    // the server is told that it is cancelled, and nothing else about it
    const abort = () => controller.abort("cancelled");
    signal.addEventListener("abort", abort, { once: true });
    const timeout = deadline === undefined ? this.#options.timeoutMs ?? TIMEOUT_MS : Math.max(1, deadline - Date.now());
    return {
      signal,
      release: () => signal.removeEventListener("abort", abort),
      options: {
        signal: controller.signal,
        timeout,
        ...(progress === undefined ? {} : { onprogress: (heard: HeardProgress) => progress(asProgress(heard)) }),
      },
    };
  }

  async #answer<T>(
    what: string,
    answer: Promise<T>,
    { signal, release }: { signal: AbortSignal; release(): void },
  ): Promise<T> {
    const gone = Promise.withResolvers<never>();
    const stop = () => gone.reject(this.#reason);
    this.#ending.signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([answer, gone.promise]);
    } catch (error) {
      answer.catch(() => {});
      if (signal.aborted) throw givenUp(what, signal.reason);
      throw await this.#explained(fromMcpError(error, what));
    } finally {
      this.#ending.signal.removeEventListener("abort", stop);
      release();
    }
  }

  /** A child that ended says why a moment after its pipe broke. */
  async #explained(error: PatchbayError): Promise<PatchbayError> {
    const isChild = this.#carrier instanceof McpStdio;
    if (isChild && error.code === "APP_NOT_CONNECTED" && this.#reason === undefined) {
      await within(GOODBYE_MS, this.closed);
    }
    return error.code === "APP_NOT_CONNECTED" ? this.#reason ?? error : error;
  }

  #end(reason: PatchbayError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#ending.abort();
    this.#closed.resolve(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const alive = this.#reason === undefined;
    this.#end(PatchbayError.of("APP_NOT_CONNECTED", "The MCP connection is closed: this side closed it"));
    if (alive && !(this.#carrier instanceof McpStdio) && this.#carrier.sessionId !== undefined) {
      await within(GOODBYE_MS, this.#carrier.terminateSession().catch(() => {}));
    }
    await this.#client.close().catch(() => {});
    await this.#carrier.close().catch(() => {});
  }
}

interface HeardProgress {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}

function asProgress({ progress, total, message }: HeardProgress) {
  const fraction = total === undefined || total <= 0 ? undefined : Math.min(1, Math.max(0, progress / total));
  return {
    ...(fraction === undefined ? {} : { fraction }),
    ...(message === undefined ? {} : { message: message.slice(0, 1000) }),
  };
}

/** @throws {PatchbayError} `COMMAND_FAILED` with what the tool says */
function succeeded(name: string, result: CallToolResult): CallToolResult {
  if (result.isError !== true) return result;
  const said = result.content.flatMap((part) => part.type === "text" ? [part.text] : []).join(" ").slice(0, 500);
  throw PatchbayError.of("COMMAND_FAILED", `The tool '${name.slice(0, 80)}' failed: ${said}`);
}

/** One tool that is listed wrongly does not hide the others: which are right, whoever asked finds out. */
async function listedTools(client: Client, options: McpRequestOptions): Promise<{ tools: unknown[] }> {
  try {
    return await client.listTools(undefined, fresh(options));
  } catch (error) {
    if (!(error instanceof SdkError) || error.code !== SdkErrorCode.InvalidResult) throw error;
  }
  const tools: unknown[] = [];
  for (let page = 0, cursor: string | undefined; page < MAX_PAGES; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const listed = await client.request({ method: "tools/list", params }, ToolsPage, options);
    tools.push(...listed.tools);
    cursor = listed.nextCursor;
    if (cursor === undefined) return { tools };
  }
  throw new SdkError(SdkErrorCode.ListPaginationExceeded, `it has more than ${MAX_PAGES} pages`);
}

function parsed<T>(schema: z.ZodType<T>, method: string, params: unknown): T {
  const known = schema.safeParse(params);
  if (known.success) return known.data;
  throw ValidationError.fromZod("INVALID_REQUEST", `Cannot ask for ${method}`, known.error);
}

const fresh = <T extends object>(options: T) => ({ ...options, cacheMode: "refresh" as const });

/** Before it was there, nothing was lost: the bridge tries again. */
function asStartFailure(error: unknown): unknown {
  if (!(error instanceof PatchbayError) || error.code !== "APP_CRASHED") return error;
  return PatchbayError.of("APP_START_FAILED", error.message, { cause: error, context: error.context });
}
