/** What takes a finished command back, after its manifest. */
import {
  type AppManifest,
  bindReferences,
  type CommandDefinition,
  findReferences,
  type InverseCommand,
  JsonObject,
} from "@patchbay/contracts";

/** The manifest's own command for one step back, where the application keeps an undo history. */
const UNDO = "undo";

export interface Inverse {
  command: string;
  args: JsonObject;
}

/** Whether a command moves through the undo history itself: what it did cannot be taken back by going back in it. */
export function movesInHistory(name: string, { undo }: CommandDefinition): boolean {
  return name === UNDO || (typeof undo === "object" && undo.command === UNDO);
}

/** Whether one step back is a command of the application. */
export const canStepBack = ({ commands }: AppManifest): boolean => Object.hasOwn(commands, UNDO);

/**
 * The command that takes another one back, its arguments bound to what that one took and gave: `{ "$ref": "args.name" }`,
 * `{ "$ref": "result.previous" }`. `undefined` for one that only reads, or that cannot be taken back.
 * @throws {ValidationError} `PLAN_INVALID` where the result does not have what is referred to
 */
export function inverseOf(
  { effect, undo }: CommandDefinition,
  done: { args: JsonObject; result: unknown },
): Inverse | undefined {
  if (effect === "read" || undo === "none") return undefined;
  if (undo === "app") return { command: UNDO, args: {} };
  return boundInverse(undo, done);
}

/**
 * The inverse command for one command that was done, whatever lies on top of the undo history; `undefined` where its
 * manifest has none.
 * @throws {ValidationError} `PLAN_INVALID` where the result does not have what is referred to
 */
export function inverseCommandOf(
  { undo, inverse }: CommandDefinition,
  done: { args: JsonObject; result: unknown },
): Inverse | undefined {
  const command = typeof undo === "object" ? undo : inverse;
  return command === undefined ? undefined : boundInverse(command, done);
}

const boundInverse = (
  { command, args = {} }: InverseCommand,
  done: { args: JsonObject; result: unknown },
): Inverse => ({
  command,
  args: bound(args, done),
});

/** A plan's references begin at a step's result: here the arguments and the result are that. */
function bound(args: JsonObject, done: { args: JsonObject; result: unknown }): JsonObject {
  if (findReferences(args).next().done) return args;
  const text = JSON.stringify(
    args,
    (key, value) => key === "$ref" && typeof value === "string" ? `done.result.${value}` : value,
  );
  // all of them may be one reference: to what the command says that brings it back
  return JsonObject.parse(bindReferences({ args: JSON.parse(text) }, new Map([["done", done]]))["args"]);
}
