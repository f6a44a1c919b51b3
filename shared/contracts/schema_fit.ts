/** What a JSON Schema says about the places inside its values, and whether a value of one may be a value of another. */
import type { JsonSchema } from "./manifest_document.ts";

/** A schema together with the document that its `$ref`s point into. */
export interface Located {
  root: JsonSchema;
  schema: JsonSchema;
}

const ANYTHING: JsonSchema = {};
/** Past these, a schema is taken to allow anything: an answer "cannot" must be certain, an answer "may" need not. */
const MAX_ALTERNATIVES = 64;
const MAX_FIT_DEPTH = 12;
const MAX_TUPLE_CHECK = 16;

/** The schemas of the values that may stand at `keys`; none when nothing can stand there. */
export function schemasAt(root: JsonSchema, keys: readonly (string | number)[]): Located[] {
  return schemasWithin([{ root, schema: root }], keys);
}

/** The schemas of the values that may stand at `keys` inside values of one of `outer`. */
export function schemasWithin(outer: readonly Located[], keys: readonly (string | number)[]): Located[] {
  let here = outer.flatMap(alternatives);
  for (const key of keys) {
    here = here.flatMap((located) => inside(located, String(key))).flatMap(alternatives);
    if (here.length > MAX_ALTERNATIVES) return [{ root: ANYTHING, schema: ANYTHING }];
  }
  return here;
}

/** The schemas of the items of those values that are lists; none when nothing can be a list with items. */
export function itemSchemas(lists: readonly Located[]): Located[] {
  return lists.flatMap(({ root, schema }) => {
    if (!typesOf(schema).has("array") || schema["maxItems"] === 0) return [];
    const { prefixItems, items } = schema;
    const named = Array.isArray(prefixItems) ? prefixItems.flatMap(asSchemas) : [];
    const inner = isOpaque(schema) ? [ANYTHING] : [...named, ...asSchemas(items ?? true)];
    return inner.map((item): Located => ({ root, schema: item }));
  }).flatMap(alternatives);
}

/** Whether some of the values may be of one of the types. */
export const mayBe = (schemas: readonly Located[], ...types: JsonType[]): boolean =>
  schemas.some(({ schema }) => isOpaque(schema) || types.some((type) => typesOf(schema).has(type)));

/** How many items a list of one of the schemas has at least. */
export const leastItems = (lists: readonly Located[]): number =>
  Math.min(...lists.map(({ schema }) => isOpaque(schema) ? 0 : minItems(schema)));

/** Whether some value of one of `produced` may be a value of one of `consumed`; `false` only when that is certain. */
export function mayFit(produced: readonly Located[], consumed: readonly Located[]): boolean {
  return someMayFit(produced, consumed, { depth: 0, pairs: new Map() });
}

/** How deep, and which pairs of schemas were compared; one that is being compared may fit, as far as it is concerned. */
interface Comparison {
  depth: number;
  pairs: Map<JsonSchema, Map<JsonSchema, boolean>>;
}

function someMayFit(produced: readonly Located[], consumed: readonly Located[], comparison: Comparison): boolean {
  if (comparison.depth > MAX_FIT_DEPTH || produced.length * consumed.length > MAX_ALTERNATIVES ** 2) return true;
  return produced.some((from) => consumed.some((to) => knownMayFit(from, to, comparison)));
}

function knownMayFit(from: Located, to: Located, comparison: Comparison): boolean {
  const known = comparison.pairs.get(from.schema) ?? new Map<JsonSchema, boolean>();
  comparison.pairs.set(from.schema, known);
  const before = known.get(to.schema);
  if (before !== undefined) return before;
  known.set(to.schema, true);
  const fits = pairMayFit(from, to, comparison);
  known.set(to.schema, fits);
  return fits;
}

/** `$ref`, `anyOf` and `oneOf` resolved; a schema of neither is its own only alternative. */
function alternatives(located: Located): Located[] {
  const found: Located[] = [];
  const waiting = [located.schema];
  const seen = new Set<JsonSchema>();
  while (waiting.length > 0) {
    const schema = waiting.pop()!;
    if (seen.has(schema)) continue;
    seen.add(schema);
    if (seen.size > MAX_ALTERNATIVES) return [{ root: ANYTHING, schema: ANYTHING }];
    const branches = schema["anyOf"] ?? schema["oneOf"];
    if (typeof schema["$ref"] === "string") {
      waiting.push(definition(located.root, schema["$ref"]));
    } else if (Array.isArray(branches)) {
      for (const branch of branches) waiting.push(...asSchemas(branch));
    } else {
      found.push({ root: located.root, schema });
    }
  }
  return found;
}

