/** Words that carry no meaning of their own here: articles and politeness. */
import { isMark, isWord, type Token } from "./tokens.ts";

/** Ignored wherever no pattern asks for them, except that "a cube" never means a cube that exists. */
const INDEFINITE = new Set("a an some".split(" "));
const POLITE = new Set("please kindly just now also pls".split(" "));
/** "the" says that the thing exists: only a slot or a pattern may take it. */
const DEFINITE = new Set("the my our".split(" "));

/** Ignored where a clause begins. */
const OPENINGS = [
  "can you",
  "can we",
  "could you",
  "would you",
  "will you",
  "i want you to",
  "i want to",
  "i'd like you to",
  "i'd like to",
  "i would like you to",
  "i would like to",
  "i need you to",
  "go ahead and",
  "let's",
  "let us",
  "ok",
  "okay",
  "hey",
  "hi",
  "hello",
  "so",
  "first",
  "firstly",
  "next",
  "finally",
  "lastly",
  "then",
].map((words) => words.replace("'s", " 's").split(" "));

/** Ignored where a clause ends. */
const CLOSINGS = ["for me", "thanks", "thank you", "right now", "again please", "too", "as well"].map((words) =>
  words.split(" ")
);

/** Which kind of filler a token is, if it is one. */
export function fillerKind(token: Token | undefined): "indefinite" | "definite" | "polite" | undefined {
  if (token?.kind !== "word") return undefined;
  if (INDEFINITE.has(token.lower)) return "indefinite";
  if (DEFINITE.has(token.lower)) return "definite";
  return POLITE.has(token.lower) ? "polite" : undefined;
}

export function isArticle(word: string): boolean {
  return INDEFINITE.has(word) || DEFINITE.has(word);
}

/** Where the clause that begins at `at` really begins. */
export function skipOpening(tokens: readonly Token[], at: number): number {
  return skip(tokens, at, OPENINGS);
}

/** Where the fillers end that follow a clause. */
export function skipClosing(tokens: readonly Token[], at: number): number {
  return skip(tokens, at, CLOSINGS);
}

function skip(tokens: readonly Token[], from: number, sequences: readonly string[][]): number {
  let at = from;
  while (at < tokens.length) {
    const here = at;
    const sequence = sequences.find((words) => words.every((word, i) => isWord(tokens[here + i], word)));
    if (sequence !== undefined) at += sequence.length;
    else if (fillerKind(tokens[at]) === "polite") at += 1;
    else if (at > from && isMark(tokens[at], ",") && sequences === OPENINGS && at + 1 < tokens.length) at += 1;
    else break;
  }
  return at;
}
