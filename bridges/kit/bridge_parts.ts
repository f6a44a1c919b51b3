/** The parts of one bridge, put together. What serves beside its endpoints is one line in {@linkcode servingParts}. */
import { Cancel, envelope, type Id, PatchbayError, Progress, subjects, WILDCARD } from "@patchbay/contracts";
import { type AnyGroupedEndpoint, getAsset, publish, putAsset, send, subscribe } from "@patchbay/bus";
import type { AdapterHost } from "./adapter.ts";
import { batchEndpoint } from "./batches/batch_endpoint.ts";
import type { BatchRunner } from "./batches/batch_runner.ts";
import { bridgeBatches } from "./batches/bridge_batches.ts";
import { Application, type ApplicationOptions } from "./application.ts";
import type { BridgeOptions } from "./bridge_options.ts";
import { about, type BridgeSelf } from "./bridge_self.ts";
import { CommandQueue } from "./command_queue.ts";
import { CommandRunner } from "./command_runner.ts";
import type { Fence } from "./fence.ts";
import { fitValue } from "./large_values.ts";
import { Spool } from "./spool/spool.ts";
import { LinkEngine } from "./links/engine.ts";
import { ProgressPace } from "./progress_pace.ts";
import { Signals } from "./signals.ts";
import { StateReporter } from "./state/reporter.ts";

const QUEUE_LIMIT = 256;

/** Something that serves for as long as the bridge lives, beside its endpoints: jobs, links. */
export interface BridgePart {
  /** Begins to serve: the bridge has its lease and can be reached. @param ended fires when the bridge has ended */
  start(ended: AbortSignal): Promise<void> | void;
  /** Takes nothing new; resolves once what it accepted is done. */
  drain(): Promise<void>;
  /** The bridge's status, its queue or its application may have changed. */
  changed?(): void;
  /** Somebody cancels a command or a job, of this bridge or of another one. */
  cancel?(commandId: Id, reason?: string): void;
}

export interface BridgeParts<S = unknown> {
  readonly self: BridgeSelf;
  readonly options: BridgeOptions<S>;
  readonly fence: Fence;
  readonly queue: CommandQueue;
  readonly spool: Spool;
  readonly signals: Signals;
  readonly state: StateReporter;
  readonly application: Application<S>;
  readonly runner: CommandRunner<S>;
  readonly batches: BatchRunner<S>;
  /** Fires when the bridge has ended. */
  readonly ended: AbortSignal;
}

/** What serves beside the endpoints, in the order in which it begins. */
export function servingParts<S>(parts: BridgeParts<S>): BridgePart[] {
  return [parts.batches, new LinkEngine(parts)];
}

/** What is answered beside the manifest's commands, on the bridge's own address and on `any`. */
export function servingEndpoints<S>({ batches }: BridgeParts<S>): AnyGroupedEndpoint[] {
  return [batchEndpoint(batches)];
}

/** @param changed the queue or the application has changed */
export function assembleParts<S>(
  options: BridgeOptions<S>,
  { self, fence, ended, changed }: Pick<BridgeParts<S>, "self" | "fence" | "ended"> & { changed(): void },
): BridgeParts<S> {
  const { bus, manifest, bridge } = options;
  const { source } = self;
  const queue = new CommandQueue({ limit: options.queueLimit ?? QUEUE_LIMIT, onChange: changed });
  const spool = new Spool(bus, ended);
  const signals = new Signals({ bus, manifest, bridge, source, spool });
  const state: StateReporter = new StateReporter({
    app: manifest.app,
    bridge,
    instance: self.instance,
    schema: manifest.state,
    take: () => {
      const { adapter, lost } = application.connected();
      return queue.enqueue(() => adapter.snapshot(lost), { priority: "high", signal: lost, internal: true });
    },
    publish: async (update) => {
      const message = envelope({ type: "state_update", payload: update, source });
      while (!await published(options, subjects.state(manifest.app, bridge), message, ended)) ended.throwIfAborted();
    },
  });
  const application: Application<S> = new Application({
    adapter: options.adapter,
    title: manifest.title,
    host: (session) => adapterHost(session, { options, self, state, signals }),
    onChange: changed,
    onConnected: () => state.connected(),
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
  });
  const runner = commandRunner({ options, self, queue, application, state, spool });
  const batches = bridgeBatches({ options, self, fence, queue, application, state, spool });
  return { self, options, fence, queue, spool, signals, state, application, runner, batches, ended };
}

type Partly<S, K extends keyof BridgeParts> = Pick<BridgeParts<S>, "options" | "self" | K>;

function commandRunner<S>(
  { options, self, queue, application, state, spool }: Partly<S, "queue" | "application" | "state" | "spool">,
): CommandRunner<S> {
  const { bus, manifest, bridge, allowCode, stuckMs } = options;
  const paces = new ProgressPace();
  return new CommandRunner({
    manifest,
    bridge,
    allowCode,
    application,
    queue,
    onChanged: () => state.changed("command"),
    fit: (value, { payload }) => fitValue(value, payload.command, (meta, content) => putAsset(bus, meta, content)),
    progress: (made, command) => {
      const payload = Progress.safeParse(made);
      if (!payload.success || !paces.mayPass(command.id, payload.data)) return;
      const { correlationId } = command.metadata;
      send(bus, subjects.progress(correlationId), about(command, self, "progress", payload.data));
    },
    onResult: (result, command) => {
      spool.add(subjects.result(manifest.app, bridge, result.command), about(command, self, "result", result));
    },
    ...(stuckMs === undefined ? {} : { stuckMs }),
  });
}

function adapterHost<S>(
  session: Parameters<ApplicationOptions<S>["host"]>[0],
  { options, self, state, signals }: Partly<S, "state" | "signals">,
): AdapterHost {
  const { bus, manifest, bridge, allowCode, workDir } = options;
  const { signal } = session;
  return {
    ...session,
    app: manifest.app,
    bridge,
    bridgeVersion: self.version,
    allowCode,
    workDir,
    state: (cause) => state.changed(cause),
    event: (name, data, at = Date.now()) => signals.event(name, data, at),
    channel: (name, value, at = Date.now()) => signals.channel(name, value, at),
    putAsset: (meta, content) => putAsset(bus, meta, content, { signal }),
    getAsset: (id) => getAsset(bus, id, { signal }),
  };
}

/** Whether it is stored; `false` while the bus is away. */
async function published<S>(
  { bus }: BridgeOptions<S>,
  subject: string,
  message: Parameters<typeof publish>[2],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await publish(bus, subject, message, { signal });
    return true;
  } catch (error) {
    if (error instanceof PatchbayError && error.code === "BUS_UNAVAILABLE" && !bus.nc.isClosed()) return false;
    throw error;
  }
}

/** Cancels what is asked for, until the bridge has ended. */
export async function listenForCancels<S>(
  { options, runner, ended }: BridgeParts<S>,
  serving: readonly BridgePart[],
): Promise<void> {
  const cancels = subscribe(options.bus, subjects.cancel(WILDCARD), { payload: Cancel, signal: ended });
  for await (const { message: { payload: { commandId, reason } } } of cancels) {
    runner.cancel(commandId, reason);
    for (const part of serving) part.cancel?.(commandId, reason);
  }
}
