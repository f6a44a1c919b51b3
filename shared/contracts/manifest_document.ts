/** A manifest as it travels: the same facts with JSON Schema in the place of zod. */
import { z } from "zod";
import { CommandKind, Effect, Lane, TimeoutMs } from "./commands.ts";
import { JsonObject } from "./json.ts";
import type { AppManifest, CommandDefinition } from "./manifest.ts";
import { AppName, CommandName, ManifestCommandName, SignalName } from "./names.ts";
import { Phrase } from "./phrases.ts";
import { publishedSchema } from "./published_schema.ts";

/** JSON Schema 2020-12. */
export const JsonSchema = JsonObject;
export type JsonSchema = z.infer<typeof JsonSchema>;

/** A {@linkcode CommandDefinition} as it travels. */
export const CommandDocument = z.looseObject({
  kind: CommandKind,
  summary: z.string().max(2000),
  args: JsonSchema,
  result: JsonSchema,
  effect: Effect,
  idempotent: z.boolean(),
  lane: Lane,
  timeoutMs: TimeoutMs,
  undo: z.union([
    z.literal("app"),
    z.literal("none"),
    z.strictObject({ command: CommandName, args: JsonObject.optional() }),
  ]),
  inverse: z.strictObject({ command: CommandName, args: JsonObject.optional() }).optional(),
  verify: z.strictObject({
    command: CommandName,
    args: JsonObject.optional(),
    expect: JsonObject,
    tolerance: z.number().positive().optional(),
  }).optional(),
  phrases: z.array(Phrase),
});
export type CommandDocument = z.infer<typeof CommandDocument>;

const Signal = z.looseObject({ summary: z.string().max(2000), schema: JsonSchema });

/** An {@linkcode AppManifest} as it travels. */
export const ManifestDocument = z.looseObject({
  app: AppName,
  title: z.string().min(1).max(200),
  version: z.string().max(100),
  state: JsonSchema,
  commands: z.record(ManifestCommandName, CommandDocument),
  events: z.record(SignalName, Signal),
  channels: z.record(SignalName, Signal.extend({ rateHz: z.number().positive() })),
});
export type ManifestDocument = z.infer<typeof ManifestDocument>;

/** What a program sends. */
const input = (schema: z.ZodType): JsonSchema => publishedSchema(schema, "input");
/** What a program receives. */
const output = (schema: z.ZodType): JsonSchema => publishedSchema(schema, "output");

/** One command of a manifest with its schemas as JSON Schema: `args` as a caller sends them, `result` as it comes back. */
export function commandDocument(definition: CommandDefinition): CommandDocument {
  return {
    ...definition,
    phrases: [...definition.phrases],
    args: input(definition.args),
    result: output(definition.result),
  };
}

/** @example `manifestDocument(blender).commands.create_object.args // a JSON Schema` */
export function manifestDocument(manifest: AppManifest): ManifestDocument {
  return {
    app: manifest.app,
    title: manifest.title,
    version: manifest.version,
    state: output(manifest.state),
    commands: mapValues(manifest.commands, commandDocument),
    events: mapValues(manifest.events, ({ summary, schema }) => ({ summary, schema: output(schema) })),
    channels: mapValues(
      manifest.channels,
      ({ summary, schema, rateHz }) => ({ summary, schema: output(schema), rateHz }),
    ),
  };
}

function mapValues<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
