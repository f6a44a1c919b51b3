/** The application's side of the App link in TypeScript: for simulators, scripts and tests. */
import type { AppName, BridgeId, JsonObject, StateCause } from "@patchbay/contracts";

export interface DialOptions {
  app: AppName;
  bridge: BridgeId;
  appVersion: string;
  addonVersion?: string;
  /** @default `$PATCHBAY_LINKS`, or `~/.patchbay/links` */
  linksDir?: string;
  capabilities?: Record<string, unknown>;
  background?: boolean;
  /** Runs one command. Throw a PatchbayError to answer with a problem. */
  execute(call: DialledCall): Promise<unknown> | unknown;
  snapshot(): unknown;
  /** The bridge asks the application to end. */
  onShutdown?(): void;
  signal?: AbortSignal;
}

export interface DialledCall {
  command: string;
  args: JsonObject;
  id: string;
  signal: AbortSignal;
  progress(progress: { fraction?: number; message?: string; data?: unknown }): void;
}

export interface DialledLink extends AsyncDisposable {
  readonly allowCode: boolean;
  readonly workDir: string;
  event(name: string, data: unknown, at?: number): void;
  stateChanged(cause: StateCause): void;
  channel(name: string, value: unknown, at?: number): void;
  log(level: "debug" | "info" | "warning" | "error", message: string): void;
  /** Resolves once the link is gone. */
  readonly closed: Promise<void>;
}

/** @throws {PatchbayError} `APP_NOT_CONNECTED` where no bridge waits, `LINK_REFUSED` where it says no */
export function dialAppLink(_options: DialOptions): Promise<DialledLink> {
  return Promise.reject(new Error("Cannot dial: not written yet"));
}
