/** How commands do: durations, errors, usage; and what was done about errors. */
import { z } from "zod";
import { ErrorCode, Severity } from "./errors.ts";
import { Id } from "./ids.ts";
import { AppName, BridgeId, CommandName } from "./names.ts";

/** One command of one application, over the window. */
export const CommandStatistics = z.looseObject({
  app: AppName,
  command: CommandName,
  count: z.number().int().nonnegative(),
  failed: z.number().int().nonnegative(),
  /** Failures by their code. */
  errors: z.record(z.string(), z.number().int().positive()),
  /** Milliseconds; absent where nothing succeeded. */
  durationMs: z.looseObject({
    mean: z.number().nonnegative(),
    p50: z.number().nonnegative(),
    p95: z.number().nonnegative(),
    max: z.number().nonnegative(),
  }).optional(),
  lastAt: z.number().int().nonnegative(),
});
export type CommandStatistics = z.infer<typeof CommandStatistics>;

/** So many errors of a severity from one bridge within the window raise an alert. */
export const ErrorThresholds = z.strictObject({
  critical: z.number().int().positive().max(10_000).default(1),
  error: z.number().int().positive().max(10_000).default(5),
  warning: z.number().int().positive().max(10_000).default(10),
  windowMs: z.number().int().min(1_000).max(24 * 60 * 60_000).default(60_000),
});
export type ErrorThresholds = z.infer<typeof ErrorThresholds>;

/** What is done about an error that keeps coming. `escalate` leaves it to a person. */
export const RecoveryAction = z.enum(["restart", "reconnect", "wait", "escalate"]);
export type RecoveryAction = z.infer<typeof RecoveryAction>;

/** When the studio raises an alert, and what it does about errors that keep coming. */
export const MonitoringSettings = z.strictObject({
  thresholds: ErrorThresholds.prefault({}),
  /** By error code; over what the studio does by itself. */
  strategies: z.partialRecord(ErrorCode, RecoveryAction).default({}),
});
export type MonitoringSettings = z.infer<typeof MonitoringSettings>;

/** The arguments of the bridge's own command `_recover`. */
export const Recover = z.looseObject({
  action: RecoveryAction.extract(["restart", "reconnect"]),
  reason: z.string().max(500),
});
export type Recover = z.infer<typeof Recover>;

/** What `_recover` gives, once the application takes commands again; or why nothing was done. */
export const Recovered = z.looseObject({ done: z.boolean(), reason: z.string().max(500) });
export type Recovered = z.infer<typeof Recovered>;

/** One time that something was done about errors: visible while it acts, and after. */
export const Recovery = z.looseObject({
  id: Id,
  app: AppName,
  bridge: BridgeId,
  code: ErrorCode,
  severity: Severity,
  action: RecoveryAction,
  status: z.enum(["acting", "succeeded", "failed"]),
  reason: z.string().max(500),
  at: z.number().int().nonnegative(),
  endedAt: z.number().int().nonnegative().optional(),
});
export type Recovery = z.infer<typeof Recovery>;

export const Statistics = z.looseObject({
  /** The time that the numbers are of, in milliseconds since 1970. */
  from: z.number().int().nonnegative(),
  to: z.number().int().nonnegative(),
  commands: z.array(CommandStatistics),
  /** The latest first. */
  recoveries: z.array(Recovery),
});
export type Statistics = z.infer<typeof Statistics>;
