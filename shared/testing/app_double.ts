/** An application that exists in the test only, behind a real bridge: defined by its manifest and a handler a command. */
import type {
  AppManifest,
  BridgeId,
  CommandDefinition,
  Commands,
  Id,
  JsonObject,
  StateCause,
} from "@patchbay/contracts";
import { PatchbayError } from "@patchbay/contracts";
import { type Bus, connectBus } from "@patchbay/bus";
import {
  type Adapter,
  type AdapterCall,
  type AdapterHost,
  type AdapterProgress,
  type Bridge,
  type BridgeOptions,
  startBridge,
} from "@patchbay/bridge-kit";
import type { z } from "zod";

/** One call of a handler: the arguments as the manifest parses them. */
export interface DoubleCall<Args> {
  args: Args;
  id: Id;
  signal: AbortSignal;
  progress(progress: AdapterProgress): void;
}

type ArgsOut<D> = D extends CommandDefinition<infer A, z.ZodType> ? z.output<A> : never;
type ResultIn<D> = D extends CommandDefinition<z.ZodObject, infer R> ? z.input<R> : never;

export type DoubleHandlers<C extends Commands> = {
  [K in keyof C]?: (call: DoubleCall<ArgsOut<C[K]>>) => Promise<ResultIn<C[K]>> | ResultIn<C[K]>;
};

export interface AppDoubleOptions<C extends Commands> extends
  Partial<
    Pick<
      BridgeOptions,
      "allowCode" | "queueLimit" | "drainTimeoutMs" | "backoff" | "stuckMs" | "signal" | "ackWaitMs" | "workDir"
    >
  > {
  /** @default "ws-01" */
  bridge?: BridgeId;
  /** A command without a handler fails. */
  handlers?: DoubleHandlers<C>;
  /** @default () => ({}) */
  snapshot?: () => unknown;
  /** Called at each attempt to open the application; what it throws is why it cannot. */
  open?: (host: AdapterHost) => Promise<void> | void;
  /** Makes commands one undo step. @default the application cannot */
  group?: Adapter["group"];
  /** Takes one command back where it lies on top. @default the application cannot */
  stepBack?: Adapter["stepBack"];
}

/** What a handler was called with. */
export interface Execution {
  command: string;
  args: JsonObject;
  id: Id;
  /** Present where it is a value of a link. */
  live?: true;
}

export interface AppDouble extends AsyncDisposable {
  readonly bridge: Bridge;
  /** Every command that reached the application, in order. */
  readonly executions: readonly Execution[];
  /** The state may have changed. @param cause human unless given */
  changed(cause?: StateCause): void;
  event(name: string, data: unknown): void;
  /** A value of a channel. @param at milliseconds since 1970, now unless given */
  channel(name: string, value: unknown, at?: number): void;
  /** The application goes away. @param error `APP_CRASHED` unless given */
  crash(error?: PatchbayError): void;
}

/**
 * Starts a double; it takes commands when this resolves.
 *
 * @example
 * ```ts
 * import type { Bus } from "@patchbay/bus";
 * import { command, defineApp } from "@patchbay/contracts";
 * import { startAppDouble } from "@patchbay/testing";
 * import { z } from "zod";
 *
 * const Count = z.object({ count: z.number() });
 * const increment = command({ summary: "Adds.", args: z.object({ by: z.number() }), result: Count });
 * const counter = defineApp({ app: "counter", title: "Counter", version: "1.0.0", state: Count, commands: { increment } });
 *
 * async function count(bus: Bus): Promise<void> {
 *   let count = 0;
 *   await using double = await startAppDouble(bus, counter, {
 *     handlers: { increment: ({ args }) => ({ count: count += args.by }) },
 *     snapshot: () => ({ count }),
 *   });
 *   await double.bridge.ended;
 * }
 * ```
 * @param bus a bus, or the URL of a server: then the double has a connection of its own
 */
export async function startAppDouble<C extends Commands>(
  bus: Bus | string,
  manifest: AppManifest<C>,
  options: AppDoubleOptions<C> = {},
): Promise<AppDouble> {
  const { bridge: id = "ws-01", handlers = {}, snapshot, open, group, stepBack, ...bridgeOptions } = options;
  await using stack = new AsyncDisposableStack();
  const used = typeof bus === "string"
    ? stack.use(await connectBus({ servers: bus, name: `${manifest.app}.${id}` }))
    : bus;
  const workDir = await Deno.makeTempDir({ prefix: "patchbay-double-" });
  stack.defer(() => Deno.remove(workDir, { recursive: true }));
  const adapter = new DoubleAdapter(new Map(Object.entries(handlers)), snapshot ?? (() => ({})), open, group, stepBack);
  const bridge = stack.use(
    await startBridge({
      bus: used,
      manifest,
      adapter,
      bridge: id,
      simulated: true,
      allowCode: false,
      workDir,
      host: "double",
      backoff: { minMs: 5, maxMs: 50 },
      ...bridgeOptions,
    }),
  );
  if (open === undefined) await bridge.ready(options.signal);
  const held = stack.move();
  return {
    bridge,
    executions: adapter.executions,
    changed: (cause = "human") => adapter.host?.state(cause),
    event: (name, data) => adapter.host?.event(name, data),
    channel: (name, value, at) => adapter.host?.channel(name, value, at),
    crash: (error = PatchbayError.of("APP_CRASHED", `${manifest.title} ended`)) => adapter.host?.lost(error),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

class DoubleAdapter implements Adapter {
  readonly executions: Execution[] = [];
  host: AdapterHost | undefined;

  constructor(
    // deno-lint-ignore no-explicit-any -- each handler has arguments of its own, which its manifest has parsed
    private readonly handlers: ReadonlyMap<string, any>,
    private readonly takeSnapshot: () => unknown,
    private readonly onOpen: ((host: AdapterHost) => Promise<void> | void) | undefined,
    readonly group: Adapter["group"],
    readonly stepBack: Adapter["stepBack"],
  ) {}

  async open(host: AdapterHost) {
    this.host = host;
    await this.onOpen?.(host);
    return { appVersion: "1.0.0" };
  }

  async execute({ command, args, id, signal, progress, live }: AdapterCall): Promise<unknown> {
    this.executions.push({ command, args, id, ...(live ? { live } : {}) });
    const handler = this.handlers.get(command);
    if (handler === undefined) throw PatchbayError.of("COMMAND_FAILED", `This double has no handler for '${command}'`);
    return await handler({ args, id, signal, progress });
  }

  snapshot(): Promise<unknown> {
    return Promise.resolve(this.takeSnapshot());
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
