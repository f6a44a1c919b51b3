/** The parts of one bridge, put together. What serves beside its endpoints is one line in {@linkcode servingParts}. */
import { BATCH_COMMAND, envelope, HEADERS, type Id, PatchbayError, Progress, subjects } from "@patchbay/contracts";
import {
  type AnyGroupedEndpoint,
  getAsset,
  type Ledger,
  openLedger,
  packed,
  putAsset,
  resultMessageId,
  send,
} from "@patchbay/bus";
import { join } from "node:path";
import type { AdapterHost } from "./adapter.ts";
import { batchEndpoint } from "./batches/batch_endpoint.ts";
import type { BatchRunner } from "./batches/batch_runner.ts";
import { bridgeBatches } from "./batches/bridge_batches.ts";
import { Claims } from "./claims.ts";
import { Application, type ApplicationOptions } from "./application.ts";
import { onCancel } from "./cancels.ts";
import type { BridgeOptions } from "./bridge_options.ts";
import { about, type BridgeSelf } from "./bridge_self.ts";
import { CommandQueue } from "./command_queue.ts";
import { CommandRunner } from "./command_runner.ts";
import type { Fence } from "./fence.ts";
import { ExecutionJournal } from "./execution_journal.ts";
import { Jobs } from "./jobs/jobs.ts";
import { fitValue } from "./large_values.ts";
import { Spool } from "./spool/spool.ts";
import { LinkEngine } from "./links/engine.ts";
import { ProgressPace } from "./progress_pace.ts";
import { Signals } from "./signals.ts";
import { StateReporter } from "./state/reporter.ts";
import { pause } from "./supervision/backoff.ts";
import { Troubles } from "./troubles.ts";
import { OwnCommands } from "./undo/own_commands.ts";
import { recordedAdapter } from "./undo/recorded_adapter.ts";
import { UndoHistory } from "./undo/undo_history.ts";

const QUEUE_LIMIT = 256;
/** While the bus is away, so much time is between two states that replace each other on the disk, in milliseconds. */
const STATE_PATIENCE_MS = 1_000;

/** Something that serves for as long as the bridge lives, beside its endpoints: jobs, links. */
export interface BridgePart {
  /** Begins to serve: the bridge has its lease and can be reached. @param ended fires when the bridge has ended */
  start(ended: AbortSignal): Promise<void> | void;
  /** Takes nothing new; resolves once what it accepted is done. */
  drain(): Promise<void>;
  /** What it accepted and has not begun, beside what waits in the command queue. */
  readonly waiting?: number;
  /** The bridge's status, its queue or its application may have changed. */
  changed?(): void;
  /** The bus, or the lease, is back: the server may have lost what it had. */
  returned?(): void;
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
  readonly troubles: Troubles;
  readonly state: StateReporter;
  readonly application: Application<S>;
  readonly runner: CommandRunner<S>;
  readonly batches: BatchRunner<S>;
  readonly ledger: Ledger;
  /** What the application does now, for the process that comes after this one. */
  readonly journal: ExecutionJournal;
  /** Fires when the bridge has ended. */
  readonly ended: AbortSignal;
}

/** What serves beside the endpoints, in the order in which it begins. */
export function servingParts<S>(parts: BridgeParts<S>): BridgePart[] {
  return [parts.batches, new Jobs(parts), new LinkEngine(parts)];
}

/** What is answered beside the manifest's commands, on the bridge's own address and on `any`. */
export function servingEndpoints<S>({ batches, runner }: BridgeParts<S>): AnyGroupedEndpoint[] {
  return [batchEndpoint({ batches, run: (command, deadline) => runner.run(BATCH_COMMAND, command, deadline) })];
}

