/** Links: a channel or a state path of one application that drives an argument of another one's command. */
import { z } from "zod";
import { JsonObject, JsonValue } from "./json.ts";
import { AppName, BridgeId, CommandName, SignalName } from "./names.ts";

export const LinkId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "letters, digits, '-' and '_', at most 63");
export type LinkId = z.infer<typeof LinkId>;

/** An RFC 6901 pointer: `/tracks/0/meter`; empty for the whole value. */
export const JsonPointer = z.string().max(500).regex(/^(\/([^~/]|~[01])*)*$/, "an RFC 6901 JSON pointer");
export type JsonPointer = z.infer<typeof JsonPointer>;

/** Where the values come from. */
export const LinkSource = z.union([
  z.strictObject({ app: AppName, bridge: BridgeId, channel: SignalName, path: JsonPointer.default("") }),
  z.strictObject({ app: AppName, bridge: BridgeId, state: JsonPointer }),
]);
export type LinkSource = z.infer<typeof LinkSource>;

/** What they drive: one argument of a command; the others stay as they are given here. */
export const LinkTarget = z.strictObject({
  app: AppName,
  bridge: BridgeId,
  command: CommandName,
  args: JsonObject.default({}),
  /** Where the value goes within the arguments: `/location/2`. */
  argument: JsonPointer.min(2),
});
export type LinkTarget = z.infer<typeof LinkTarget>;

const range = z.tuple([z.number(), z.number()]);

export const LinkCurve = z.enum(["linear", "ease_in", "ease_out", "ease_in_out", "exponential", "logarithmic"]);
export type LinkCurve = z.infer<typeof LinkCurve>;

/** What happens to a value on its way, in this order: expression, scale with its curve, clamp, smoothing, deadband. */
export const LinkMapping = z.strictObject({
  /** JSONata; the value is its input (`$`), the sample's time `$at` in milliseconds. */
  expression: z.string().min(1).max(2_000).optional(),
  /** From this range to that one. */
  scale: z.strictObject({ from: range, to: range, curve: LinkCurve.default("linear") }).optional(),
  /** The least and the greatest that goes out. */
  clamp: range.optional(),
  /** The time constant of a low-pass filter, in milliseconds. */
  smoothingMs: z.number().positive().max(60_000).optional(),
  /** Changes that are smaller are left out. */
  deadband: z.number().positive().optional(),
});
export type LinkMapping = z.infer<typeof LinkMapping>;

/** The values of the bucket `links`, by `<target app>.<target bridge>.<link id>`. */
export const Link = z.strictObject({
  id: LinkId,
  title: z.string().min(1).max(200).optional(),
  source: LinkSource,
  target: LinkTarget,
  mapping: LinkMapping.prefault({}),
  /** The target gets no more values a second than this. @default what it can take */
  rateHz: z.number().positive().max(1_000).optional(),
  /** Each value takes effect so long after the time it was made, in milliseconds: evens out the network. */
  delayMs: z.number().nonnegative().max(10_000).default(0),
  paused: z.boolean().default(false),
  project: z.string().min(1).max(100).optional(),
});
export type Link = z.infer<typeof Link>;

/** How a link does, as the target's bridge says: at a change, at most once a second and at least every five. */
export const LinkStatus = z.looseObject({
  id: LinkId,
  /** Of the link that it speaks of: another one is not taken up yet. */
  revision: z.number().int().nonnegative(),
  /** `waiting`: nothing has come from the source for a while; `failing`: the target refuses, or the value does not fit. */
  status: z.enum(["live", "waiting", "paused", "failing"]),
  /** Why, for a person. */
  reason: z.string().max(500),
  /** Samples that came, were applied, were left out as newer ones came first or nothing had changed, and failed. */
  received: z.number().int().nonnegative(),
  applied: z.number().int().nonnegative(),
  dropped: z.number().int().nonnegative(),
  failed: z.number().int().nonnegative(),
  /** The last value that was applied, and when. */
  value: JsonValue.optional(),
  appliedAt: z.number().int().nonnegative().optional(),
  /** From the sample's arrival to the end of its command, in milliseconds. */
  latencyMs: z.looseObject({ p50: z.number().nonnegative(), p99: z.number().nonnegative() }).optional(),
  at: z.number().int().nonnegative(),
});
export type LinkStatus = z.infer<typeof LinkStatus>;

/** The payload on `patchbay.v1.tel.<app>.<bridge>._links`: how links that end at this bridge do. */
export const LinkReport = z.looseObject({ app: AppName, bridge: BridgeId, links: z.array(LinkStatus) });
export type LinkReport = z.infer<typeof LinkReport>;

/** What is not said about a link's status for so long is no longer true, in milliseconds. */
export const LINK_STATUS_TTL_MS = 15_000;
