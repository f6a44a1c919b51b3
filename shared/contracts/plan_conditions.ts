/** Conditions of a step's `when`: small, typed, and without a language of their own. */
import { z } from "zod";
import { JsonValue } from "./json.ts";

/** How many conditions one may combine. They nest three deep. */
const MAX_PARTS = 32;

/** `s1.result.name`, `s1#/result/Exchange Rate`: see `plan_references.ts`. */
const ReferenceText = z.string().min(1).max(1_000);

/** What a value must be; each key that is there must hold. Numbers compare with numbers, texts with texts. */
export const Comparison = z.strictObject({
  $ref: ReferenceText,
  /** Whether the path is there, and not `null`. */
  exists: z.boolean().optional(),
  equals: JsonValue.optional(),
  notEquals: JsonValue.optional(),
  greaterThan: z.number().optional(),
  atLeast: z.number().optional(),
  lessThan: z.number().optional(),
  atMost: z.number().optional(),
  /** A text that holds this text, or a list that holds this value. */
  contains: JsonValue.optional(),
  oneOf: z.array(JsonValue).min(1).max(100).optional(),
});
export type Comparison = z.infer<typeof Comparison>;

export type Condition = Comparison | { all: Condition[] } | { any: Condition[] } | { not: Condition };

/** Written out to its depth, so that a hostile one cannot nest further. */
function nested(inner: z.ZodType<Condition>): z.ZodType<Condition> {
  return z.union([
    Comparison,
    z.strictObject({ all: z.array(inner).min(1).max(MAX_PARTS) }),
    z.strictObject({ any: z.array(inner).min(1).max(MAX_PARTS) }),
    z.strictObject({ not: inner }),
  ]);
}

/** @example `{ "all": [{ "$ref": "s1.result.count", "greaterThan": 3 }, { "not": { "$ref": "s2.result.name", "equals": "Cube" } }] }` */
export const Condition: z.ZodType<Condition> = nested(nested(nested(Comparison)));
