import assert from "node:assert/strict";
import { PatchbayError } from "@patchbay/contracts";
import fc from "fast-check";
import { checkPlan } from "../check_plan.ts";
import { newPlan } from "../provider.ts";
import { world } from "../testing/worlds.ts";
import { divide } from "./clauses.ts";
import { addressesOf } from "./addresses.ts";
import { interpret } from "./interpret.ts";
import { knownNames } from "./known_names.ts";
import { findSeparators } from "./separators.ts";
import { tokenize } from "./tokens.ts";
import { compileVocabulary } from "./vocabulary.ts";

/** Plans, or is not understood; a plan holds. */
function check(instruction: string): void {
  try {
    const plan = newPlan(instruction.slice(0, 20_000), interpret(instruction, world), { provider: "phrasebook" });
    const checked = checkPlan(plan, world);
    assert.ok(checked.ok, JSON.stringify(checked));
  } catch (error) {
    assert.ok(error instanceof PatchbayError, String(error));
    assert.equal(error.code, "NOT_UNDERSTOOD");
    const clauses = error.context["clauses"] as { clause: string; position: number; suggestions: string[] }[];
    assert.ok(clauses.length > 0);
    for (const { clause, position } of clauses) {
      const begun = clause.endsWith("\u2026") ? clause.slice(0, -1) : clause;
      assert.ok(instruction.startsWith(begun, position), JSON.stringify({ instruction, clause, position }));
    }
  }
}

const WORDS =
  ("add make a the ball box tall lamp red sky blue named Hero at above it them that there and then , . ; 1 2 0.5 -3 50cm " +
    "( ) \" ' paint move put to copy as remove Globe Crate Salt Pepper draw by x half of frame picture write turn light off please " +
    "play in on mixer workshop ws-01 set tempo bpm over seconds : \n - load everything what is #ff0000 _ $ref __proto__ constructor")
    .split(" ");

const spoken = fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((words) => words.join(" "));
const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.string({ maxLength: 300 }),
);

Deno.test("whatever is said becomes a plan that holds, or is not understood", () => {
  fc.assert(fc.property(fc.oneof({ weight: 3, arbitrary: spoken }, anything), check), { numRuns: 1500 });
});

/** How much work the division of an instruction into clauses takes, in steps of its matcher. */
function work(instruction: string): number {
  const tokens = tokenize(instruction);
  const budget = { left: Number.MAX_SAFE_INTEGER };
  divide({
    vocabulary: compileVocabulary(world.manifests),
    addresses: addressesOf(world.manifests, world.presence),
    reading: { instruction, tokens, separators: findSeparators(tokens), known: knownNames([]) },
    budget,
  });
  return Number.MAX_SAFE_INTEGER - budget.left;
}

const LONG: [string, string][] = [
  ["clauses that are understood", "add a ball, "],
  ["clauses that are not", "sing a song and "],
  ["one word", "add "],
  ["separators", ", and then "],
  ["open quotes", `"'`],
  ["open brackets", "move Globe to (1, "],
  ["a phrase begun over and over", "add a red ball named "],
  ["numbers", "1 2 3, "],
  ["combining marks", "e\u0301\u0301\u0301"],
  ["broken surrogates", "\ud800 \udc00 "],
  ["right-to-left and zero-width", "\u202e\u200b\u200d\ufeff"],
  ["pronouns in a list", "remove it and it and "],
  ["text without an end", "write a, and "],
];

for (const [what, piece] of LONG) {
  Deno.test(`the work grows with the length of ${what}, and not faster`, () => {
    const repeated = (length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
    const short = work(repeated(2_000));
    const long = work(repeated(20_000));
    assert.ok(long <= 15 * short + 10_000, `${short} steps for 2,000 characters, ${long} for 20,000`);
    check(repeated(20_000));
  });
}

Deno.test("a clause of thousands of words is refused, not searched for ever", () => {
  check(`add a ball named ${"very ".repeat(3_999)}`);
  check(`write ${"word ".repeat(3_999)}`);
  check(`remove ${"Globe and ".repeat(1_999)}`);
});
