/** What an adapter implements, and what the kit does for it. Everything that is not the application is the kit's. */
import type {
  AppName,
  AssetId,
  AssetRef,
  BridgeId,
  Id,
  JsonObject,
  PatchbayError,
  StateCause,
} from "@patchbay/contracts";

/** One running application, seen from its bridge. The kit calls `execute` and `snapshot` one at a time, never together. */
export interface Adapter<S = unknown> {
  /**
   * Connects to the application, or starts it; resolves once it takes commands.
   * @throws {PatchbayError} `APP_NOT_FOUND`, `APP_START_FAILED`, `LINK_REFUSED`, …: the kit tries again with backoff
   */
  open(host: AdapterHost): Promise<OpenedApplication>;
  /**
   * Runs one command and answers its value.
   * @throws {PatchbayError} as the application answered; anything else becomes `INTERNAL`
   */
  execute(call: AdapterCall): Promise<unknown>;
  /** What the application looks like now: a value of the manifest's `state`. */
  snapshot(signal: AbortSignal): Promise<S>;
  /**
   * Makes the commands that follow one undo step, until the group is closed; for applications that can do that, and looked
   * at once `open` has resolved. Groups do not nest.
   * @param label what the undo history calls the step
   * @param id the batch's: what `stepBack` knows the step by
   */
  group?: ((label: string, signal: AbortSignal, id?: Id) => Promise<UndoGroup>) | undefined;
  /**
   * One command back, or forth again, in the application's own undo history: only where that very command lies on top, so
   * that nothing of the artist's goes with it. Looking and stepping are one thing, on the application's main thread. For
   * applications that can do that, and looked at once `open` has resolved.
   */
  stepBack?: ((step: StepBack) => Promise<SteppedBack>) | undefined;
  /** Whether the bridge starts the application itself, and so may end it and start it again. @default false */
  readonly owned?: boolean;
  /** Lets go of the application, and ends it where the bridge started it. Called once for each `open`, also for one that failed. */
  close(): Promise<void>;
}

/** Which way in the undo history. */
export type HistoryDirection = "undo" | "redo";

export interface StepBack {
  direction: HistoryDirection;
  /** The command that has to lie on top, as `execute` had its id; or the batch. */
  commandId: Id;
  signal: AbortSignal;
}

export interface SteppedBack {
  /** Where not, the application is as it was. */
  moved: boolean;
  /** Why not, for a person: goes on after "since". */
  reason?: string | undefined;
}

/** Commands that are one undo step. */
export interface UndoGroup {
  /**
   * Ends it: `keep` leaves what was done as one step, `undo` takes it all back and leaves no step behind.
   * @returns whether it was taken back: all of it
   */
  close(outcome: GroupOutcome): Promise<boolean>;
}

export type GroupOutcome = "keep" | "undo";

export interface OpenedApplication {
  /** The application's own version: `3.4.1`; `unknown` of one that does not say. */
  appVersion: string;
  capabilities?: Record<string, unknown>;
  /**
   * Differs between two processes of the application: whoever finds the same one again goes on in the session that it had.
   * Without it every `open` is a session of its own.
   */
  instance?: string;
}

export interface AdapterCall {
  command: string;
  /** Parsed by the manifest's schema, defaults filled in. */
  args: JsonObject;
  /** The command's id. */
  id: Id;
  /** Fires when the command is cancelled, its deadline passes, or the application is lost. */
  signal: AbortSignal;
  progress(progress: AdapterProgress): void;
  /** Milliseconds since 1970. */
  deadline: number;
  /** Whether it is one of many values of a link: an application that can leaves out the undo step. */
  live?: boolean;
}

export interface AdapterProgress {
  /** 0 to 1, when it is known. */
  fraction?: number;
  message?: string;
  data?: unknown;
}

/** What the kit gives to an adapter: one for each `open`. */
export interface AdapterHost {
  readonly app: AppName;
  readonly bridge: BridgeId;
  readonly bridgeVersion: string;
  /** Whether commands with the effect `open` are switched on. */
  readonly allowCode: boolean;
  /** A folder of this bridge alone. */
  readonly workDir: string;
  /** Fires when this connection to the application is over: lost, or the bridge stops. */
  readonly signal: AbortSignal;
  /** The state may have changed. The kit takes a snapshot, at most ten a second, and publishes the difference. */
  state(cause: StateCause): void;
  /** Something of the manifest's `events` happened. @param at milliseconds since 1970, now unless given */
  event(name: string, data: unknown, at?: number): void;
  /** A value of one of the manifest's `channels`: conflated to its rate, never stored. */
  channel(name: string, value: unknown, at?: number): void;
  /** Why the bridge is in its state, for a person: shown while `open` waits. */
  waiting(reason: string): void;
  /**
   * The application is there, but something is wrong with it: its main thread is silent, as behind a dialog. The bridge is
   * `degraded` for this reason, and what is not done by its deadline is `APP_UNRESPONSIVE`, until it is `undefined` again.
   */
  troubled(reason: string | undefined): void;
  /** The application went away, or answers no more: what runs fails with this error, and the kit opens it again with backoff. */
  lost(error: PatchbayError): void;
  /** Stores a file that the application made. @throws {PatchbayError} `STORAGE_FULL`, `BUS_UNAVAILABLE` */
  putAsset(
    meta: { name: string; mediaType: string },
    content: ReadableStream<Uint8Array> | Uint8Array,
  ): Promise<AssetRef>;
  /** Fetches a file for the application; `undefined` where there is none. */
  getAsset(id: AssetId): Promise<{ ref: AssetRef; content: ReadableStream<Uint8Array> } | undefined>;
}
