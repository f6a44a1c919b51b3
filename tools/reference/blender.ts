/** `blender.md`: everything that Blender offers, from its manifest. */
import { blender, type BlenderCommands } from "@patchbay/bridge-blender";
import {
  AssetRef,
  type CommandDocument,
  JsonSchema,
  type ManifestDocument,
  manifestDocument,
  type Phrase,
} from "@patchbay/contracts";
import { z } from "zod";
import { animationCommands, Timeline } from "../../bridges/blender/manifest/animation.ts";
import { cameraCommands } from "../../bridges/blender/manifest/cameras.ts";
import { Color, Rgb } from "../../bridges/blender/manifest/colors.ts";
import { fileCommands, FileInfo } from "../../bridges/blender/manifest/files.ts";
import { lightCommands } from "../../bridges/blender/manifest/lights.ts";
import { materialCommands } from "../../bridges/blender/manifest/materials.ts";
import { modifierCommands } from "../../bridges/blender/manifest/modifiers.ts";
import { objectCommands } from "../../bridges/blender/manifest/objects.ts";
import { Engine, renderCommands } from "../../bridges/blender/manifest/render.ts";
import { sceneCommands } from "../../bridges/blender/manifest/scene.ts";
import { sessionCommands } from "../../bridges/blender/manifest/session.ts";
import { SceneState } from "../../bridges/blender/manifest/state.ts";
import {
  CameraDetails,
  LightDetails,
  MaterialDetails,
  ObjectDetails,
  ObjectSummary,
  Vector,
} from "../../bridges/blender/manifest/values.ts";
import { allFieldsOf, fieldsOf, jsonType, limitsOf, type NamedTypes } from "./json_type.ts";
import { anchorOf, block, code, page, table } from "./markdown.ts";

/** Every command under one heading. */
const TOPICS: Readonly<Record<string, Partial<BlenderCommands>>> = {
  "The scene": sceneCommands,
  Objects: objectCommands,
  Materials: materialCommands,
  Modifiers: modifierCommands,
  "Lights and the world": lightCommands,
  Cameras: cameraCommands,
  Animation: animationCommands,
  Renders: renderCommands,
  Files: fileCommands,
  "The session": sessionCommands,
};

/** What many commands take or answer: explained once, called by its name elsewhere. */
const SHAPES = {
  ObjectSummary,
  ObjectDetails,
  SceneState,
  MaterialDetails,
  LightDetails,
  CameraDetails,
  Timeline,
  FileInfo,
  AssetRef,
  Color,
  Rgb,
  Vector,
  Engine,
} satisfies Record<string, z.ZodType>;

/** A colour is read in several forms and never answered as one. */
const schemaOf = (shape: z.ZodType) =>
  inlined(
    JsonSchema.parse(z.toJSONSchema(shape, { io: shape === Color ? "input" : "output", unrepresentable: "any" })),
  );
const NAMED: NamedTypes = Object.fromEntries(Object.entries(SHAPES).map(([name, shape]) => [name, schemaOf(shape)]));

/** @throws {Error} a command of the manifest has no topic */
export function blenderReference(): string {
  const manifest = manifestDocument(blender);
  const topics = Object.values(TOPICS).flatMap((commands) => Object.keys(commands));
  const missing = Object.keys(manifest.commands).filter((name) => !topics.includes(name));
  if (missing.length > 0) throw new Error(`Cannot write blender.md: ${missing.join(", ")} has no topic in TOPICS`);
  return page(
    "Blender",
    "`bridges/blender/manifest.ts`",
    `What the application \`blender\` offers: manifest ${manifest.version}. Lengths are in metres, angles in degrees, z is up. Each command is called ` +
      "with `POST /v1/commands`, in a step of a plan, or in words; *phrases* are the patterns that the offline planner knows: `[…]` may be left " +
      "out, `(a|b)` is one of several, `{name}` stands for an argument.",
    ...Object.entries(TOPICS).map(([topic, commands]) => overview(topic, Object.keys(commands), manifest)),
    ...Object.entries(TOPICS).flatMap(([topic, commands]) => [
      `## ${topic}`,
      ...Object.keys(commands).map((name) => commandSection(name, manifest.commands[name]!)),
    ]),
    "## Events",
    table(["event", "means", "data"], signalRows(manifest.events)),
    "## State",
    `What \`GET /v1/bridges/blender.<bridge>/state\` answers: a [${code("SceneState")}](#scenestate).`,
    "## Shapes",
    ...Object.keys(SHAPES).map(shapeSection),
  );
}

