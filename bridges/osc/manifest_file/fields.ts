/** What is read from messages: each field says where it stands, and what it is. */
import { z } from "zod";
import { FieldName } from "./values.ts";

const Choices = z.union([
  z.array(z.string().min(1).max(100)).min(1).max(500),
  z.record(z.string().min(1).max(100), z.union([z.number(), z.string()])),
]);

/** The words of a choice, and what each is on the wire: itself where only words are given. */
export function choicesOf(choices: z.infer<typeof Choices>): Map<string, number | string> {
  return new Map(Array.isArray(choices) ? choices.map((word) => [word, word]) : Object.entries(choices));
}

/** A value in a message. */
export const Field = z.strictObject({
  at: z.number().int().min(0).max(10_000).optional().describe("the place among the message's values, from 0"),
  from: z.number().int().min(0).max(10_000).optional().describe(
    "all values from this place on: for a list; for a map they are names and values in turn",
  ),
  part: z.number().int().min(1).max(50).optional().describe("a part of the address: 2 is `3` in /fader/3"),
  type: z.enum(["integer", "number", "string", "boolean", "choice", "list", "map", "any", "asset"]).default("any"),
  choices: Choices.optional().describe("for a choice: words, or words with what each is on the wire"),
  describe: z.string().max(500).optional(),
  optional: z.boolean().default(false).describe("whether the message may end before it: then it is null"),
  example: z.union([z.number(), z.string(), z.boolean(), z.array(z.union([z.number(), z.string()]))]).optional()
    .describe("what the simulator answers"),
  name: z.string().max(200).optional().describe("for an asset: what the file is called"),
  mediaType: z.string().regex(/^[\w.+-]+\/[\w.+-]+$/).optional().describe("for an asset"),
});
export type Field = z.infer<typeof Field>;

/** A value of a command's result. */
export const ResultField = z.strictObject({
  ...Field.shape,
  of: z.enum(["reply", "verify", "before"]).default("reply").describe("which message it is in"),
  arg: FieldName.optional().describe("what the command was given, instead"),
  output: z.boolean().default(false).describe("the file that the program wrote, instead"),
});
export type ResultField = z.infer<typeof ResultField>;

export { Choices };
