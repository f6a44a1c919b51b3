/** The parts of a JSON Schema that tell how people say a value. Schemas come from bridges: anything else in them is ignored. */
import type { JsonSchema } from "@patchbay/contracts";
import { Slot } from "@patchbay/contracts";
import { z } from "zod";

/** One schema inside a document, with its `$ref` followed. */
export interface SchemaNode {
  /** The schema itself, for validating. */
  schema: JsonSchema;
  root: JsonSchema;
  type?: string | undefined;
  slot?: Slot | undefined;
  /** The kinds of thing that fit, in lower case. */
  kinds?: readonly string[] | undefined;
  description?: string | undefined;
  maximum?: number | undefined;
  /** Other words for a choice. */
  says: Readonly<Record<string, readonly string[]>>;
  choices: readonly (string | number | boolean | null)[];
  /** Of a fixed-length array of numbers. */
  length?: number | undefined;
  items?: SchemaNode | undefined;
  branches: readonly SchemaNode[];
}

const Shape = z.looseObject({
  type: z.string().optional().catch(undefined),
  slot: Slot.optional().catch(undefined),
  says: z.record(z.string(), z.array(z.string()).max(100)).optional().catch(undefined),
  kinds: z.array(z.string().toLowerCase()).optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  maximum: z.number().optional().catch(undefined),
  enum: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).max(10_000).optional().catch(undefined),
  const: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional().catch(undefined),
  minItems: z.number().optional().catch(undefined),
  maxItems: z.number().optional().catch(undefined),
  items: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional().catch(undefined),
  anyOf: z.array(z.unknown()).optional().catch(undefined),
  oneOf: z.array(z.unknown()).optional().catch(undefined),
  properties: z.record(z.string(), z.unknown()).optional().catch(undefined),
  additionalProperties: z.unknown().optional(),
  required: z.array(z.string()).optional().catch(undefined),
});

const MAX_DEPTH = 8;

/** Reads a schema; `undefined` for what is none. */
export function schemaNode(schema: unknown, root: JsonSchema, depth: number = 0): SchemaNode | undefined {
  const resolved = resolve(schema, root);
  const parsed = Shape.safeParse(resolved);
  if (!parsed.success || resolved === undefined || depth > MAX_DEPTH) return undefined;
  const { data } = parsed;
  const child = (inner: unknown) => schemaNode(inner, root, depth + 1);
  const prefix = data.prefixItems?.map(child).filter((node) => node !== undefined);
  const items = child(data.items) ?? prefix?.[0];
  const exact = prefix?.length ?? (data.minItems === data.maxItems ? data.minItems : undefined);
  return {
    schema: resolved,
    root,
    type: data.type,
    slot: data.slot,
    kinds: data.kinds,
    says: data.says ?? {},
    description: data.description,
    maximum: data.maximum,
    choices: data.enum ?? (data.const === undefined ? [] : [data.const]),
    length: exact,
    items,
    branches: [...data.anyOf ?? [], ...data.oneOf ?? []].map(child).filter((node) => node !== undefined),
  };
}

/** The properties of an object schema, and which of them must be given. */
export function propertiesOf(schema: JsonSchema): { properties: Map<string, SchemaNode>; required: Set<string> } {
  const parsed = Shape.safeParse(schema);
  const properties = new Map<string, SchemaNode>();
  for (const [name, inner] of Object.entries(parsed.data?.properties ?? {})) {
    const node = schemaNode(inner, schema);
    if (node !== undefined) properties.set(name, node);
  }
  return { properties, required: new Set(parsed.data?.required ?? []) };
}

/** The schema itself, or what its local `$ref` names. */
export function resolve(schema: unknown, root: JsonSchema): JsonSchema | undefined {
  let current = schema;
  for (let hops = 0; hops < MAX_DEPTH; hops++) {
    if (!isObject(current)) return undefined;
    const ref = current["$ref"];
    if (typeof ref !== "string") return current;
    const keys = ref.startsWith("#/") ? ref.slice(2).split("/") : undefined;
    current = keys?.reduce<unknown>((value, key) => isObject(value) ? value[key] : undefined, root);
  }
  return undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
