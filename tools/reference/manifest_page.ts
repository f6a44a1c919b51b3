/** The page of one application, from its manifest: every command, event, channel and piece of state. */
import {
  type AppManifest,
  type CommandDocument,
  JsonSchema,
  type ManifestDocument,
  manifestDocument,
  type Phrase,
} from "@patchbay/contracts";
import { z } from "zod";
import { allFieldsOf, fieldsOf, jsonType, limitsOf, type NamedTypes } from "./json_type.ts";
import { anchorOf, block, code, page, table } from "./markdown.ts";

export interface ManifestPage {
  manifest: AppManifest;
  /** `bridges/blender/manifest.ts` */
  source: string;
  /** What a reader should know first, after the sentence that says which manifest this is. */
  introduction: string;
  /** Every command under one heading. */
  topics: Readonly<Record<string, object>>;
  /** What many commands take or answer: explained once, called by its name elsewhere. */
  shapes: Readonly<Record<string, z.ZodType>>;
  /** The name of the state's shape, among them. */
  state: string;
  /** Shapes that are read in several forms and never answered as one. */
  readOnly?: readonly z.ZodType[];
}

/** @throws {Error} a command of the manifest has no topic */
export function manifestPage(options: ManifestPage): string {
  return new Writer(options).page();
}

class Writer {
  readonly #options: ManifestPage;
  readonly #manifest: ManifestDocument;
  readonly #named: NamedTypes;

  constructor(options: ManifestPage) {
    this.#options = options;
    this.#manifest = manifestDocument(options.manifest);
    this.#named = Object.fromEntries(
      Object.entries(options.shapes).map(([name, shape]) => [name, schemaOf(shape, options.readOnly ?? [])]),
    );
  }

  page(): string {
    const { topics, source, introduction, shapes, state, manifest: { app, title } } = this.#options;
    const { commands, version, events, channels } = this.#manifest;
    const known = Object.values(topics).flatMap((topic) => Object.keys(topic));
    const missing = Object.keys(commands).filter((name) => !known.includes(name));
    if (missing.length > 0) throw new Error(`Cannot write ${app}.md: ${missing.join(", ")} has no topic`);
    return page(
      title,
      code(source),
      `What the application \`${app}\` offers: manifest ${version}. ${introduction} Each command is called ` +
        "with `POST /v1/commands`, in a step of a plan, or in words; *phrases* are the patterns that the offline planner knows: `[…]` may be left " +
        "out, `(a|b)` is one of several, `{name}` stands for an argument.",
      ...Object.entries(topics).map(([topic, commands]) => this.#overview(topic, Object.keys(commands))),
      ...Object.entries(topics).flatMap(([topic, inTopic]) => [
        `## ${topic}`,
        ...Object.keys(inTopic).map((name) => this.#command(name, commands[name]!)),
      ]),
      "## Events",
      table(["event", "means", "data"], this.#signals(events)),
      ...(Object.keys(channels).length === 0 ? [] : [
        "## Channels",
        table(
          ["channel", "means", "value", "at most, per second"],
          this.#signals(channels).map((row, i) => [...row, String(Object.values(channels)[i]?.rateHz)]),
        ),
      ]),
      "## State",
      `What \`GET /v1/bridges/${app}.<bridge>/state\` answers: a [${code(state)}](#${anchorOf(state)}).`,
      "## Shapes",
      ...Object.keys(shapes).map((name) => this.#shape(name)),
    );
  }

  #overview(topic: string, names: readonly string[]): string {
    const { commands } = this.#manifest;
    const rows = names.map((
      name,
    ) => [`[${code(name)}](#${anchorOf(name)})`, commands[name]!.summary, commands[name]!.effect]);
    return table([topic, "", "effect"], rows);
  }

  #command(name: string, command: CommandDocument): string {
    const { args, result, phrases } = command;
    const undo = { app: `${this.#options.manifest.title}'s own undo`, none: "cannot be undone" };
    return [
      `### ${name}`,
      command.summary,
      table(["kind", "effect", "idempotent", "lane", "timeout", "undo"], [[
        command.kind,
        command.effect,
        command.idempotent ? "yes" : "no",
        command.lane,
        duration(command.timeoutMs),
        typeof command.undo === "string" ? undo[command.undo] : code(command.undo.command),
      ]]),
      ...(fieldsOf(args).length === 0 ? ["Takes no arguments."] : [this.#arguments(args)]),
      `Result: ${this.#linked(jsonType(result, this.#named))}`,
      ...(phrases.length === 0 ? [] : ["Phrases:", block(phrases.map(phraseLine).join("\n"))]),
    ].join("\n\n");
  }

  #arguments(schema: JsonSchema): string {
    const fields = allFieldsOf(schema, this.#named);
    // what an item has follows in rows of its own
    const type = (name: string, schema: JsonSchema) =>
      fields.some((field) => field.name.startsWith(`${name}[].`)) ? "object[]" : jsonType(schema, this.#named);
    const rows = fields.map(({ name, schema, required }) => [
      code(name),
      this.#linked(type(name, schema)),
      schema["default"] === undefined ? (required ? "**needed**" : "") : code(JSON.stringify(schema["default"])),
      meaning(schema),
    ]);
    return table(["argument", "type", "default", "limits and meaning"], rows);
  }

  #signals(signals: ManifestDocument["events"]): string[][] {
    return Object.entries(signals).map((
      [name, { summary, schema }],
    ) => [code(name), summary, code(jsonType(schema, this.#named))]);
  }

  #shape(name: string): string {
    const schema = this.#named[name]!;
    const { description } = schema;
    const fields = fieldsOf(schema);
    const others = Object.fromEntries(Object.entries(this.#named).filter(([other]) => other !== name));
    const rows = fields.map((
      field,
    ) => [code(field.name), this.#linked(jsonType(field.schema, others)), meaning(field.schema)]);
    return [
      `### ${name}`,
      ...(typeof description === "string" ? [description] : []),
      fields.length === 0 ? block(jsonType(schema, others)) : table(["field", "type", "meaning"], rows),
    ].join("\n\n");
  }

  /** A type as code; the shapes that this page explains lead there. */
  #linked(type: string): string {
    return Object.hasOwn(this.#options.shapes, type) ? `[${code(type)}](#${anchorOf(type)})` : code(type);
  }
}

const schemaOf = (shape: z.ZodType, readOnly: readonly z.ZodType[]) =>
  inlined(
    JsonSchema.parse(
      z.toJSONSchema(shape, { io: readOnly.includes(shape) ? "input" : "output", unrepresentable: "any" }),
    ),
  );

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

function meaning(schema: JsonSchema): string {
  const { description } = schema;
  return [limitsOf(schema), typeof description === "string" ? description : ""].filter((text) => text !== "").join(
    "; ",
  );
}

/** zod keeps a schema with an id apart, and refers to it; here it is wanted itself. */
function inlined(schema: JsonSchema): JsonSchema {
  const { $ref, $defs } = schema;
  const name = typeof $ref === "string" ? $ref.split("/").at(-1) : undefined;
  const defs = JsonSchema.catch({}).parse($defs);
  return name === undefined ? schema : JsonSchema.catch(schema).parse(defs[name]);
}
