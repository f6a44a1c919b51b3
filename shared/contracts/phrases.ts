/**
 * How people ask for a command. A pattern is words and slots:
 * `add [a|an] [{color}] {type} [named {name}] [at {location}]`.
 *
 * - `word` matches that word, in any case
 * - `[a b]` is optional, `(a|b)` one of several; `[a|b]` is both
 * - `{name}` is an argument of the command; what may stand there follows from the argument's schema:
 *   an enum's values, a number, three numbers for a vector, a name or quoted text for a string.
 *   A schema's `meta({ slot })` says more: `object` is a thing that exists (its name, "it", "the cube"),
 *   `name` a new name, `color` a colour word or `#rrggbb`, `text` the rest of the clause, `asset` an earlier step's file.
 */
import { z } from "zod";
import { JsonObject } from "./json.ts";

/** What a schema's `meta({ slot })` may say. */
export const Slot = z.enum(["object", "name", "color", "text", "asset"]);
export type Slot = z.infer<typeof Slot>;

/** One way to ask for a command. */
export const Phrase = z.union([
  z.string().min(1).max(300),
  z.strictObject({
    say: z.string().min(1).max(300),
    /** Arguments that the pattern implies. */
    args: JsonObject.optional(),
  }),
]);
export type Phrase = z.infer<typeof Phrase>;
