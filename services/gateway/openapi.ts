/** The OpenAPI 3.1 document, made from the routes' zod schemas. Its schemas are JSON Schema 2020-12, which zod writes by itself. */
import { z } from "zod";
import {
  Alert,
  AppEvent,
  AssetRef,
  BatchResult,
  BridgeState,
  Link,
  LinkRecord,
  LinkStatus,
  ManifestDocument,
  Plan,
  PlanRecord,
  Presence,
  Problem,
  Result,
  Run,
  RunEvent,
  StateUpdate,
  Step,
} from "@patchbay/contracts";
import type { Route, RouteDefinition } from "./route.ts";

/** The schemas that get a name of their own. */
const NAMED = {
  Alert,
  AppEvent,
  AssetRef,
  BatchResult,
  BridgeState,
  Link,
  LinkRecord,
  LinkStatus,
  ManifestDocument,
  Plan,
  PlanRecord,
  Presence,
  Problem,
  Result,
  Run,
  RunEvent,
  StateUpdate,
  Step,
};

type JsonSchema = Record<string, unknown>;
const reference = (name: string) => `#/components/schemas/${name}`;

export function openApiDocument(routes: readonly Route[], info: { version: string }): Record<string, unknown> {
  const definitions = routes.map(({ definition }) => definition);
  const outputs = new Schemas("output");
  const inputs = new Schemas("input");
  for (const [name, schema] of Object.entries(NAMED)) {
    outputs.add(name, schema);
    inputs.add(name, schema);
  }
  const paths: Record<string, Record<string, unknown>> = {};
  for (const definition of definitions) {
    (paths[definition.path] ??= {})[definition.method.toLowerCase()] = operation(definition, inputs, outputs);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Patchbay",
      version: info.version,
      description: "Drives creative applications on any number of workstations. Every error is a problem (RFC 9457).",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    security: [{ key: [] }],
    paths,
    components: {
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "An API key: pb_<id>_<secret>" } },
      schemas: { ...inputs.documents(), ...outputs.documents() },
    },
  };
}

function operation(definition: RouteDefinition, inputs: Schemas, outputs: Schemas): Record<string, unknown> {
  const name = definition.id[0]!.toUpperCase() + definition.id.slice(1);
  return {
    operationId: definition.id,
    summary: definition.summary,
    tags: [definition.path.split("/")[2] ?? "gateway"],
    ...(definition.scope === "public" ? { security: [] } : {}),
    ...(definition.scope === "public" || definition.scope === "any" ? {} : { "x-scope": definition.scope }),
    parameters: parameters(definition),
    ...requestBody(definition, `${name}Request`, inputs),
    responses: {
      ...Object.fromEntries(
        Object.entries(definition.answers).map(([status, { description, schema, mediaType = "application/json" }]) => [
          status,
          {
            description,
            ...(schema === undefined && mediaType === "application/json" ? {} : {
              content: { [mediaType]: schema === undefined ? {} : { schema: outputs.refer(`${name}Answer`, schema) } },
            }),
          },
        ]),
      ),
      default: {
        description: "A problem",
        content: { "application/problem+json": { schema: outputs.refer("Problem", Problem) } },
      },
    },
  };
}

function parameters(definition: RouteDefinition): unknown[] {
  return [
    ...fromObject(definition.params, "path"),
    ...fromObject(definition.query, "query"),
    ...(definition.headers ?? []).map(({ name, description }) => ({
      name,
      in: "header",
      description,
      schema: { type: "string" },
    })),
  ];
}

function fromObject(schema: z.ZodObject | undefined, place: "path" | "query"): unknown[] {
  if (schema === undefined) return [];
  const document = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return Object.entries(document.properties ?? {}).map(([name, property]) => ({
    name,
    in: place,
    required: place === "path" || (document.required ?? []).includes(name),
    schema: property,
  }));
}

function requestBody({ body, rawBody }: RouteDefinition, name: string, inputs: Schemas): Record<string, unknown> {
  if (rawBody !== undefined) return { requestBody: { required: true, content: { [rawBody]: {} } } };
  if (body === undefined) return {};
  return { requestBody: { required: true, content: { "application/json": { schema: inputs.refer(name, body) } } } };
}

/** Named schemas that refer to each other by name. */
class Schemas {
  readonly #registry = z.registry<{ id: string }>();
  constructor(readonly io: "input" | "output") {}

  add(name: string, schema: z.ZodType): void {
    if (!this.#registry.has(schema)) this.#registry.add(schema, { id: name });
  }

  refer(name: string, schema: z.ZodType): JsonSchema {
    this.add(name, schema);
    return { $ref: reference(this.#registry.get(schema)!.id) };
  }

  documents(): Record<string, JsonSchema> {
    const { schemas } = z.toJSONSchema(this.#registry, {
      uri: reference,
      io: this.io,
      unrepresentable: "any",
      override: ({ jsonSchema }) => nameReferences(jsonSchema),
    });
    return Object.fromEntries(
      Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema]),
    );
  }
}

/** A property with the name `$ref` is legal, and taken for a reference by most readers: described by its pattern it is not. */
function nameReferences(schema: z.core.JSONSchema.BaseSchema): void {
  const { properties } = schema;
  if (properties === undefined || !Object.hasOwn(properties, "$ref")) return;
  const { $ref, ...others } = properties;
  schema.properties = others;
  schema.patternProperties = { "^\\$ref$": $ref! };
}