/** @param changed the queue or the application has changed */
export function assembleParts<S>(
  options: BridgeOptions<S>,
  { self, fence, ended, changed }: Pick<BridgeParts<S>, "self" | "fence" | "ended"> & { changed(): void },
): BridgeParts<S> {
  const { bus, manifest, bridge } = options;
  const { source } = self;
  const queue = new CommandQueue({ limit: options.queueLimit ?? QUEUE_LIMIT, onChange: changed });
  const spool = new Spool({
    bus,
    folder: join(options.workDir, "spool"),
    signal: ended,
    onDropped: (count) => troubles.alert(spoolOverflow(count)),
    ...(options.spoolBytes === undefined ? {} : { limitBytes: options.spoolBytes }),
  });
  const signals = new Signals({ bus, manifest, bridge, source, spool });
  const troubles = new Troubles({ self, signals, spool });
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
      const subject = subjects.state(manifest.app, bridge);
      // a whole state makes what still waits useless
      if (update.kind === "snapshot") spool.replace(subject, message);
      else spool.add(subject, message);
      await Promise.race([spool.stored(message), pause(STATE_PATIENCE_MS, ended)]);
    },
    behind: () => spool.holds(subjects.state(manifest.app, bridge)),
  });
  const history = new UndoHistory();
  const application: Application<S> = new Application({
    adapter: recordedAdapter(options.adapter, manifest, history),
    title: manifest.title,
    host: (session) => adapterHost(session, { options, self, state, signals }),
    onChange: changed,
    onConnected: () => state.connected(),
    onFailure: (error) => troubles.failure(error),
    onGivenUp: (error) => troubles.alert(error),
    ...(options.restartLimit === undefined ? {} : { restartLimit: options.restartLimit }),
    ...(options.backoff === undefined ? {} : { backoff: options.backoff }),
  });
  const ledger = openLedger(bus);
  const journal = new ExecutionJournal(options.workDir);
  ended.addEventListener("abort", () => journal[Symbol.dispose](), { once: true });
  const fit = (value: unknown, name: string) => fitValue(value, name, (meta, content) => putAsset(bus, meta, content));
  const batches = bridgeBatches({ options, self, fence, queue, application, state, spool, signals, ledger, journal });
  const { allowCode } = options;
  const own = new OwnCommands({ manifest, bridge, application, history, batches, allowCode, fit });
  const runner = commandRunner(
    { options, self, fence, queue, application, state, spool, signals, ledger, journal },
    own,
  );
  return {
    self,
    options,
    fence,
    queue,
    spool,
    signals,
    troubles,
    state,
    application,
    runner,
    batches,
    ledger,
    journal,
    ended,
  };
}

type Partly<S, K extends keyof BridgeParts> = Pick<BridgeParts<S>, "options" | "self" | K>;

function commandRunner<S>(
  { options, self, fence, queue, application, state, spool, signals, ledger, journal }: Partly<
    S,
    "fence" | "queue" | "application" | "state" | "spool" | "signals" | "ledger" | "journal"
  >,
  own: OwnCommands<S>,
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
    onBegun: ({ id, metadata: { correlationId } }) => signals.during({ id, correlationId }),
    fit: (value, { payload }) => fitValue(value, payload.command, (meta, content) => putAsset(bus, meta, content)),
    progress: (made, command) => {
      const payload = Progress.safeParse(made);
      if (!payload.success || !paces.mayPass(command.id, payload.data)) return;
      const { correlationId } = command.metadata;
      send(bus, subjects.progress(correlationId), about(command, self, "progress", payload.data));
    },
    onResult(result, command, decided) {
      const entry = packed(
        subjects.result(manifest.app, bridge, result.command),
        about(command, self, "result", result),
      );
      if (decided) entry.headers[HEADERS.messageId] = resultMessageId(command.id);
      return spool.settled(entry);
    },
    onCompleted: (completion) => spool.settled(completion),
    own,
    claims: new Claims({ bus, ledger, self, fence }),
    journal,
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

const spoolOverflow = (count: number) =>
  PatchbayError.of("STORAGE_FULL", `${count} messages were dropped: too many waited for the bus`, {
    context: { count },
  });

/** Cancels what is asked for. */
export function listenForCancels<S>({ options, runner }: BridgeParts<S>, serving: readonly BridgePart[]): Disposable {
  return onCancel(options.bus, (commandId, reason) => {
    runner.cancel(commandId, reason);
    for (const part of serving) part.cancel?.(commandId, reason);
  });
}