function definition(root: JsonSchema, ref: string): JsonSchema {
  let value: unknown = root;
  for (const part of ref.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return ref.startsWith("#") && isObject(value) ? value : ANYTHING;
}

/** What may stand under a key of an object, or at an index of an array. */
function inside({ root, schema }: Located, key: string): Located[] {
  const types = typesOf(schema);
  const found: JsonSchema[] = [];
  if (types.has("object")) found.push(...property(schema, key));
  if (types.has("array") && /^(0|[1-9]\d{0,8})$/.test(key)) found.push(...element(schema, Number(key)));
  return found.map((inner) => ({ root, schema: inner }));
}

function property(schema: JsonSchema, key: string): JsonSchema[] {
  if (isOpaque(schema) || "patternProperties" in schema) return [ANYTHING];
  const properties = schema["properties"];
  if (isObject(properties) && Object.hasOwn(properties, key)) return asSchemas(properties[key]);
  return asSchemas(schema["additionalProperties"] ?? true);
}

function element(schema: JsonSchema, index: number): JsonSchema[] {
  if (isOpaque(schema)) return [ANYTHING];
  const { prefixItems, items, maxItems } = schema;
  if (typeof maxItems === "number" && index >= maxItems) return [];
  if (Array.isArray(prefixItems) && index < prefixItems.length) return asSchemas(prefixItems[index]);
  return asSchemas(items ?? true);
}

function pairMayFit(from: Located, to: Located, comparison: Comparison): boolean {
  if (isOpaque(from.schema) || isOpaque(to.schema)) return true;
  const [produced, consumed] = [typesOf(from.schema), typesOf(to.schema)];
  const shared = [...produced].filter((type) => consumed.has(type));
  const values = finiteValues(from.schema);
  const accepted = finiteValues(to.schema);
  if (values !== undefined && accepted !== undefined) {
    return values.some((value) => accepted.some((other) => sameScalar(value, other)));
  }
  return shared.some((type) =>
    type === "object" ? objectMayFit(from, to, comparison) : type === "array" ? arrayMayFit(from, to, comparison) : true
  );
}

/** Objects and arrays are not compared. */
const sameScalar = (a: unknown, b: unknown) =>
  a === b || (typeof a === "object" && a !== null && typeof b === "object");

/** The types that may stand somewhere, for a message: `string or null`. */
export function describeTypes(located: readonly Located[]): string {
  const types = new Set(located.flatMap(({ schema }) => [...typesOf(schema)]));
  return types.size === TYPES.length ? "anything" : [...types].join(" or ");
}

function objectMayFit(from: Located, to: Located, comparison: Comparison): boolean {
  const needed = new Set([...required(from.schema), ...required(to.schema)]);
  return [...needed].every((key) => memberMayFit(from, to, key, comparison));
}

function arrayMayFit(from: Located, to: Located, comparison: Comparison): boolean {
  const least = Math.max(minItems(from.schema), minItems(to.schema));
  for (let index = 0; index < Math.min(least, MAX_TUPLE_CHECK); index++) {
    if (!memberMayFit(from, to, String(index), comparison)) return false;
  }
  return least <= Math.min(maxItems(from.schema), maxItems(to.schema));
}

function memberMayFit(from: Located, to: Located, key: string, { depth, pairs }: Comparison): boolean {
  const [produced, consumed] = [inside(from, key), inside(to, key)].map((found) => found.flatMap(alternatives));
  return someMayFit(produced!, consumed!, { depth: depth + 1, pairs });
}

const TYPES = ["null", "boolean", "number", "string", "array", "object"] as const;
export type JsonType = (typeof TYPES)[number];

function typesOf(schema: JsonSchema): Set<JsonType> {
  const values = finiteValues(schema);
  if (values !== undefined) return new Set(values.map(typeOf));
  const declared = schema["type"];
  if (declared === undefined) return new Set(TYPES);
  const names = (Array.isArray(declared) ? declared : [declared]).map((name) => name === "integer" ? "number" : name);
  if (schema["nullable"] === true) names.push("null");
  return new Set(TYPES.filter((type) => names.includes(type)));
}

function typeOf(value: unknown): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return TYPES.find((type) => type === typeof value) ?? "object";
}

function finiteValues(schema: JsonSchema): unknown[] | undefined {
  if (Object.hasOwn(schema, "const")) return [schema["const"]];
  return Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
}

const OPAQUE = ["allOf", "not", "if", "$ref", "anyOf", "oneOf", "dependentSchemas", "$dynamicRef"];
/** Whether a schema holds more than is looked at here. */
const isOpaque = (schema: JsonSchema) => OPAQUE.some((keyword) => Object.hasOwn(schema, keyword));

const required = ({ required }: JsonSchema): string[] =>
  Array.isArray(required) ? required.filter((key) => typeof key === "string") : [];
const minItems = ({ minItems }: JsonSchema): number => typeof minItems === "number" ? minItems : 0;

function maxItems({ maxItems, items, prefixItems }: JsonSchema): number {
  const closed = items === false && Array.isArray(prefixItems) ? prefixItems.length : Infinity;
  return Math.min(closed, typeof maxItems === "number" ? maxItems : Infinity);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A subschema as alternatives: `false` allows nothing. */
function asSchemas(value: unknown): JsonSchema[] {
  if (value === false) return [];
  return [isObject(value) ? value : ANYTHING];
}
