/** The arguments of OSC messages: what they are in TypeScript, and how they are compared. */
import { z } from "zod";

const INT32 = 2 ** 31;
const Blob = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** One argument with its type on the wire: `i f s b T F N` of OSC 1.0, `h` (64-bit integer) and `d` (64-bit float). */
export const TypedArgument = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("i"), value: z.number().int().min(-INT32).max(INT32 - 1) }),
  z.strictObject({ type: z.literal("f"), value: z.number() }),
  z.strictObject({ type: z.literal("d"), value: z.number() }),
  z.strictObject({
    type: z.literal("h"),
    value: z.union([z.number().int(), z.bigint().min(-(2n ** 63n)).max(2n ** 63n - 1n)]),
  }),
  z.strictObject({ type: z.literal("s"), value: z.string() }),
  z.strictObject({ type: z.literal("b"), value: Blob }),
  z.strictObject({ type: z.literal("T") }),
  z.strictObject({ type: z.literal("F") }),
  z.strictObject({ type: z.literal("N") }),
]);
export type TypedArgument = z.infer<typeof TypedArgument>;

/** What comes in: an `h` that is no safe integer is a `bigint`. */
export type OscValue = number | bigint | string | boolean | null | Uint8Array;
const OscValue: z.ZodType<OscValue> = z.union([
  z.number(),
  z.bigint(),
  z.string(),
  z.boolean(),
  z.null(),
  Blob,
]);

/** What goes out: a plain value is given the type that fits; a whole number is an `i`, so write `{ type: "f", value: 1 }` for a float. */
export const OscArgument = z.union([OscValue, TypedArgument]);
export type OscArgument = z.infer<typeof OscArgument>;

/** The type that an argument travels as. */
export function typed(argument: OscArgument): TypedArgument {
  if (argument === null) return { type: "N" };
  switch (typeof argument) {
    case "string":
      return { type: "s", value: argument };
    case "boolean":
      return { type: argument ? "T" : "F" };
    case "bigint":
      return { type: "h", value: argument };
    case "number":
      return numeric(argument);
  }
  return argument instanceof Uint8Array ? { type: "b", value: argument } : argument;
}

/** What the other side reads. */
export function valueOf(argument: OscArgument): OscValue {
  const known = typed(argument);
  switch (known.type) {
    case "T":
      return true;
    case "F":
      return false;
    case "N":
      return null;
    default:
      return known.value;
  }
}

/** Whether two values are one and the same to a peer that counts in 32-bit floats, and for whom true is 1. */
export function sameValue(one: OscValue, other: OscValue): boolean {
  const [a, b] = [comparable(one), comparable(other)];
  if (typeof a === "number" && typeof b === "number") return sameFloat(a, b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, i) => byte === b[i]);
  }
  return a === b;
}

function numeric(value: number): TypedArgument {
  if (!Number.isInteger(value) || Object.is(value, -0)) return { type: "f", value };
  if (value >= -INT32 && value < INT32) return { type: "i", value };
  return Number.isSafeInteger(value) ? { type: "h", value: BigInt(value) } : { type: "d", value };
}

function comparable(value: OscValue): OscValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "bigint" && BigInt(Number(value)) === value) return Number(value);
  return value;
}

/** Equal to about seven digits: what passes through a 32-bit float and a fader's own arithmetic. */
function sameFloat(a: number, b: number): boolean {
  if (a === b || Math.fround(a) === Math.fround(b)) return true;
  return Math.abs(a - b) <= 2 ** -21 * Math.max(Math.abs(a), Math.abs(b));
}
