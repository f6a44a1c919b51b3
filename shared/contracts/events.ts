/** Something that happened in an application, and something that a person must look at. */
import { z } from "zod";
import { Id } from "./ids.ts";
import { JsonObject, JsonValue } from "./json.ts";
import { AppName, BridgeId, SignalName } from "./names.ts";
import { ErrorCode, Severity } from "./errors.ts";

/** The payload of an `event` envelope. */
export const AppEvent = z.looseObject({
  app: AppName,
  bridge: BridgeId,
  event: SignalName,
  /** When it happened in the application, in milliseconds since 1970. */
  at: z.number().int().nonnegative(),
  data: JsonValue,
});
export type AppEvent = z.infer<typeof AppEvent>;

/** The payload of an `error` envelope on `patchbay.v1.alert.<severity>`. */
export const Alert = z.looseObject({
  severity: Severity,
  code: ErrorCode,
  message: z.string(),
  remedy: z.string(),
  at: z.number().int().nonnegative(),
  app: AppName.optional(),
  bridge: BridgeId.optional(),
  commandId: Id.optional(),
  context: JsonObject.optional(),
});
export type Alert = z.infer<typeof Alert>;
