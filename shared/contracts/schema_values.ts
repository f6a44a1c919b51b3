/** Whether a value that is known already may stand where a schema says what stands there. */
import { validateAgainst } from "./json_schema.ts";
import type { JsonSchema } from "./manifest_document.ts";
import type { Located } from "./schema_fit.ts";

/** Whether one of the schemas allows the value; `false` only when that is certain. */
export function allows(schemas: readonly Located[], value: unknown): boolean {
  return schemas.some((located) => {
    const schema = alone(located);
    // a schema that cannot be understood by itself refuses nothing here: the whole one speaks of it
    return schema === undefined || validateAgainst(schema, value).every(({ code }) => code === "schema");
  });
}

const standing = new WeakMap<JsonSchema, JsonSchema>();
const selfContained = new WeakMap<JsonSchema, boolean>();

/** A part of a schema with what it refers to; `undefined` where that cannot be taken along. */
function alone({ root, schema }: Located): JsonSchema | undefined {
  if (schema === root) return root;
  if (Object.keys(schema).length === 0) return undefined;
  let own = selfContained.get(root);
  if (own === undefined) selfContained.set(root, own = refersToDefinitionsOnly(root));
  if (!own) return undefined;
  let whole = standing.get(schema);
  if (whole === undefined) {
    const { $defs, definitions } = root;
    whole = {
      ...schema,
      ...($defs === undefined ? {} : { $defs }),
      ...(definitions === undefined ? {} : { definitions }),
    };
    standing.set(schema, whole);
  }
  return whole;
}

function refersToDefinitionsOnly(root: JsonSchema): boolean {
  const waiting: unknown[] = [root];
  const seen = new Set<unknown>();
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== "object" || node === null || seen.has(node)) continue;
    seen.add(node);
    for (const [key, inner] of Object.entries(node)) {
      if (key === "$ref" && typeof inner === "string" && !/^#\/(\$defs|definitions)\//.test(inner)) return false;
      waiting.push(inner);
    }
  }
  return true;
}
