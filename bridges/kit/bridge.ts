/** A bridge: the agent next to one running application. */
import type { AppManifest, BridgeId, BridgeStatus, Presence } from "@patchbay/contracts";
import type { Bus } from "@patchbay/bus";
import type { Adapter, AdapterHost } from "./adapter.ts";

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
  signal?: AbortSignal;
  /** What the presence shows. @default this machine's name */
  host?: string;
  /** @default the kit's version */
  bridgeVersion?: string;
}

export interface Bridge extends AsyncDisposable {
  readonly status: BridgeStatus;
  /** Why it is in this state. */
  readonly reason: string;
  readonly presence: Presence;
  /** Resolves once the application takes commands. @throws {PatchbayError} why it cannot, when the signal fires first */
  ready(signal?: AbortSignal): Promise<void>;
  /** Takes nothing new and finishes what it accepted; then the application is let go and the presence deleted. */
  drain(): Promise<void>;
  /** Resolves once it has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

/** Starts a bridge: present on the bus at once, whether or not the application is there. */
export function startBridge<S>(_options: BridgeOptions<S>): Promise<Bridge> {
  return Promise.reject(new Error("Cannot start bridge: not written yet"));
}
