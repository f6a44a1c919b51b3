/** A JSON Schema in the few words that fit into a table: types as TypeScript writes them, limits in words. */
import { isDeepStrictEqual } from "node:util";
import { JsonSchema } from "@patchbay/contracts";

/** Names for schemas that would be long where they are used: a schema that equals one of them is called by its name. */
export type NamedTypes = Readonly<Record<string, JsonSchema>>;

/** @example `jsonType({ type: "array", items: { type: "string" } }) // "string[]"` */
export function jsonType(schema: unknown, named: NamedTypes = {}): string {
  const parsed = JsonSchema.safeParse(schema);
  if (!parsed.success) return "unknown";
  const of = parsed.data;
  const name = Object.keys(named).find((name) => isSame(named[name]!, of));
  if (name !== undefined) return name;
  const inner = (part: unknown) => jsonType(part, named);
  if (typeof of["$ref"] === "string") return of["$ref"].split("/").at(-1)!;
  if (Object.hasOwn(of, "const")) return JSON.stringify(of["const"]);
  if (Array.isArray(of["enum"])) return union(of["enum"].map((value) => JSON.stringify(value)));
  const branches = of["anyOf"] ?? of["oneOf"];
  if (Array.isArray(branches)) return union(branches.map(inner));
  const { type } = of;
  if (Array.isArray(type)) return union(type.map((type) => inner({ ...of, type })));
  if (type === "array") return arrayType(of, inner);
  if (type === "object") return objectType(of, named);
  return typeof type === "string" ? type : "unknown";
}

const union = (types: readonly string[]) => [...new Set(types)].join(" | ");

function arrayType({ prefixItems, items }: JsonSchema, inner: (part: unknown) => string): string {
  if (Array.isArray(prefixItems)) return `[${prefixItems.map(inner).join(", ")}]`;
  const type = inner(items);
  return / [|&] /.test(type.replaceAll(/\{.*\}/g, "")) ? `(${type})[]` : `${type}[]`;
}

function objectType(schema: JsonSchema, named: NamedTypes): string {
  const fields = fieldsOf(schema);
  if (fields.length === 0) return mapType(schema, named);
  const base = Object.keys(named).find((name) => isExtended(fieldsOf(named[name]!), fields));
  const inherited = new Set(base === undefined ? [] : fieldsOf(named[base]!).map(({ name }) => name));
  const own = fields.filter(({ name }) => !inherited.has(name)).map(({ name, schema, required }) =>
    `${name}${required ? "" : "?"}: ${jsonType(schema, named)}`
  );
  return `${base === undefined ? "" : `${base} & `}{ ${own.join("; ")} }`;
}

function mapType({ additionalProperties: values }: JsonSchema, named: NamedTypes): string {
  const open = typeof values !== "object" || values === null || Object.keys(values).length === 0;
  return open ? "object" : `{ [key: string]: ${jsonType(values, named)} }`;
}

const isExtended = (base: readonly Field[], fields: readonly Field[]) =>
  base.length > 2 &&
  base.every((field) =>
    fields.some(({ name, schema, required }) =>
      name === field.name && required === field.required && isSame(schema, field.schema)
    )
  );

export interface Field {
  name: string;
  schema: JsonSchema;
  required: boolean;
}

/** The fields of an object's schema, in its order; none for any other schema. */
export function fieldsOf({ properties, required }: JsonSchema): Field[] {
  const needed = new Set(Array.isArray(required) ? required : []);
  return Object.entries(JsonSchema.catch({}).parse(properties)).map(([name, field]) => ({
    name,
    schema: JsonSchema.catch({}).parse(field),
    required: needed.has(name),
  }));
}

/** The fields with those of the objects in lists below them: `tracks`, `tracks[].object`. Named types stay closed. */
export function allFieldsOf(schema: JsonSchema, named: NamedTypes, prefix = ""): Field[] {
  return fieldsOf(schema).flatMap((field) => {
    const name = `${prefix}${field.name}`;
    const items = JsonSchema.catch({}).parse(field.schema["items"]);
    const closed = Object.values(named).some((type) => isSame(type, items));
    return [{ ...field, name }, ...(closed ? [] : allFieldsOf(items, named, `${name}[].`))];
  });
}

/** What a value must keep to besides its type: `0 to 1`, `1 to 63 characters`. */
export function limitsOf(schema: JsonSchema): string {
  const number = (key: string) => typeof schema[key] === "number" && isReal(schema[key]) ? schema[key] : undefined;
  const over = number("exclusiveMinimum");
  const limits = [
    over === undefined ? undefined : `more than ${over}`,
    range(number("minimum"), number("maximum"), ""),
    range(number("minLength"), number("maxLength"), "character"),
    Array.isArray(schema["prefixItems"]) ? undefined : range(number("minItems"), number("maxItems"), "item"),
  ];
  return limits.filter((limit) => limit !== undefined).join(", ");
}

/** The limits of integers themselves say nothing. */
const isReal = (limit: number) => Math.abs(limit) < Number.MAX_SAFE_INTEGER;

function range(least: number | undefined, most: number | undefined, unit: string): string | undefined {
  const units = (count: number) => unit === "" ? "" : ` ${unit}${count === 1 ? "" : "s"}`;
  if (least === undefined) return most === undefined ? undefined : `at most ${most}${units(most)}`;
  return most === undefined ? `at least ${least}${units(least)}` : `${least} to ${most}${units(most)}`;
}

/** Whether two schemas allow the same; what is said about them in one place only does not count. */
const isSame = (a: JsonSchema, b: JsonSchema) => isDeepStrictEqual(bare(a), bare(b));

function bare(schema: JsonSchema): JsonSchema {
  const { $schema: _dialect, description: _description, default: _default, slot: _slot, $defs: _defs, ...rest } =
    schema;
  return rest;
}
