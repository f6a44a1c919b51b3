/** `schemas/<name>.json`: each message as JSON Schema 2020-12. */
import { type JsonSchema, jsonSchemas } from "@patchbay/contracts";

/** File names with their schemas. */
export function schemaReferences(): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(jsonSchemas()).map(([name, { $schema, ...schema }]) => [
      `schemas/${name}.json`,
      { ...($schema === undefined ? {} : { $schema }), title: name, ...schema },
    ]),
  );
}
