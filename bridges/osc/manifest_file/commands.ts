/** A command, as a manifest file says it. */
import { CommandKind, CommandName, Effect, JsonObject, Lane, Phrase, TimeoutMs } from "@patchbay/contracts";
import { z } from "zod";
import { Argument } from "./arguments.ts";
import { ResultField } from "./fields.ts";
import { Each, FieldName, Message, Question, Reply, Value } from "./values.ts";

const Verify = z.strictObject({
  ...Question.shape,
  equals: z.array(Value).max(200).optional().describe(
    "the values that must be read, after what the answer begins with",
  ),
  refused: z.literal(true).optional().describe("the question must be refused instead: what was removed is not there"),
  resend: z.boolean().optional().describe(
    "whether the message is sent again while something else is read; true for an idempotent command unless given",
  ),
});

export const CommandFile = z.strictObject({
  each: Each,
  summary: z.string().min(1).max(500).describe("one sentence: what it does"),
  kind: CommandKind.optional().describe(
    "`query` reads, `execute` changes; `init` and `terminate` start and end a program that the bridge launches",
  ),
  effect: Effect.exclude(["open"]).optional(),
  idempotent: z.boolean().optional().describe("whether doing it twice is the same as doing it once"),
  lane: Lane.optional(),
  timeoutMs: TimeoutMs.optional(),
  undo: z.strictObject({ command: CommandName, args: JsonObject.optional() }).optional().describe(
    'the command that takes it back; `{ $ref: "args.x" }` and `{ $ref: "result.y" }` are what this one took and gave',
  ),
  phrases: z.array(Phrase).max(50).default([]).describe("how people ask for it"),
  args: z.record(FieldName, Argument).default({}),
  send: z.union([Message, z.array(Message).min(1).max(100)]).optional(),
  bundle: z.boolean().default(false).describe("whether all messages travel in one datagram and take effect at once"),
  at: z.strictObject({ arg: FieldName }).optional().describe("the bundle's time tag: an argument of the type `time`"),
  reply: Reply.optional().describe("how the message is answered; without it nobody says that it arrived"),
  before: Question.extend({
    equals: z.array(Value).max(200).optional().describe("the values that must be read, or the command is refused"),
    refused: z.literal(true).optional().describe("it must be refused: what the command makes is not there yet"),
  }).optional().describe("asked before it, for what the result says of the time before"),
  verify: Verify.optional().describe("asked after it, until it is answered as it must be"),
  result: z.record(FieldName, ResultField).optional().describe(
    "what it answers; unless given `{ confirmed }`: whether there was a reply, or it was verified",
  ),
  simulate: z.strictObject({
    says: z.array(Message).max(20).default([]).describe("what the simulator sends to its listeners afterwards"),
  }).prefault({}),
});
export type CommandFile = z.infer<typeof CommandFile>;
export type Verify = z.infer<typeof Verify>;

/** The messages of a command, in order. */
export const messagesOf = ({ send }: CommandFile): Message[] =>
  send === undefined ? [] : Array.isArray(send) ? send : [send];
