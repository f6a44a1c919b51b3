import assert from "node:assert/strict";
import { command, ValidationError } from "@patchbay/contracts";
import { z } from "zod";
import { parseArguments, parseResult } from "./command_arguments.ts";

const move = command({
  summary: "Moves.",
  args: z.object({ to: z.tuple([z.number(), z.number()]).default([0, 0]), extra: z.unknown().optional() }),
  result: z.unknown(),
});

const refuses = (run: () => unknown, code: string, paths: unknown[]) =>
  assert.throws(run, (error) => {
    assert.ok(error instanceof ValidationError);
    assert.equal(error.code, code);
    assert.deepEqual(error.issues.map(({ path }) => path), paths);
    return true;
  });

Deno.test("defaults are filled in", () => {
  assert.deepEqual(parseArguments("move", move, {}), { to: [0, 0] });
});

Deno.test("each argument that does not fit is named by its path", () => {
  refuses(() => parseArguments("move", move, { to: [1, "2"] }), "INVALID_ARGUMENTS", [["to", 1]]);
  refuses(() => parseArguments("move", move, { to: [NaN, Infinity] }), "INVALID_ARGUMENTS", [["to", 0], ["to", 1]]);
  assert.throws(() => parseArguments("move", move, { extra: [{ x: -Infinity }] }), ValidationError);
});

Deno.test("a result that JSON cannot carry is refused, and none at all is null", () => {
  assert.throws(() => parseResult("move", move, { at: NaN }), ValidationError);
  assert.equal(parseResult("move", move, undefined), null);
});
