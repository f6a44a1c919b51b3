/**
 * The schema of the model's answer. Every object in it is closed, and a schema with too many optional properties or unions
 * is refused by the API: so small sets of commands get one branch each, with typed arguments, and large ones get
 * their arguments as JSON text. Either way what comes back is validated here.
 */
import type { JsonSchema } from "@patchbay/contracts";
import { StepId } from "@patchbay/contracts";
import { z } from "zod";
import type { FoundCommand } from "./command_search.ts";
import { type StrictCount, strictSchema } from "./strict_schema.ts";

export interface AnswerFormat {
  /** `typed`: each command's arguments as an object. `text`: as JSON text. */
  form: "typed" | "text";
  schema: JsonSchema;
}

/** What the API takes of optional properties and of unions in one schema. */
const MAX_OPTIONAL = 24;
const MAX_UNIONS = 16;

/** The richest schema that the API takes for these commands. */
export function answerFormat(commands: readonly FoundCommand[]): AnswerFormat {
  const count: StrictCount = { optional: 0, unions: 1 };
  const branches = commands.map(({ app, command, document }) =>
    stepSchema({ app: { const: app }, command: { const: command }, args: strictSchema(document.args, count) })
  );
  const fits = count.optional <= MAX_OPTIONAL && count.unions <= MAX_UNIONS;
  return fits ? { form: "typed", schema: answer({ anyOf: branches }) } : textFormat(commands);
}

/** The schema that has the arguments as JSON text: for any number of commands. */
export function textFormat(commands: readonly FoundCommand[]): AnswerFormat {
  const step = stepSchema({
    app: { type: "string", enum: [...new Set(commands.map(({ app }) => app))] },
    command: { type: "string", enum: [...new Set(commands.map(({ command }) => command))] },
    args: { type: "string", description: "the command's arguments: a JSON object, as text" },
  });
  return { form: "text", schema: answer(step) };
}

function answer(step: JsonSchema): JsonSchema {
  return object({
    steps: { type: "array", items: step, description: "in the order in which they shall happen" },
    unclear: {
      type: "string",
      description: "what of the instruction no command can do; empty when all of it is planned",
    },
  });
}

function stepSchema(parts: { app: JsonSchema; command: JsonSchema; args: JsonSchema }): JsonSchema {
  return object({
    id: { type: "string", description: "s1, s2, …" },
    app: parts.app,
    bridge: { type: "string", description: "one of the bridges that are here; empty for the usual one" },
    command: parts.command,
    args: parts.args,
    dependsOn: { type: "array", items: { type: "string" }, description: "ids of steps that must be done first" },
  });
}

function object(properties: Record<string, JsonSchema>): JsonSchema {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

const Args = z.union([
  z.record(z.string(), z.unknown()),
  z.string().transform((text, context) => {
    try {
      return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: "custom", message: "must be a JSON object" });
      return z.NEVER;
    }
  }),
]);

/** The model's answer, read. */
export const Answer = z.looseObject({
  steps: z.array(z.looseObject({
    id: StepId,
    app: z.string(),
    bridge: z.string().default(""),
    command: z.string(),
    args: Args,
    dependsOn: z.array(z.string()).default([]),
  })),
  unclear: z.string().default(""),
});
export type Answer = z.infer<typeof Answer>;
export type AnswerStep = Answer["steps"][number];
