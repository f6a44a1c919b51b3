/** The schemas of a stranger's tools: word for word, as far as they can be worked with. */
import { jsonDepth, JsonObject, type JsonSchema, validateAgainst } from "@patchbay/contracts";
import { shownText } from "./untrusted_text.ts";

/** Larger ones, in characters, are left open: the server checks what it gets. */
const MAX_SCHEMA_LENGTH = 48 * 1024;
/** A manifest nests around it. */
const MAX_DEPTH = 40;
const MAX_TEXT = 1_000;

/** Words that only narrow what fits, and that our checks do not know: the server's own check does. */
const NARROWING: ReadonlySet<string> = new Set([
  "contains",
  "dependencies",
  "dependentRequired",
  "dependentSchemas",
  "else",
  "if",
  "maxContains",
  "minContains",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
]);

/** Under these stand names, and under each name a schema. */
const NAMED: ReadonlySet<string> = new Set(["properties", "patternProperties", "$defs", "definitions"]);
/** Under these stand values. */
const VALUES: ReadonlySet<string> = new Set(["const", "default", "enum", "examples"]);

/**
 * What the command publishes: the schema itself, with texts that can be shown; without the words that nobody here could check,
 * where it has such; and any object at all where even that cannot be understood.
 */
export function toolSchema(schema: unknown): JsonSchema {
  const given = JsonObject.safeParse(schema);
  if (!given.success || jsonDepth(given.data) > MAX_DEPTH) return { type: "object" };
  if (JSON.stringify(given.data).length > MAX_SCHEMA_LENGTH) return { type: "object" };
  const shown = withShownTexts(given.data);
  if (isUnderstood(shown)) return shown;
  const simpler = withoutNarrowing(shown);
  return isUnderstood(simpler) ? simpler : { type: "object" };
}

const isUnderstood = (schema: JsonSchema) => !validateAgainst(schema, {}).some(({ code }) => code === "schema");

/** Tells names from words: a property may well be called `description`. */
function walk(
  schema: JsonSchema,
  change: (key: string, value: unknown) => [string, unknown] | undefined,
): JsonSchema {
  const inner = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inner);
    return isObject(value) ? walk(value, change) : value;
  };
  return Object.fromEntries(
    Object.entries(schema).flatMap(([key, value]) => {
      const changed = change(key, value);
      if (changed === undefined) return [];
      if (VALUES.has(key)) return [changed];
      if (NAMED.has(key) && isObject(value)) {
        return [[key, Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, inner(schema)]))]];
      }
      return [[changed[0], inner(changed[1])]];
    }),
  );
}

const withShownTexts = (schema: JsonSchema) =>
  walk(schema, (key, value) => {
    const isText = (key === "description" || key === "title" || key === "$comment") && typeof value === "string";
    return [key, isText ? shownText(value, MAX_TEXT) : value];
  });

const withoutNarrowing = (schema: JsonSchema) =>
  walk(schema, (key, value) => NARROWING.has(key) ? undefined : [key, value]);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
