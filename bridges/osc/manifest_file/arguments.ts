/** What a command takes, as a manifest file says it. */
import { z } from "zod";
import { Choices } from "./fields.ts";
import { WireType } from "./values.ts";

const Item = z.strictObject({
  type: z.enum(["integer", "number", "string"]),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  osc: WireType.optional(),
});

export const Argument = z.strictObject({
  type: z.enum(["integer", "number", "string", "boolean", "choice", "list", "map", "time", "asset"]).describe(
    "`list` and `map` (names with values) are several values of the message; `time` is in milliseconds since 1970",
  ),
  describe: z.string().max(500).optional(),
  osc: z.union([WireType, z.literal("path")]).optional().describe(
    "the type on the wire: `i` for integer and boolean, `f` for number, `s` for string unless given; an asset is a blob, or " +
      "with `path` a file on this machine whose path is sent",
  ),
  default: z.union([z.number(), z.string(), z.boolean(), z.array(z.union([z.number(), z.string()]))]).optional(),
  optional: z.boolean().default(false),
  fresh: z.number().int().min(1).max(2 ** 31 - 1_000_001).optional().describe(
    "for an integer: unless given, a number that this bridge has not used, from here up to a million more",
  ),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().int().positive().max(100_000).default(1_000).describe("for a string"),
  choices: Choices.optional().describe("for a choice: words, or words with what each is on the wire"),
  says: z.record(z.string(), z.array(z.string())).optional().describe("other words for the choices, in instructions"),
  slot: z.enum(["object", "name", "color", "text", "asset"]).optional().describe(
    "what may stand in its place in phrases",
  ),
  items: Item.optional().describe("of a list or a map; numbers unless given"),
  minItems: z.number().int().nonnegative().optional(),
  maxItems: z.number().int().positive().max(10_000).default(100),
}).superRefine((argument, context) => {
  const problem = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
  const { type, choices, osc, fresh } = argument;
  if (type === "choice" && choices === undefined) problem("choices", "a choice needs its choices");
  if (type !== "choice" && choices !== undefined) problem("choices", "only a choice has choices");
  if (osc === "path" && type !== "asset") problem("osc", "only an asset can be sent as a path");
  if (fresh !== undefined && type !== "integer") problem("fresh", "only an integer can be fresh");
});
export type Argument = z.infer<typeof Argument>;
export type ArgumentItem = z.infer<typeof Item>;
