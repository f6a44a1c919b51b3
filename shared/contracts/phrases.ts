/**
 * How people ask for a command. A pattern is words and slots:
 * `add [a|an] [{color}] {type} [named {name}] [at {location}]`.
 *
 * - `word` matches that word, in any case
 * - `[a b]` is optional, `(a|b)` one of several; `[a|b]` is both
 * - `'s` after a thing is a word of its own: `{object}['s] color` is "the cube's color" and "the cube color"
 * - `{name}` is an argument of the command; what may stand there follows from the argument's schema:
 *   an enum's values, a number, three numbers for a vector, a name or quoted text for a string.
 *   A schema's `meta({ slot })` says more: `object` is a thing that exists (its name, "it", "the cube"),
 *   `name` a new name, `color` a colour word or `#rrggbb`, `text` the rest of the clause, `asset` an earlier step's file.
 *   `meta({ says: { sphere: ["ball"] } })` next to an enum gives its values other words.
 *   Next to `slot: "object"`, `meta({ kinds })` names the kinds of thing that fit, as the state's `type` or `kind` has them.
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
    /** The kinds of thing that this can be said of, where the command takes more: a focal length is a camera's. */
    about: z.array(z.string().min(1)).min(1).optional(),
  }),
]);
export type Phrase = z.infer<typeof Phrase>;
