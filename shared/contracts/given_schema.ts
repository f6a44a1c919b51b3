/** Manifests of applications that describe themselves: what came as JSON Schema, as zod again, and published as it came. */
import { z } from "zod";
import { validateAgainst } from "./json_schema.ts";
import { type AppManifest, type CommandDefinition, defineApp } from "./manifest.ts";
import type { CommandDocument, JsonSchema, ManifestDocument } from "./manifest_document.ts";
import { publishAs } from "./published_schema.ts";

/**
 * A zod schema that checks a value as the JSON Schema says, and whose JSON Schema is the given one, word for word. The value
 * stays as it is: defaults are left to whoever gave the schema. One that cannot be understood refuses everything.
 *
 * @example `givenSchema({ type: "number", minimum: 0 }).safeParse(-1).success // false`
 */
export function givenSchema(schema: JsonSchema): z.ZodType {
  return publishAs(z.unknown().superRefine(checkedBy(schema)), schema);
}

/** The same for arguments: what they are besides, they are an object. */
export function givenArguments(schema: JsonSchema): z.ZodObject {
  return publishAs(z.looseObject({}).superRefine(checkedBy(schema)), schema);
}

/**
 * The manifest behind a document: {@linkcode manifestDocument} gives the same document again.
 * @throws {TypeError} for an inverse command that there is not
 */
export function manifestOf(document: ManifestDocument): AppManifest {
  const { state, commands, events, channels, ...rest } = document;
  const each = <A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
  return defineApp({
    ...rest,
    state: givenSchema(state),
    commands: each(commands, commandOf),
    events: each(events, (event) => ({ ...event, schema: givenSchema(event.schema) })),
    channels: each(channels, (channel) => ({ ...channel, schema: givenSchema(channel.schema) })),
  });
}

function commandOf({ args, result, undo, ...rest }: CommandDocument): CommandDefinition {
  const inverse: CommandDefinition["undo"] = typeof undo === "string" ? undo : {
    command: undo.command,
    ...(undo.args === undefined ? {} : { args: undo.args }),
  };
  return { ...rest, undo: inverse, args: givenArguments(args), result: givenSchema(result) };
}

const checkedBy = (schema: JsonSchema) => (value: unknown, context: z.core.$RefinementCtx) => {
  for (const { path, message } of validateAgainst(schema, value)) {
    context.addIssue({ code: "custom", path: [...path], message });
  }
};
