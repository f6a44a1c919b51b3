/** Words that point at things: names, pronouns, "the cube", and names of new things. */
import type { KnownNames } from "./known_names.ts";
import { fillerKind } from "./fillers.ts";
import type { Separators } from "./separators.ts";
import { isMark, isWord, textOf, type Token } from "./tokens.ts";
import { type Candidate, type Mention, SCORES } from "./values.ts";

/** What slots look at. */
export interface Reading {
  instruction: string;
  tokens: readonly Token[];
  separators: Separators;
  /** Names that exist in the application. */
  known: KnownNames;
}

/** Unquoted names of more words must be quoted, or be known. */
const MAX_NAME_WORDS = 4;
const PRONOUNS = new Set(["it", "that", "this", "its"]);
const PLURALS = new Set(["them", "those", "these", "both", "all"]);
const QUANTIFIERS = new Set(["all", "every", "each", "both"]);
const ANYTHING = new Set(["objects", "object", "things", "thing"]);
const NOUNS_OF_PRONOUNS = new Set(["one", "object", "thing"]);
/** What comes before a name, though an article is between. */
const NAMING = new Set(["named", "called", "call", "as", "to", "under", "it", "file", "scene"]);
const NEVER_IN_NAMES = new Set(
  ("and then to at in on by with from into onto of above over below under underneath beneath behind beside around about " +
    "through towards next named called as for than while").split(" "),
);

type Found = { end: number; score: number; mention: Mention };

/** Every way to read a thing at a token. */
export function mentionsAt(reading: Reading, at: number): Found[] {
  const { tokens } = reading;
  const token = tokens[at];
  if (token?.kind === "quoted") return [found(reading, at, at + 1, "quoted", SCORES.quoted)];
  if (token?.kind !== "word" && token?.kind !== "number") return [];
  const pronoun = pronounAt(reading, at);
  const all = allAt(reading, at);
  if (all !== undefined) return pronoun === undefined ? [all] : [all, pronoun];
  const definite = fillerKind(token) === "definite";
  const begin = definite ? at + 1 : at;
  const bonus = definite ? SCORES.definite : 0;
  const candidates = pronoun === undefined ? [] : [pronoun];
  for (const end of reading.known.endsAt(tokens, begin)) {
    candidates.push(found(reading, begin, end, definite ? "definite" : "bare", bonus + SCORES.known * (end - begin)));
  }
  if (definite && tokens[begin]?.kind === "quoted") {
    candidates.push(found(reading, begin, begin + 1, "quoted", SCORES.quoted));
  }
  if (pronoun !== undefined || fillerKind(token) === "indefinite") return candidates;
  for (const end of nameEnds(tokens, begin)) {
    const score = SCORES.mention + (end - begin - 1) * 0.8 + bonus;
    candidates.push(found(reading, begin, end, definite ? "definite" : "bare", score));
  }
  return candidates;
}

/** Every way to read a name at a token. */
export function namesAt(reading: Reading, at: number): Candidate[] {
  const { tokens, instruction } = reading;
  const token = tokens[at];
  if (token?.kind === "quoted") {
    return token.text.trim() === "" ? [] : [literal(at + 1, SCORES.quoted, token.text)];
  }
  const known = reading.known.endsAt(tokens, at)
    .map((end) =>
      literal(end, SCORES.known * (end - at), reading.known.spelling(textOf(instruction, tokens, at, end)))
    );
  // "The Box" is a name, "the box" a box
  const described = token?.text === token?.lower &&
    (fillerKind(token) !== undefined ||
      [QUANTIFIERS, PRONOUNS, PLURALS].some((words) => words.has(token?.lower ?? "")));
  const free = (described ? [] : nameEnds(tokens, at))
    .map((end) => literal(end, SCORES.name + (end - at - 1) * 0.8, textOf(instruction, tokens, at, end)));
  return [...free, ...known];
}

/** Every way to read a name that nothing has to have yet: "open the window" speaks of a window, "call it the window" of a name. */
export function newNamesAt(reading: Reading, at: number): Candidate[] {
  const { tokens } = reading;
  const [before, article, token] = [tokens[at - 2], tokens[at - 1], tokens[at]];
  const isPointedAt = fillerKind(article) === "definite" && token?.kind === "word" && token.text === token.lower &&
    !NAMING.has(before?.lower ?? "");
  return isPointedAt ? [] : namesAt(reading, at);
}

function literal(end: number, score: number, value: string): Candidate {
  return { end, score, value: { kind: "literal", value } };
}

function pronounAt(reading: Reading, at: number): Found | undefined {
  const word = reading.tokens[at]?.lower ?? "";
  if (PLURALS.has(word)) {
    const end = word === "all" && isWord(reading.tokens[at + 1], "of") && isWord(reading.tokens[at + 2], "them")
      ? at + 3
      : at + 1;
    if (word !== "all" && word !== "both" && isWord(reading.tokens[at + 1], "all")) {
      return found(reading, at, at + 2, "plural", SCORES.pronoun * 2);
    }
    return word === "all" && end === at + 1 ? undefined : found(reading, at, end, "plural", SCORES.pronoun);
  }
  if (!PRONOUNS.has(word)) return undefined;
  const noun = word !== "it" && NOUNS_OF_PRONOUNS.has(reading.tokens[at + 1]?.lower ?? "");
  return found(reading, at, noun ? at + 2 : at + 1, "pronoun", SCORES.pronoun);
}

/** "everything", "all lights", "all the cubes", "every cube", "both spheres". */
function allAt(reading: Reading, at: number): Found | undefined {
  const { tokens } = reading;
  if (isWord(tokens[at], "everything")) return every(reading, at, at + 1, []);
  if (!QUANTIFIERS.has(tokens[at]?.lower ?? "") || tokens[at]?.kind !== "word") return undefined;
  const of = isWord(tokens[at + 1], "of") ? at + 2 : at + 1;
  const noun = fillerKind(tokens[of]) === "definite" ? of + 1 : of;
  const token = tokens[noun];
  if (token?.kind !== "word" || NEVER_IN_NAMES.has(token.lower) || PLURALS.has(token.lower)) return undefined;
  return every(reading, at, noun + 1, ANYTHING.has(token.lower) ? [] : [token.lower]);
}

function every(reading: Reading, at: number, end: number, words: string[]): Found {
  const one = found(reading, at, end, "all", SCORES.known * (end - at));
  return { ...one, mention: { ...one.mention, words } };
}

/** Where a name of one word, of two, … ends. */
function nameEnds(tokens: readonly Token[], at: number): number[] {
  const ends: number[] = [];
  for (let end = at; end < Math.min(at + MAX_NAME_WORDS, tokens.length); end++) {
    const token = tokens[end];
    const belongs = token?.kind === "word" || token?.kind === "number" || (end > at && isMark(token, "#"));
    if (token === undefined || !belongs || NEVER_IN_NAMES.has(token.lower) || fillerKind(token) === "polite") break;
    ends.push(end + 1);
  }
  return ends;
}

function found(reading: Reading, from: number, end: number, form: Mention["form"], score: number): Found {
  const { tokens, instruction } = reading;
  const only = tokens[from];
  const text = form === "quoted" ? only?.text ?? "" : textOf(instruction, tokens, from, end);
  const words = tokens.slice(from, end).map((token) => token.lower);
  return { end, score, mention: { text, words, form } };
}
