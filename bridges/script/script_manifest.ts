/** What a script says that it offers, as a manifest. */
import {
  CommandKind,
  CommandName,
  Effect,
  JsonObject,
  Lane,
  ManifestDocument,
  PatchbayError,
  Phrase,
  SignalName,
  TimeoutMs,
  validateAgainst,
} from "@patchbay/contracts";
import { z } from "zod";

const ScriptCommand = z.looseObject({
  summary: z.string().max(2_000).default(""),
  kind: CommandKind.optional(),
  args: JsonObject.default({ type: "object" }),
  result: JsonObject.default({}),
  effect: Effect.default("write"),
  idempotent: z.boolean().optional(),
  lane: Lane.default("interactive"),
  timeoutMs: TimeoutMs.default(10_000),
  undo: z.union([z.enum(["app", "none"]), z.strictObject({ command: CommandName, args: JsonObject.optional() })])
    .default("none"),
  phrases: z.array(Phrase).default([]),
});

const Signal = z.looseObject({ summary: z.string().max(2_000).default(""), schema: JsonObject.default({}) });

/** The answer to the request `manifest`: schemas are JSON Schema, and what is left out is what is usual. */
export const ScriptManifest = z.looseObject({
  title: z.string().min(1).max(100).optional(),
  version: z.string().max(100).default("0.0.0"),
  state: JsonObject.default({}),
  commands: z.record(CommandName, ScriptCommand).default({}),
  events: z.record(SignalName, Signal).default({}),
  channels: z.record(SignalName, Signal.extend({ rateHz: z.number().positive().max(1_000).default(10) })).default({}),
});
export type ScriptManifest = z.input<typeof ScriptManifest>;

const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** @throws {PatchbayError} `INVALID_RESULT` with the place */
export function scriptManifest(said: unknown, { app, title }: { app: string; title: string }): ManifestDocument {
  const parsed = ScriptManifest.safeParse(said);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { commands, events, channels, state, version } = parsed.data;
  const named = Object.entries(commands).map(([name, { kind, idempotent, ...command }]) => {
    const reads = command.effect === "read";
    understood(`commands.${name}.args`, command.args);
    understood(`commands.${name}.result`, command.result);
    if (typeof command.undo === "object" && !Object.hasOwn(commands, command.undo.command)) {
      throw wrong(`commands.${name}.undo: there is no command '${command.undo.command}'`);
    }
    return [name, { ...command, kind: kind ?? (reads ? "query" : "execute"), idempotent: idempotent ?? reads }];
  });
  for (const [kind, signals] of Object.entries({ events, channels })) {
    for (const [name, { schema }] of Object.entries(signals)) understood(`${kind}.${name}`, schema);
  }
  understood("state", state);
  return ManifestDocument.parse({
    app,
    title: parsed.data.title ?? title,
    version: VERSION.test(version) ? version : "0.0.0",
    state,
    commands: Object.fromEntries(named),
    events,
    channels,
  });
}

function understood(place: string, schema: JsonObject): void {
  const issue = validateAgainst(schema, {}).find(({ code }) => code === "schema");
  if (issue !== undefined) throw wrong(`${place}: ${issue.message}`);
}

const wrong = (why: string) =>
  PatchbayError.of("INVALID_RESULT", `Cannot use what the script says that it offers: ${why.slice(0, 300)}`, {
    remedy: "Look at it with `--describe`: `python3 SCRIPT.py --describe`.",
  });
