/** The language in which a bridge says what its application offers. Everything else is derived from it. */
import { z } from "zod";
import type { CommandKind, Effect, Lane } from "./commands.ts";
import type { JsonObject } from "./json.ts";
import { AppName, type CommandName, ManifestCommandName, SignalName } from "./names.ts";
import type { Phrase } from "./phrases.ts";

/**
 * How a command is taken back: by the application's own undo, by another command, or not at all. The other command's
 * arguments may refer to what this one took and gave.
 *
 * @example `{ command: "set_tempo", args: { bpm: { $ref: "result.previous" } } }`, `{ command: "delete_track", args: { name: { $ref: "args.name" } } }`
 */
export type Undo = "app" | "none" | { command: CommandName; args?: JsonObject };

/** The command that takes another one back; its arguments may refer to `args.…` and `result.…` of that one. */
export interface InverseCommand {
  command: CommandName;
  args?: JsonObject | undefined;
}

/**
 * How to see whether a command did what it says: a query, and what its result must be at some places. References are to
 * `args.…` and `result.…` of the command; what refers to an argument that was not given is not compared.
 *
 * @example `{ command: "get_object", args: { name: { $ref: "result.name" } }, expect: { "/location": { $ref: "args.location" } } }`
 */
export interface Verification {
  command: CommandName;
  args?: JsonObject | undefined;
  /** By RFC 6901 pointers into the query's result. */
  expect: JsonObject;
  /** How far numbers may be apart. @default 1e-4, relative to the greater one above 1 */
  tolerance?: number | undefined;
}

/** What a command takes, gives and does. */
export interface CommandDefinition<Args extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  kind: CommandKind;
  /** One sentence: what it does. Models and people read it. */
  summary: string;
  args: Args;
  result: Output;
  effect: Effect;
  /** Whether doing it twice is the same as doing it once. */
  idempotent: boolean;
  lane: Lane;
  /** How long it may take unless the caller says otherwise, in milliseconds. */
  timeoutMs: number;
  undo: Undo;
  /** Next to `undo: "app"`: takes it back where the application's own undo would take back something else first. */
  inverse?: InverseCommand | undefined;
  /** How its effect is read back and compared. */
  verify?: Verification | undefined;
  /** How people ask for it: patterns for the offline planner, examples for the model. */
  phrases: readonly Phrase[];
}

/** Declares one command; its defaults are those of a quick, undoable change. */
export function command<Args extends z.ZodObject, Output extends z.ZodType>(
  definition:
    & Pick<CommandDefinition<Args, Output>, "summary" | "args" | "result">
    & Partial<CommandDefinition<Args, Output>>,
): CommandDefinition<Args, Output> {
  const effect = definition.effect ?? (definition.kind === "query" ? "read" : "write");
  return {
    kind: "execute",
    idempotent: effect === "read",
    lane: "interactive",
    timeoutMs: 10_000,
    undo: effect === "read" ? "none" : "app",
    phrases: [],
    ...definition,
    effect,
  };
}

/** Declares one query: it reads, and may be repeated. */
export function query<Args extends z.ZodObject, Output extends z.ZodType>(
  definition:
    & Pick<CommandDefinition<Args, Output>, "summary" | "args" | "result">
    & Partial<CommandDefinition<Args, Output>>,
): CommandDefinition<Args, Output> {
  return command({ kind: "query", ...definition });
}

/** An event: what it means, and the shape of its data. */
export interface SignalDefinition {
  summary: string;
  schema: z.ZodType;
}

/** A channel: an unsaved value, many times a second. */
export interface ChannelDefinition extends SignalDefinition {
  /** How often it is published at most, per second. */
  rateHz: number;
}

/** The commands of an application by name. */
// deno-lint-ignore no-explicit-any -- a command's argument type is contravariant: only `any` accepts each of them
export type Commands = Record<string, CommandDefinition<any, any>>;

/** What an application offers. */
export interface AppManifest<C extends Commands = Commands> {
  app: AppName;
  title: string;
  /** The manifest's own version (semver). */
  version: string;
  state: z.ZodType;
  commands: C;
  events: Record<string, SignalDefinition>;
  channels: Record<string, ChannelDefinition>;
}

/**
 * Declares an application.
 *
 * @example
 * ```ts ignore
 * import { z } from "zod";
 * import { command, defineApp } from "@patchbay/contracts";
 *
 * export const counter = defineApp({
 *   app: "counter",
 *   title: "Counter",
 *   version: "1.0.0",
 *   state: z.object({ count: z.number() }),
 *   commands: {
 *     increment: command({
 *       summary: "Adds to the count.",
 *       args: z.object({ by: z.number().default(1) }),
 *       result: z.object({ count: z.number() }),
 *       phrases: ["add {by} to the count"],
 *     }),
 *   },
 * });
 * ```
 * @throws {TypeError} for a name that could not be part of a subject, or an inverse command that there is not
 */
export function defineApp<C extends Commands>(
  definition: Omit<AppManifest<C>, "events" | "channels"> & Partial<Pick<AppManifest<C>, "events" | "channels">>,
): AppManifest<C> {
  const manifest = { events: {}, channels: {}, ...definition };
  check(AppName, manifest.app);
  for (const name of Object.keys(manifest.commands)) check(ManifestCommandName, name);
  for (const name of [...Object.keys(manifest.events), ...Object.keys(manifest.channels)]) check(SignalName, name);
  for (const [name, { undo, inverse, verify }] of Object.entries(manifest.commands)) {
    if (typeof undo === "object" && !Object.hasOwn(manifest.commands, undo.command)) {
      throw new TypeError(`Cannot define app: '${name}' is undone by '${undo.command}', which is no command`);
    }
    if (inverse !== undefined && !Object.hasOwn(manifest.commands, inverse.command)) {
      throw new TypeError(`Cannot define app: '${name}' has the inverse '${inverse.command}', which is no command`);
    }
    if (verify !== undefined && manifest.commands[verify.command]?.effect !== "read") {
      throw new TypeError(`Cannot define app: '${name}' is verified by '${verify.command}', which is no query`);
    }
  }
  return manifest;
}

function check(schema: z.ZodType, name: string): void {
  const parsed = schema.safeParse(name);
  if (!parsed.success) throw new TypeError(`Cannot define app: '${name}' is not ${parsed.error.issues[0]?.message}`);
}

/** What a command takes, before defaults are filled in. */
export type ArgsOf<D> = D extends CommandDefinition<infer A, z.ZodType> ? z.input<A> : never;
/** What a command answers. */
export type ResultOf<D> = D extends CommandDefinition<z.ZodObject, infer R> ? z.output<R> : never;
