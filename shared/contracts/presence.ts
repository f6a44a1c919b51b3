/** Who is here: the value that each bridge keeps alive in the `presence` bucket, and the heartbeat that carries it. */
import { z } from "zod";
import { AppName, BridgeId } from "./names.ts";
import { Id } from "./ids.ts";

/** The state machine of a bridge's connection to its application. */
export const BridgeStatus = z.enum(["initializing", "idle", "executing", "degraded", "disconnected", "draining"]);
export type BridgeStatus = z.infer<typeof BridgeStatus>;

export const Presence = z.looseObject({
  app: AppName,
  bridge: BridgeId,
  /** Differs between two processes with the same id. */
  instance: Id,
  status: BridgeStatus,
  /** Why it is in this state, for a person. */
  reason: z.string().max(500),
  title: z.string().max(200),
  /** The machine's name. */
  host: z.string().max(255),
  pid: z.number().int().nonnegative(),
  startedAt: z.number().int().nonnegative(),
  bridgeVersion: z.string().max(100),
  /** The application's own version, once it is connected. */
  appVersion: z.string().max(100).optional(),
  /** One time that the application was open: a new one after each restart; absent while it is away. */
  session: Id.optional(),
  /** Whether a simulator stands in for the application. */
  simulated: z.boolean(),
  /** Whether commands with the effect `open` are switched on. */
  allowCode: z.boolean(),
  /** Commands that wait in the bridge's queue. */
  queued: z.number().int().nonnegative(),
});
export type Presence = z.infer<typeof Presence>;

/** The payload of a `heartbeat` envelope. */
export const Heartbeat = Presence;
export type Heartbeat = Presence;

/** How often a bridge renews its presence, and after what silence it is gone, in milliseconds. */
export const PRESENCE_INTERVAL_MS = 5_000;
export const PRESENCE_TTL_MS = 15_000;