function overview(topic: string, names: readonly string[], { commands }: ManifestDocument): string {
  const rows = names.map((
    name,
  ) => [`[${code(name)}](#${anchorOf(name)})`, commands[name]!.summary, commands[name]!.effect]);
  return table([topic, "", "effect"], rows);
}

function commandSection(name: string, command: CommandDocument): string {
  const { args, result, phrases } = command;
  return [
    `### ${name}`,
    command.summary,
    table(["kind", "effect", "idempotent", "lane", "timeout", "undo"], [[
      command.kind,
      command.effect,
      command.idempotent ? "yes" : "no",
      command.lane,
      duration(command.timeoutMs),
      typeof command.undo === "string" ? UNDO[command.undo] : code(command.undo.command),
    ]]),
    ...(fieldsOf(args).length === 0 ? ["Takes no arguments."] : [argumentTable(args)]),
    `Result: ${linked(jsonType(result, NAMED))}`,
    ...(phrases.length === 0 ? [] : ["Phrases:", block(phrases.map(phraseLine).join("\n"))]),
  ].join("\n\n");
}

const UNDO = { app: "Blender's own undo", none: "cannot be undone" };

function duration(ms: number): string {
  const [amount, unit] = ms % 3_600_000 === 0
    ? [ms / 3_600_000, "h"]
    : ms % 60_000 === 0
    ? [ms / 60_000, "min"]
    : [ms / 1000, "s"];
  return `${amount} ${unit}`;
}

function phraseLine(phrase: Phrase): string {
  if (typeof phrase === "string") return phrase;
  return phrase.args === undefined ? phrase.say : `${phrase.say}   -> ${JSON.stringify(phrase.args)}`;
}

function argumentTable(schema: JsonSchema): string {
  const fields = allFieldsOf(schema, NAMED);
  // what an item has follows in rows of its own
  const type = (name: string, schema: JsonSchema) =>
    fields.some((field) => field.name.startsWith(`${name}[].`)) ? "object[]" : jsonType(schema, NAMED);
  const rows = fields.map(({ name, schema, required }) => [
    code(name),
    linked(type(name, schema)),
    schema["default"] === undefined ? (required ? "**needed**" : "") : code(JSON.stringify(schema["default"])),
    meaning(schema),
  ]);
  return table(["argument", "type", "default", "limits and meaning"], rows);
}

function meaning(schema: JsonSchema): string {
  const { description } = schema;
  return [limitsOf(schema), typeof description === "string" ? description : ""].filter((text) => text !== "").join(
    "; ",
  );
}

const signalRows = (signals: ManifestDocument["events"]) =>
  Object.entries(signals).map(([name, { summary, schema }]) => [code(name), summary, code(jsonType(schema, NAMED))]);

function shapeSection(name: string): string {
  const schema = NAMED[name]!;
  const { description } = schema;
  const fields = fieldsOf(schema);
  const others = Object.fromEntries(Object.entries(NAMED).filter(([other]) => other !== name));
  const rows = fields.map((field) => [code(field.name), linked(jsonType(field.schema, others)), meaning(field.schema)]);
  return [
    `### ${name}`,
    ...(typeof description === "string" ? [description] : []),
    fields.length === 0 ? block(jsonType(schema, others)) : table(["field", "type", "meaning"], rows),
  ].join("\n\n");
}

/** A type as code; the shapes that this page explains lead there. */
const linked = (type: string) => Object.hasOwn(SHAPES, type) ? `[${code(type)}](#${anchorOf(type)})` : code(type);

/** zod keeps a schema with an id apart, and refers to it; here it is wanted itself. */
function inlined(schema: JsonSchema): JsonSchema {
  const { $ref, $defs } = schema;
  const name = typeof $ref === "string" ? $ref.split("/").at(-1) : undefined;
  const defs = JsonSchema.catch({}).parse($defs);
  return name === undefined ? schema : JsonSchema.catch(schema).parse(defs[name]);
}
