/** A JSON Schema in the subset that structured output takes: closed objects, no limits (they go into descriptions). */
import { isReference, type JsonSchema } from "@patchbay/contracts";
import { isObject, resolve } from "../phrasebook/schema_node.ts";

/** What the API counts. */
export interface StrictCount {
  optional: number;
  unions: number;
}

const MAX_DEPTH = 12;
/** Said in words, as the subset cannot say them. */
const SAID = [
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "default",
  "pattern",
];

/** A reference to an earlier step's result or file. */
const REFERENCE: JsonSchema = closed({ $ref: { type: "string", description: "like s1.result.name" } });
const FILE: JsonSchema = closed({ $asset: { type: "string", description: "like s1.result.image" } });

/** The schema for the model, counting what the API limits. */
export function strictSchema(schema: JsonSchema, count: StrictCount): JsonSchema {
  return convert(schema, schema, count, 0);
}

function convert(schema: unknown, root: JsonSchema, count: StrictCount, depth: number): JsonSchema {
  const node = resolve(schema, root);
  if (node === undefined || depth > MAX_DEPTH) return { type: "string" };
  if (node["slot"] === "asset") return FILE;
  const own = describe(node, shape(node, root, count, depth));
  if (node["slot"] !== "object") return own;
  count.unions += 1;
  return { anyOf: [own, REFERENCE] };
}

function shape(node: JsonSchema, root: JsonSchema, count: StrictCount, depth: number): JsonSchema {
  const inner = (value: unknown) => convert(value, root, count, depth + 1);
  if (Array.isArray(node["enum"])) return { enum: node["enum"] };
  if (node["const"] !== undefined) return { const: node["const"] };
  const union = node["anyOf"] ?? node["oneOf"];
  if (Array.isArray(union)) {
    count.unions += 1;
    return { anyOf: union.map(inner) };
  }
  if (node["type"] === "object") return objectShape(node, inner, count);
  if (node["type"] === "array") {
    const prefix = node["prefixItems"];
    return { type: "array", items: inner(Array.isArray(prefix) ? prefix[0] : node["items"]) };
  }
  return typeof node["type"] === "string" ? { type: node["type"] } : { type: "string" };
}

function objectShape(node: JsonSchema, inner: (value: unknown) => JsonSchema, count: StrictCount): JsonSchema {
  const properties = isObject(node["properties"]) ? node["properties"] : {};
  const required = Array.isArray(node["required"]) ? node["required"] : [];
  count.optional += Object.keys(properties).filter((key) => !required.includes(key)).length;
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, inner(value)])),
    required,
    additionalProperties: false,
  };
}

function describe(node: JsonSchema, own: JsonSchema): JsonSchema {
  const limits = SAID.filter((key) => node[key] !== undefined && !isReference(node[key]))
    .map((key) => `${key} ${JSON.stringify(node[key])}`);
  const length = Array.isArray(node["prefixItems"]) ? [`exactly ${node["prefixItems"].length} items`] : [];
  const said = typeof node["description"] === "string" ? [node["description"]] : [];
  const description = [...said, ...length, ...limits].join("; ");
  return description === "" ? own : { ...own, description };
}

function closed(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}
