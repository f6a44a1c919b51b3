/** Channels: unsaved values of an application, many a second. */
import { z } from "zod";
import { JsonValue } from "./json.ts";
import { AppName, BridgeId, SignalName } from "./names.ts";

/** The payload on `patchbay.v1.tel.<app>.<bridge>.<channel>`. */
export const ChannelSample = z.looseObject({
  app: AppName,
  bridge: BridgeId,
  channel: SignalName,
  /** When the value was made, or is to take effect, in milliseconds since 1970 by the wall clock of its machine. */
  at: z.number().nonnegative(),
  /** Counts up from 1 by channel and bridge process; what is missing between two was lost on the way. */
  seq: z.number().int().positive().optional(),
  value: JsonValue,
});
export type ChannelSample = z.infer<typeof ChannelSample>;
