/** For tests of bridges: whether what a manifest says of its commands' effects holds in the application. */
import assert from "node:assert/strict";
import { type AppManifest, differenceIn, type JsonObject, readBackOf } from "@patchbay/contracts";
import { inverseCommandOf } from "../batches/inverse.ts";

/** A command that was done. */
export interface Answered {
  args: JsonObject;
  result: unknown;
}

type Call = (command: string, args: JsonObject) => Promise<unknown>;

/**
 * Reads back what a command did, as its manifest says how: a healthy command must not fail for that.
 * @returns whether there was anything to compare @throws {AssertionError} for what is not as expected
 */
export async function assertReadBack(
  { commands }: Pick<AppManifest, "commands">,
  command: string,
  { args, result }: Answered,
  call: Call,
): Promise<boolean> {
  const definition = commands[command];
  if (definition?.verify === undefined) return false;
  // with the defaults, as it ran
  const done = { args: definition.args.parse(args), result };
  const readBack = readBackOf(definition.verify, done);
  if (readBack === undefined) return false;
  const found = await call(readBack.command, readBack.args);
  assert.deepEqual(differenceIn(readBack, found), undefined, `${command}, read back by ${readBack.command}`);
  return true;
}

/**
 * Takes a command back by its inverse, whatever the application's own history holds, and sees that all is as it was.
 * @returns whether it has one, as far as its result says @throws {AssertionError} where something is left of it
 */
export async function assertInverse(
  { commands }: Pick<AppManifest, "commands">,
  command: string,
  { args, result, before, look, call }: Answered & { before: unknown; look(): unknown; call: Call },
): Promise<boolean> {
  const definition = commands[command];
  if (definition?.inverse === undefined) return false;
  let inverse: ReturnType<typeof inverseCommandOf>;
  try {
    inverse = inverseCommandOf(definition, { args, result });
  } catch {
    return false; // its result says that it cannot be brought back
  }
  if (inverse === undefined) return false;
  await call(inverse.command, inverse.args);
  assert.deepEqual(await look(), before, `${command} was not taken back by ${inverse.command}`);
  return true;
}
