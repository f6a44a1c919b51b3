/** What every bridge says of itself, beside its manifest's events: on `patchbay.v1.evt.<app>.<bridge>.bridge_status`, `….bridge_failure`. */
import { z } from "zod";
import { ErrorCode } from "./errors.ts";
import { JsonObject } from "./json.ts";

/** The state machine of a bridge; `connected` is `idle` or `executing`. */
export const BridgeConnection = z.enum(["initializing", "connected", "degraded", "disconnected", "draining"]);
export type BridgeConnection = z.infer<typeof BridgeConnection>;

/** The data of the event `bridge_status`: a transition, and why. */
export const BridgeStatusEvent = z.looseObject({
  from: BridgeConnection,
  to: BridgeConnection,
  reason: z.string().max(500),
  /** Where an error is the reason. */
  code: ErrorCode.optional(),
});
export type BridgeStatusEvent = z.infer<typeof BridgeStatusEvent>;

/** The data of the event `bridge_failure`: the application was lost, did not start or hangs; the bridge was fenced, or dropped something. */
export const BridgeFailureEvent = z.looseObject({
  code: ErrorCode,
  message: z.string().max(1_000),
  context: JsonObject.optional(),
});
export type BridgeFailureEvent = z.infer<typeof BridgeFailureEvent>;
