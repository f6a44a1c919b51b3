/** What the routes stand on. */
import type { Bus, PresenceMirror } from "@patchbay/bus";
import type { CommandLog } from "./command_log.ts";
import type { KeyRing } from "./keys.ts";
import type { LastProgress } from "./last_progress.ts";
import type { Limits } from "./limits.ts";
import type { ManifestCache } from "./manifest_cache.ts";
import type { ServiceCalls } from "./service_calls.ts";

export interface GatewayDeps {
  bus: Bus;
  call: ServiceCalls;
  keys: KeyRing;
  manifests: ManifestCache;
  /** Who is here, and what the gateway waits for there. */
  here: PresenceMirror;
  commands: CommandLog;
  progress: LastProgress;
  limits: Limits;
  /** Origins of web pages besides the gateway's own: `https://studio.example`. */
  allowedOrigins: readonly string[];
  /** Host names besides `localhost` and addresses, without a port. */
  allowedHosts: readonly string[];
  /** Which planner is asked when the caller names none. */
  defaultProvider: string | undefined;
  /** Whether the start page names the bridges to whoever can reach it. */
  showBridges: boolean;
  version: string;
  /** Fires when the gateway begins to end: streams, which would never finish, end. */
  closing: AbortSignal;
  /** Fires when what is under way must end too. */
  signal: AbortSignal;
}
