/** Arguments and fields of a manifest file as zod schemas. */
import { AssetRef } from "@patchbay/contracts";
import { z } from "zod";
import type { Argument, ArgumentItem } from "../manifest_file/arguments.ts";
import type { CommandFile } from "../manifest_file/commands.ts";
import { choicesOf, type Field, type ResultField } from "../manifest_file/fields.ts";

/** What a command takes in one argument. */
export function argumentSchema(argument: Argument): z.ZodType {
  const { describe, slot, says, optional, fresh } = argument;
  let schema: z.ZodType = bareSchema(argument);
  if (slot !== undefined || says !== undefined) {
    schema = schema.meta({ ...(slot === undefined ? {} : { slot }), ...(says === undefined ? {} : { says }) });
  }
  if (argument.default !== undefined) schema = schema.default(schema.parse(argument.default));
  else if (optional || fresh !== undefined) schema = schema.optional();
  return describe === undefined ? schema : schema.describe(describe);
}

function bareSchema(argument: Argument): z.ZodType {
  const { type, choices, items, minItems = 0, maxItems, maxLength } = argument;
  switch (type) {
    case "integer":
    case "number":
      return numberSchema(type, argument);
    case "string":
      return z.string().max(maxLength);
    case "boolean":
      return z.boolean();
    case "choice":
      return z.enum([...choicesOf(choices ?? []).keys()]);
    case "list":
      return z.array(itemSchema(items)).min(minItems).max(maxItems);
    case "map":
      return z.record(z.string().min(1).max(100), itemSchema(items))
        .refine(
          (map) => Object.keys(map).length >= minItems && Object.keys(map).length <= maxItems,
          `from ${minItems} to ${maxItems} entries`,
        );
    case "time":
      return z.number().min(0).max(8.64e15);
    case "asset":
      return AssetRef;
  }
}

function itemSchema(item: ArgumentItem = { type: "number" }): z.ZodType {
  return item.type === "string" ? z.string().max(1_000) : numberSchema(item.type, item);
}

function numberSchema(type: "integer" | "number", { minimum, maximum }: Pick<Argument, "minimum" | "maximum">) {
  let schema = type === "integer" ? z.number().int() : z.number();
  if (minimum !== undefined) schema = schema.min(minimum);
  if (maximum !== undefined) schema = schema.max(maximum);
  return schema;
}

const Plain = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** What one field of a message is. */
export function fieldSchema(field: Field): z.ZodType {
  const { type, choices, describe, optional } = field;
  const bare = { integer: z.number().int(), number: z.number(), string: z.string(), boolean: z.boolean(), any: Plain }[
    type as "any"
  ] ?? (type === "choice"
    ? z.enum([...choicesOf(choices ?? []).keys()])
    : type === "list"
    ? z.array(Plain)
    : type === "map"
    ? z.record(z.string(), Plain)
    : AssetRef);
  const schema: z.ZodType = optional ? bare.nullable() : bare;
  return describe === undefined ? schema : schema.describe(describe);
}

export const fieldsSchema = (fields: Readonly<Record<string, Field>>): z.ZodObject =>
  z.object(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)])));

/** What a command answers in one field. What takes effect later cannot be read back: then such a field is null. */
export function resultSchema(field: ResultField, { args, at }: Pick<CommandFile, "args" | "at">): z.ZodType {
  if (field.output) return AssetRef;
  const argument = field.arg === undefined ? undefined : args[field.arg];
  if (argument === undefined) {
    const schema = fieldSchema(field);
    return at !== undefined && field.of === "verify" ? schema.nullable() : schema;
  }
  const schema = bareSchema(argument);
  const absent = argument.optional && argument.default === undefined;
  return absent ? schema.nullable() : schema;
}
