/** An {@linkcode Adapter} for every application whose inside speaks the App link. */
import type { AppManifest } from "@patchbay/contracts";
import type { Adapter, AdapterHost } from "../adapter.ts";
import type { ChildOptions } from "../supervision/child.ts";

/** How the inside of an application reaches its bridge. */
export type LinkTransport = "unix" | "pipe" | "tcp" | "stdio";

/** What a launcher needs to know to start an application that dials this bridge. */
export interface LaunchContext {
  host: AdapterHost;
  /** The rendezvous file that the application reads; absent for stdio. */
  rendezvous: string | undefined;
}

export interface AppLinkAdapterOptions {
  manifest: AppManifest;
  /** Starts the application. Without it the bridge waits for the artist's own. */
  launch?: (context: LaunchContext) => Launch | Promise<Launch>;
  /** @default `unix`, and `pipe` on Windows; `stdio` needs `launch` */
  transport?: LinkTransport;
  /** Where rendezvous files lie. @default `$PATCHBAY_LINKS`, or `~/.patchbay/links` */
  linksDir?: string;
  /** How long a started application may take until its `hello`. @default 60_000 */
  startTimeoutMs?: number;
  /** The application's main thread may be silent for so long while nothing runs. @default 15_000 */
  silenceMs?: number;
}

export type Launch = Pick<ChildOptions, "command" | "args" | "env" | "cwd">;

/** @throws {PatchbayError} from `open`: `APP_NOT_FOUND`, `APP_START_FAILED`, `PORT_IN_USE` */
export function appLinkAdapter(_options: AppLinkAdapterOptions): (host: AdapterHost) => Adapter {
  throw new Error("Cannot make adapter: not written yet");
}
