/** The application's side of the App link in TypeScript: for simulators, scripts and tests. */
import {
  type AppName,
  type BridgeId,
  type JsonObject,
  PatchbayError,
  type StateCause,
  ValidationError,
} from "@patchbay/contracts";
import type { z } from "zod";
import type { GroupOutcome, HistoryDirection, SteppedBack } from "../adapter.ts";
import type { ByteStream } from "./byte_stream.ts";
import { Hello, HelloAnswer, LINK_PROTOCOL } from "./hello.ts";
import { JsonRpcConnection } from "./json_rpc.ts";
import { ExecuteParams, GroupBeginParams, GroupEndParams, StepBackParams } from "./link_messages.ts";
import { framedStream, type MessageStream } from "./message_stream.ts";
import { dialForMessages } from "./message_transports.ts";
import { defaultLinksDir, readRendezvous, rendezvousPath } from "./rendezvous.ts";

export interface DialOptions {
  app: AppName;
  bridge: BridgeId;
  appVersion: string;
  addonVersion?: string;
  /** @default `$PATCHBAY_LINKS`, or `~/.patchbay/links` */
  linksDir?: string;
  /** Where the link runs when it is not dialled: a child's own standard streams, or a WebSocket that the bridge has dialled. */
  stream?: ByteStream | MessageStream;
  /** Stands between the link and what carries it: for tests in bad weather. */
  wrap?: (stream: MessageStream) => MessageStream;
  capabilities?: Record<string, unknown>;
  background?: boolean;
  /** Runs one command. Throw a PatchbayError to answer with a problem. */
  execute(call: DialledCall): Promise<unknown> | unknown;
  snapshot(): Promise<unknown> | unknown;
  /** What it offers, for a bridge that does not know; with it, the link announces the capability `manifest`. */
  manifest?(): Promise<unknown> | unknown;
  /** Makes the commands that follow one undo step; with it, the link announces the capability `groups`. */
  groupBegin?(label: string, id?: string): Promise<void> | void;
  /** Ends the group, and takes it back for `undo`. @returns whether all of it was taken back */
  groupEnd?(outcome: GroupOutcome): Promise<boolean> | boolean;
  /** One command back or forth in the undo history, if it lies on top; with it, the link announces the capability `step_back`. */
  stepBack?(direction: HistoryDirection, id: string): Promise<SteppedBack> | SteppedBack;
  /** The bridge asks the application to end. */
  onShutdown?(): void;
  /** Ends the link when it fires. */
  signal?: AbortSignal;
}

export interface DialledCall {
  command: string;
  args: JsonObject;
  id: string;
  /** One of many values of a link, which need no undo step each. */
  live: boolean;
  signal: AbortSignal;
  progress(progress: { fraction?: number; message?: string; data?: unknown }): void;
}

export interface DialledLink extends AsyncDisposable {
  readonly allowCode: boolean;
  readonly workDir: string;
  event(name: string, data: unknown, at?: number): void;
  stateChanged(cause: StateCause): void;
  /** It offers something else than before. */
  manifestChanged(): void;
  channel(name: string, value: unknown, at?: number): void;
  log(level: "debug" | "info" | "warning" | "error", message: string): void;
  /** Resolves with why, once the link is gone. */
  readonly closed: Promise<PatchbayError>;
}

/**
 * Reads the rendezvous file, dials the bridge, says `hello` and serves it.
 * @throws {PatchbayError} `APP_NOT_CONNECTED` where no bridge waits, `LINK_REFUSED` where it says no
 */
export async function dialAppLink(options: DialOptions): Promise<DialledLink> {
  options.signal?.throwIfAborted();
  const { stream: reached, token } = await reach(options);
  const stream = options.wrap?.(reached) ?? reached;
  const connection: JsonRpcConnection = new JsonRpcConnection(stream, {
    request: (method, params, signal) => serve(options, connection, method, params, signal),
    notification: (method) => {
      if (method === "shutdown") options.onShutdown?.();
    },
  });
  const abort = () => connection.close();
  options.signal?.addEventListener("abort", abort, { once: true });
  connection.closed.then(() => options.signal?.removeEventListener("abort", abort));
  try {
    const hello: Hello = {
      token,
      app: options.app,
      appVersion: options.appVersion,
      addonVersion: options.addonVersion ?? options.appVersion,
      protocol: LINK_PROTOCOL,
      pid: Deno.pid,
      capabilities: {
        ...options.capabilities,
        ...(options.groupBegin === undefined ? {} : { groups: true }),
        ...(options.stepBack === undefined ? {} : { step_back: true }),
        ...(options.manifest === undefined ? {} : { manifest: true }),
      },
      background: options.background ?? true,
    };
    const { allowCode, workDir } = HelloAnswer.parse(await connection.request("hello", hello));
    return dialled(connection, allowCode, workDir);
  } catch (error) {
    await connection[Symbol.asyncDispose]();
    throw error;
  }
}

async function reach(options: DialOptions): Promise<{ stream: MessageStream; token: string }> {
  const { stream } = options;
  if (stream !== undefined) return { stream: "messages" in stream ? stream : framedStream(stream), token: "" };
  const path = rendezvousPath(options.linksDir ?? defaultLinksDir(), options.app, options.bridge);
  const { transport, address, token } = await readRendezvous(path);
  return { stream: await dialForMessages(transport, address), token };
}

async function serve(
  options: DialOptions,
  connection: JsonRpcConnection,
  method: string,
  params: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  switch (method) {
    case "ping":
      return {};
    case "snapshot":
      return await options.snapshot();
    case "manifest":
      if (options.manifest === undefined) break;
      return await options.manifest();
    case "execute": {
      const { command, args, id, live } = read(ExecuteParams, method, params);
      signal.throwIfAborted();
      const progress: DialledCall["progress"] = (value) => connection.notify("$/progress", { token: id, value });
      return await options.execute({ command, args, id, live, signal, progress });
    }
    case "group_begin": {
      const { label, id } = read(GroupBeginParams, method, params);
      if (options.groupBegin === undefined) break;
      await options.groupBegin(label, id);
      return {};
    }
    case "group_end": {
      const { outcome } = read(GroupEndParams, method, params);
      if (options.groupEnd === undefined) break;
      return { undone: await options.groupEnd(outcome) };
    }
    case "step_back": {
      const { direction, id } = read(StepBackParams, method, params);
      if (options.stepBack === undefined) break;
      signal.throwIfAborted();
      return await options.stepBack(direction, id);
    }
  }
  throw PatchbayError.of("UNKNOWN_COMMAND", `The application has no method '${method.slice(0, 80)}'`);
}

function read<S extends z.ZodType>(schema: S, method: string, params: unknown): z.output<S> {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  throw ValidationError.fromZod("INVALID_MESSAGE", `Cannot read ${method}`, parsed.error);
}

function dialled(connection: JsonRpcConnection, allowCode: boolean, workDir: string): DialledLink {
  return {
    allowCode,
    workDir,
    event: (event, data, at = Date.now()) => connection.notify("event", { event, data, at }),
    manifestChanged: () => connection.notify("manifest_changed", {}),
    stateChanged: (cause) => connection.notify("state_changed", { cause }),
    channel: (channel, value, at = Date.now()) => connection.notify("channel", { channel, value, at }),
    log: (level, message) => connection.notify("log", { level, message }),
    closed: connection.closed,
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}
