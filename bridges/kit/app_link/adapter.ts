/** An {@linkcode Adapter} for every application whose inside speaks the App link. */
import type { AppManifest } from "@patchbay/contracts";
import type { Adapter, AdapterHost } from "../adapter.ts";
import { transportAdapter } from "../transports/transport_adapter.ts";
import { type AppLinkOptions, appLinkTransport } from "./transport.ts";

export interface AppLinkAdapterOptions extends Omit<AppLinkOptions, "title"> {
  manifest: AppManifest;
  /** The application's main thread may be silent for so long, a command's own time aside, in milliseconds. @default 15_000 */
  silenceMs?: number;
}

/**
 * Makes adapters for {@linkcode startBridge}.
 *
 * @example
 * ```ts
 * import { appLinkAdapter } from "@patchbay/bridge-kit";
 * import type { AppManifest } from "@patchbay/contracts";
 *
 * const paintAdapter = (paint: AppManifest) =>
 *   appLinkAdapter({
 *     manifest: paint,
 *     launch: ({ host }) => ({ command: "paint", args: ["--no-window"], cwd: host.workDir }),
 *   });
 * ```
 * @throws {PatchbayError} from `open`: `APP_NOT_FOUND`, `APP_START_FAILED`, `INVALID_CONFIGURATION`
 */
export function appLinkAdapter(
  { manifest, silenceMs, ...link }: AppLinkAdapterOptions,
): (host: AdapterHost) => Adapter {
  return transportAdapter({
    manifest,
    open: appLinkTransport({ title: manifest.title, ...link }),
    owned: link.launch !== undefined,
    ...(silenceMs === undefined ? {} : { silenceMs }),
  });
}
