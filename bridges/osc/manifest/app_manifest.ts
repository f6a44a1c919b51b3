/** A manifest file becomes the manifest of an application like any other. */
import { type AppManifest, command, type CommandDefinition, defineApp, PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import type { CommandFile } from "../manifest_file/commands.ts";
import type { ManifestFile, StateFile } from "../manifest_file/manifest_file.ts";
import { argumentSchema, fieldSchema, fieldsSchema, resultSchema } from "./schemas.ts";

/** Without a `result` of its own, a command says whether it is known to have happened. */
const Confirmed = z.object({
  confirmed: z.boolean().describe("whether the program answered, or what was changed has been read back"),
});
/** What the kit answers for commands that start and end the application. */
const Lifecycle = z.object({ running: z.boolean(), changed: z.boolean() });

/** @throws {PatchbayError} `INVALID_CONFIGURATION` for defaults that do not fit */
export function appManifest(file: ManifestFile): AppManifest {
  const { app, title, version, commands, events, channels, state } = file;
  try {
    return defineApp({
      app,
      title,
      version,
      state: z.object(Object.assign({}, ...state.map(stateShape))),
      commands: mapValues(commands, commandDefinition),
      events: mapValues(events, ({ summary, data }) => ({ summary, schema: fieldsSchema(data) })),
      channels: mapValues(channels, ({ summary, rateHz, value, data }) => ({
        summary,
        rateHz,
        schema: value === undefined ? fieldsSchema(data ?? {}) : fieldSchema(value),
      })),
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw PatchbayError.of("INVALID_CONFIGURATION", `Cannot make a manifest of ${app}: ${why}`, { cause });
  }
}

function commandDefinition(file: CommandFile): CommandDefinition {
  const { summary, args, phrases, undo, kind, effect, idempotent, lane, timeoutMs, result } = file;
  const starts = kind === "init" || kind === "terminate";
  return command({
    summary,
    args: z.strictObject(mapValues(args, argumentSchema)),
    result: result === undefined
      ? starts ? Lifecycle : Confirmed
      : z.object(mapValues(result, (field) => resultSchema(field, file))),
    phrases,
    undo: undo === undefined
      ? "none"
      : { command: undo.command, ...(undo.args === undefined ? {} : { args: undo.args }) },
    ...(kind === undefined ? {} : { kind }),
    ...(effect === undefined ? {} : { effect }),
    ...(idempotent === undefined ? {} : { idempotent }),
    ...(lane === undefined ? {} : { lane }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** Nothing is known until it was heard. */
function stateShape(entry: StateFile): Record<string, z.ZodType> {
  if ("map" in entry) {
    return {
      [entry.map]: z.record(z.string(), entry.value === undefined ? z.literal(true) : fieldSchema(entry.value)),
    };
  }
  return mapValues(entry.fields, (field) => fieldSchema(field).nullable());
}

const mapValues = <T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
