/** A manifest file: what a program understands and says over OSC, in YAML. */
import { AppName, CommandName, SignalName } from "@patchbay/contracts";
import { z } from "zod";
import { CommandFile } from "./commands.ts";
import { Field } from "./fields.ts";
import { AddressPattern, Each, FieldName, Message, Question } from "./values.ts";

const Port = z.number().int().min(1).max(65_535);

const When = z.strictObject({
  at: z.number().int().min(0).max(100),
  is: z.union([z.number(), z.string(), z.boolean()]).optional(),
  not: z.union([z.number(), z.string(), z.boolean()]).optional(),
});

const Heard = {
  each: Each,
  summary: z.string().min(1).max(500),
  address: AddressPattern,
  when: When.optional().describe("only messages with, or without, this value in that place"),
};

export const EventFile = z.strictObject({ ...Heard, data: z.record(FieldName, Field).default({}) });
export type EventFile = z.infer<typeof EventFile>;

export const ChannelFile = z.strictObject({
  ...Heard,
  rateHz: z.number().positive().max(1_000).default(30).describe("how often it is published at most, per second"),
  value: Field.optional().describe("for a channel of single values"),
  data: z.record(FieldName, Field).optional().describe("for one of several values at once"),
}).refine(({ value, data }) => (value === undefined) !== (data === undefined), "needs either `value` or `data`");
export type ChannelFile = z.infer<typeof ChannelFile>;

const Cause = z.enum(["human", "application"]).default("application").describe("who changes it");

export const StateFile = z.union([
  z.strictObject({ each: Each, ask: Question, fields: z.record(FieldName, Field) }).describe(
    "asked whenever the state is looked at",
  ),
  z.strictObject({
    each: Each,
    hear: AddressPattern,
    when: When.optional(),
    sent: z.boolean().default(false).describe("whether what this bridge sends to the address counts as well"),
    cause: Cause,
    fields: z.record(FieldName, Field),
  }).describe("what was heard last; null until then"),
  z.strictObject({
    each: Each,
    hear: AddressPattern,
    when: When.optional(),
    sent: z.boolean().default(false),
    cause: Cause,
    map: FieldName,
    key: Field,
    value: Field.optional().describe("of each key; true unless given"),
    remove: z.strictObject({ hear: AddressPattern, key: Field }).optional().describe("what takes a key away"),
    limit: z.number().int().positive().max(2_000).default(500),
  }).describe("what was heard last for each key"),
]);
export type StateFile = z.infer<typeof StateFile>;

const Launch = z.strictObject({
  command: z.string().min(1).describe(
    "a program on the PATH, or its path; `{port}` in its arguments is the file's `port`",
  ),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  quit: Message.optional().describe("what asks it to end"),
});

const Play = z.strictObject({
  address: z.string().regex(/^\/[\x21-\x7e]*$/),
  from: z.number(),
  to: z.number(),
  periodMs: z.number().positive().default(2_000),
  everyMs: z.number().min(10).default(50),
});

export const ManifestFile = z.strictObject({
  app: AppName.describe("the application's name: part of its bridges' addresses"),
  title: z.string().min(1).max(100).describe("what people call it"),
  version: z.string().regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/, "a version such as 1.0.0").default("1.0.0"),
  description: z.string().max(2_000).optional(),
  host: z.string().min(1).max(255).default("127.0.0.1").describe("where the program is"),
  port: Port.describe("where it hears OSC"),
  localPort: Port.optional().describe(
    "where it sends to, when that is a port of its own choice; any free port unless given",
  ),
  replyFrom: z.union([Port, z.literal("any")]).optional().describe(
    "the port that it sends from; `port` unless given, `any` for one that sends from elsewhere",
  ),
  timeoutMs: z.number().int().positive().max(60_000).default(500).describe("for each attempt to get an answer"),
  attempts: z.number().int().positive().max(20).default(3).describe("how often a question is asked"),
  settleMs: z.number().int().positive().max(10_000).default(50).describe("between two attempts to read back"),
  silenceMs: z.number().int().positive().max(600_000).default(15_000).describe(
    "without an answer to `ping`, it counts as hung",
  ),
  ping: Question.optional().describe("asked for a sign of life; without it nobody knows whether the program is there"),
  appVersion: z.strictObject({ ...Question.shape, from: z.array(z.number().int().nonnegative()).min(1).default([0]) })
    .optional().describe("asked for the program's version: the values at these places, one after the other"),
  errorAddress: AddressPattern.optional().describe("where the program says what went wrong"),
  launch: Launch.optional().describe("how the bridge starts it, with --background"),
  listen: z.strictObject({
    start: z.array(Question.extend({ reply: Question.shape.reply.optional() })).default([]).describe(
      "sent when the bridge connects, and again when the program was away",
    ),
    stop: z.array(Message).default([]).describe("sent when the bridge leaves"),
    everyMs: z.number().int().min(500).max(3_600_000).optional().describe(
      "sends `start` again so often, for programs that forget",
    ),
    check: Question.extend({ everyMs: z.number().int().min(100).max(3_600_000).default(5_000) }).optional().describe(
      "asked so often, and after a silence: where it is answered and not refused, the program has forgotten this bridge",
    ),
    restarted: AddressPattern.optional().describe("what the program says when it has started anew"),
  }).prefault({}),
  commands: z.record(CommandName, CommandFile).default({}),
  events: z.record(SignalName, EventFile).default({}),
  channels: z.record(SignalName, ChannelFile).default({}),
  state: z.array(StateFile).default([]),
  simulate: z.strictObject({
    plays: z.array(Play).default([]).describe("values that the simulator sends by itself, up and down"),
  }).prefault({}),
});
export type ManifestFile = z.infer<typeof ManifestFile>;
export type When = z.infer<typeof When>;
