/** What a bridge is started with, and what its owner sees of it. */
import type { AppManifest, BridgeId, BridgeStatus, PatchbayError, Presence } from "@patchbay/contracts";
import type { Bus } from "@patchbay/bus";
import type { Adapter, AdapterHost } from "./adapter.ts";
import type { Fence } from "./fence.ts";
import type { Backoff } from "./supervision/backoff.ts";

export interface BridgeOptions<S = unknown> {
  bus: Bus;
  manifest: AppManifest;
  /** The application; a function makes a new one for each attempt to open it. */
  adapter: Adapter<S> | ((host: AdapterHost) => Adapter<S>);
  /** `ws-07` */
  bridge: BridgeId;
  /** Whether a simulator stands in for the application. */
  simulated: boolean;
  /** Whether commands with the effect `open` may run. */
  allowCode: boolean;
  /** A folder of this bridge alone; made, mode 0700, where it is missing. */
  workDir: string;
  /** Drains the bridge when it fires. */
  signal?: AbortSignal;
  /** What the presence shows. @default this machine's name */
  host?: string;
  /** @default the kit's version */
  bridgeVersion?: string;
  /** So many commands may wait; more are answered `APP_BUSY`. @default 256 */
  queueLimit?: number;
  /** How long a drain waits for what was accepted before it cancels the rest, in milliseconds. @default 30_000 */
  drainTimeoutMs?: number;
  /** Between attempts to open the application. @default from 250 ms to 30 s */
  backoff?: Backoff;
  /** After its deadline or its cancellation, a command may block the application for so long, in milliseconds. @default 60_000 */
  stuckMs?: number;
  /** Bytes that may wait on the disk while the bus is away; more, and the oldest are dropped. @default 256 MiB */
  spoolBytes?: number;
  /** So many attempts in a row to start an application of the bridge's own, and it is tried every five minutes. @default 10 */
  restartLimit?: number;
  /** How long a job is this bridge's without a sign of life, in milliseconds: then another one gets it. @default 30_000 */
  ackWaitMs?: number;
  /** Called whenever the bridge's state, its reason or its queue may have changed. */
  onChange?: (now: Pick<Bridge, "status" | "reason">) => void;
}

export interface Bridge extends AsyncDisposable {
  readonly status: BridgeStatus;
  /** Why it is in this state. */
  readonly reason: string;
  readonly presence: Presence;
  /** Whether this process may still act under its id. */
  readonly fence: Fence;
  /** Resolves once the application takes commands. @throws {PatchbayError} `APP_NOT_CONNECTED` with why, where the signal fires or the bridge stops first */
  ready(signal?: AbortSignal): Promise<void>;
  /** Takes nothing new and finishes what it accepted; then the application is let go and the presence deleted. */
  drain(): Promise<void>;
  /** Resolves once it has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Why it ended by itself: `BRIDGE_FENCED`, where another process has taken over its id. */
  readonly failure: PatchbayError | undefined;
}
