/** For tests of bridges: which commands of a manifest were executed, and which were taken back with everything as it was. */
import assert from "node:assert/strict";
import type { AppManifest, JsonObject } from "@patchbay/contracts";
import { inverseOf } from "../batches/inverse.ts";

/** A command that was executed, and how to see what came of it. */
export interface Done {
  args: JsonObject;
  result: unknown;
  /** What `look` saw before the command. */
  before: unknown;
  /** Everything that the command may have changed, as plain data. */
  look(): unknown;
  call(command: string, args: JsonObject): Promise<unknown>;
}

export class TriedCommands {
  readonly #commands: AppManifest["commands"];
  readonly #executed = new Set<string>();
  readonly #takenBack = new Set<string>();

  constructor({ commands }: Pick<AppManifest, "commands">) {
    this.#commands = commands;
  }

  /** Notes that a command was executed. */
  executed(command: string): void {
    this.#executed.add(command);
  }

  /**
   * Takes a command back as its manifest claims, and sees that all is as it was before.
   * @returns what the inverse command answered @throws {AssertionError} where it had changed nothing, or is not taken back
   */
  async takeBack(command: string, { args, result, before, look, call }: Done): Promise<unknown> {
    const definition = this.#commands[command];
    assert.ok(definition !== undefined, `the manifest has no command '${command}'`);
    const inverse = inverseOf(definition, { args, result });
    assert.ok(inverse !== undefined, `${command} claims no undo`);
    assert.notDeepEqual(await look(), before, `${command} changed nothing that is looked at`);
    const answered = await call(inverse.command, inverse.args);
    assert.deepEqual(await look(), before, `${command} was not taken back`);
    this.#takenBack.add(command);
    return answered;
  }

  /** @throws {AssertionError} with the commands that were never executed, and the claims of undo that were never tried */
  assertAll(): void {
    const names = Object.keys(this.#commands);
    assert.deepEqual(names.filter((name) => !this.#executed.has(name)), [], "commands that were never executed");
    const undoable = names.filter((name) => this.#commands[name]!.undo !== "none");
    assert.deepEqual(undoable.filter((name) => !this.#takenBack.has(name)), [], "undos that were never tried");
  }
}
