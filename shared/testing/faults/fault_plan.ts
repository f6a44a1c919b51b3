/** What shall go wrong: a seed and rules, in one vocabulary for bytes, datagrams, messages, applications and HTTP. */
import { z } from "zod";

const ms = z.number().nonnegative();
const count = z.number().int().nonnegative();

/** `up` goes to the application or server, `down` comes from it. */
export const FaultDirection = z.enum(["up", "down"]);
export type FaultDirection = z.infer<typeof FaultDirection>;

/** What a message is. */
export const MessageKind = z.enum(["request", "reply", "notification"]);
export type MessageKind = z.infer<typeof MessageKind>;

/** When a rule applies: every condition that is given must hold. */
const when = {
  /** The command, JSON-RPC method, OSC address or HTTP path that it is about; a reply goes by its request's. */
  on: z.string().optional(),
  /** @default both */
  direction: FaultDirection.optional(),
  /** @default all kinds of messages */
  kind: MessageKind.optional(),
  /** For each chunk, datagram, message or command. */
  probability: z.number().min(0).max(1).default(1),
  /** The first so many that fit are spared. */
  skip: count.default(0),
  /** At most so often. */
  times: count.default(Number.MAX_SAFE_INTEGER),
  /** Begins and ends so long after the start, in milliseconds. */
  fromMs: ms.optional(),
  untilMs: ms.optional(),
};

const rule = <N extends string, S extends z.ZodRawShape>(name: N, shape: S) =>
  z.strictObject({ fault: z.literal(name), ...when, ...shape });

/** One thing that goes wrong. What a transport cannot suffer, it ignores: bytes are not duplicated, HTTP is not reordered. */
export const FaultRule = z.discriminatedUnion("fault", [
  // late
  rule("delay", { ms, jitterMs: ms.default(0) }),
  rule("throttle", { bytesPerSecond: z.number().positive() }),
  // silent: a partition holds what is sent and lets it go when it heals (datagrams are lost); a black hole swallows it
  rule("partition", {}),
  rule("black_hole", {}),
  // ended: in order, or by a reset; after so many bytes of the connection where that is given
  rule("cut", { afterBytes: count.optional() }),
  rule("reset", { afterBytes: count.optional() }),
  // bytes that are other, or come in other pieces
  rule("corrupt", { bytes: count.default(1) }),
  rule("truncate", { keepBytes: count.optional() }),
  rule("split", { maxBytes: z.number().int().positive().default(1) }),
  rule("coalesce", { ms: ms.default(5) }),
  // datagrams and messages
  rule("lose", {}),
  rule("duplicate", { copies: z.number().int().positive().default(1), afterMs: ms.default(0) }),
  /** Held back until the next has gone by, or for so long. */
  rule("reorder", { ms: ms.default(100) }),
  // replies
  rule("never_reply", {}),
  rule("reply_twice", { afterMs: ms.default(0) }),
  // the application, at a command: before or after its side effect
  rule("crash", { at: z.enum(["before", "after"]).default("after") }),
  rule("hang", { at: z.enum(["before", "after"]).default("before") }),
  /** A modal dialog: nothing moves until it is dismissed. */
  rule("dialog", {}),
  // HTTP
  rule("status", { status: z.number().int().min(200).max(599), retryAfterS: count.optional() }),
  rule("slow_body", { bytesPerSecond: z.number().positive() }),
  rule("cut_body", { afterBytes: count.default(1) }),
]);
export type FaultRule = z.output<typeof FaultRule>;
export type FaultRuleInput = z.input<typeof FaultRule>;
export type FaultName = FaultRule["fault"];
/** The rule of one fault. */
export type RuleOf<N extends FaultName> = Extract<FaultRule, { fault: N }>;

/** @example `{ seed: 7, rules: [{ fault: "lose", probability: 0.1, direction: "up" }] }` */
export const FaultPlan = z.strictObject({
  seed: z.number().int().nonnegative(),
  rules: z.array(FaultRule).default([]),
});
export type FaultPlan = z.output<typeof FaultPlan>;
export type FaultPlanInput = z.input<typeof FaultPlan>;
