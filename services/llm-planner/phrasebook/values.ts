/** What a slot can find in an instruction, before anybody knows what "it" is. */

/** Words that point at a thing: a name, "it", "the cube". */
export interface Mention {
  /** As it was written. */
  text: string;
  /** Its words in lower case, without the article. */
  words: readonly string[];
  /** `pronoun`: it, that; `plural`: them; `all`: all cubes; `definite`: the cube; `quoted`: "Cube"; `bare`: Cube */
  form: "pronoun" | "plural" | "all" | "definite" | "quoted" | "bare";
}

export type Value =
  | {
    kind: "literal";
    value: unknown; /** Words that describe what is made: "cube", "red". */
    words?: readonly string[];
  }
  | { kind: "object"; mentions: readonly Mention[]; /** Whether the argument is a list. */ list: boolean }
  | { kind: "asset"; mention: Mention }
  /** "there": where something before was put. */
  | { kind: "place" };

/** The thing that was spoken of, where a clause leaves it out. */
export const IT: Value = { kind: "object", mentions: [{ text: "it", words: ["it"], form: "pronoun" }], list: false };

/** One way to fill a slot. */
export interface Candidate {
  /** The token after it. */
  end: number;
  /** How much it says: more for what can mean only this. */
  score: number;
  value: Value;
}

/** How much one token counts, by what it matched. */
export const SCORES = {
  word: 4,
  article: 0.1,
  choice: 3.5,
  number: 3,
  known: 3,
  quoted: 3,
  pronoun: 3,
  unit: 1.5,
  mention: 1.5,
  /** "the cube" is rather a cube that there is than one to be made. */
  definite: 3.5,
  name: 1.2,
  text: 0.2,
} as const;
