/** What a message of a manifest file carries: constants, and what a command was given. */
import { z } from "zod";

/** Types on the wire: `i f h d s b` of OSC 1.0, `T` for the two types true and false. */
export const WireType = z.enum(["i", "f", "h", "d", "s", "b", "T"]);
export type WireType = z.infer<typeof WireType>;

/** A name in the file: of an argument or a field. */
export const FieldName = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "letters, digits and '_'");

const Int32 = z.number().int().min(-(2 ** 31)).max(2 ** 31 - 1);

/** One value of a message. */
export const Value = z.union([
  z.union([z.number(), z.string(), z.boolean(), z.null()]).describe(
    "as it stands: a whole number travels as `i`, another one as `f`",
  ),
  z.strictObject({ arg: FieldName, as: WireType.optional() }).describe(
    "what the command was given; nothing where it was given nothing. A list is as many values as it has, a map twice as many",
  ),
  z.strictObject({ keys: FieldName }).describe("the keys of a map that the command was given"),
  z.strictObject({ count: FieldName }).describe("how many values a list that the command was given has, as an `i`"),
  z.strictObject({ unique: z.literal(true) }).describe("an `i` of this one execution, to know its answer by"),
  z.strictObject({ i: Int32 }).describe("a constant of that type, as the next ones"),
  z.strictObject({ f: z.number() }),
  z.strictObject({ d: z.number() }),
  z.strictObject({ h: z.number().int() }),
  z.strictObject({ s: z.string() }),
  z.strictObject({ file: z.string().min(1) }).describe("the content of a file beside this one, as a blob"),
  z.strictObject({ output: z.string().regex(/^[a-z0-9]{1,8}$/, "a file's ending") }).describe(
    "the path of a file that the program shall write: the result can have it as an asset",
  ),
]);
export type Value = z.infer<typeof Value>;

/** Makes several entries of one: replaced before anything else is read, so that no entry has it any more. */
export const Each = z.record(
  FieldName,
  z.union([z.string().regex(/^\d{1,4}\.\.\d{1,4}$/), z.array(z.union([z.string(), z.number()])).min(1)]),
).optional().describe(
  "one entry for each number or word: with `{ n: 1..8 }`, `{n}` is replaced in the entry and in its name",
);

/** An address, with `{name}` for the command's arguments. */
export const AddressTemplate = z.string().max(500).regex(
  /^\/(?:[!"$-+\-.0-9:;<=>@A-Z\\^_`a-z|~/]|\{[A-Za-z][A-Za-z0-9_]*\})*$/,
  "an OSC address such as /fader/{number}",
).refine((address) => !/[*]/.test(address), "an address, no pattern");

/** An address or a pattern of OSC: `?`, `*`, `[1-8]`, `{one,two}`. */
export const AddressPattern = z.string().max(500).regex(/^\/[\x21-\x7e]*$/, "an OSC address or pattern");

export const Message = z.strictObject({
  address: AddressTemplate,
  args: z.array(Value).max(200).default([]),
});
export type Message = z.infer<typeof Message>;

export const Reply = z.strictObject({
  address: AddressTemplate.optional().describe("where the answer comes; the address that was asked unless given"),
  begins: z.array(Value).max(20).default([]).describe("what the answer begins with, so that it is told from others"),
  timeoutMs: z.number().int().positive().max(600_000).optional().describe(
    "how long an answer may take before it is asked again, in milliseconds; the file's `timeoutMs` unless given",
  ),
});
export type Reply = z.infer<typeof Reply>;

/** A message that is answered. */
export const Question = z.strictObject({ ...Message.shape, reply: Reply.prefault({}) });
export type Question = z.infer<typeof Question>;
