/** What a clause could have been: the phrases that are nearest to its words. */
import type { Token } from "./tokens.ts";
import type { PhraseEntry, Vocabulary } from "./vocabulary.ts";

export interface Suggestions {
  /** Phrases as a person would say them, at most one for each command. */
  phrases: string[];
  /** Whether they have something of the clause; else they are only examples. */
  near: boolean;
}

export const MAX_SUGGESTIONS = 3;
const MAX_WORDS = 40;
/** A word of so few letters is no misspelling of another. */
const MIN_LETTERS = 4;
/** A verb says more than the rest. */
const FIRST_WORD = 2;
const MISSPELLED = 0.7;
const MISSING = 0.7;
const SAYS_NOTHING = new Set(
  "a an the my our it this that them its is are to at in on of by with from for into as and then please can you me i all"
    .split(" "),
);

/** The nearest phrases; some that are always understood where none is near. */
export function suggestionsFor(vocabulary: Vocabulary, tokens: readonly Token[]): Suggestions {
  const words = tokens.filter(({ kind }) => kind === "word").slice(0, MAX_WORDS).map(({ lower }) => lower);
  const rarity = rarityOf(vocabulary);
  const near = vocabulary.phrases
    .map((phrase) => ({ phrase, score: nearness(phrase, words, rarity) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  if (near.length > 0) return { phrases: oneEach(near.map(({ phrase }) => phrase)), near: true };
  return { phrases: oneEach(examples(vocabulary)), near: false };
}

/** The phrases as a person would say them, at most one for each command. */
export function oneEach(phrases: readonly PhraseEntry[]): string[] {
  const chosen = new Map<object, PhraseEntry>();
  for (const phrase of phrases) {
    if (chosen.size === MAX_SUGGESTIONS) break;
    if (!chosen.has(phrase.entry)) chosen.set(phrase.entry, phrase);
  }
  return [...new Set([...chosen.values()].map(({ say }) => say))];
}

/** Commands that can be asked for in many ways are the ones that people use. */
function examples({ phrases }: Vocabulary): PhraseEntry[] {
  return phrases.toSorted((a, b) => b.entry.document.phrases.length - a.entry.document.phrases.length);
}

/** A word that few phrases have says more. */
function rarityOf({ phrases }: Vocabulary): (word: string) => number {
  const counts = new Map<string, number>();
  for (const { words } of phrases) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return (word) => 1 + Math.log((phrases.length + 1) / ((counts.get(word) ?? 0) + 1));
}

function nearness(phrase: PhraseEntry, words: readonly string[], rarity: (word: string) => number): number {
  const said = new Map(words.map((word) => [word, wordIn(phrase, word)]));
  let score = 0;
  for (const [i, word] of words.entries()) {
    const own = SAYS_NOTHING.has(word) ? undefined : said.get(word);
    if (own === undefined) continue;
    score += (own === word ? 1 : MISSPELLED) * (i === 0 ? FIRST_WORD : 1) * rarity(own);
  }
  const found = new Set(said.values());
  const missing = phrase.needed.filter((choices) => !choices.some((word) => found.has(word)));
  return score === 0 ? 0 : score - MISSING * missing.length;
}

/** The phrase's own word that a word is, or is a misspelling of. */
function wordIn(phrase: PhraseEntry, word: string): string | undefined {
  return phrase.words.has(word) ? word : [...phrase.words].find((own) => isMisspelling(word, own));
}

/** Whether one letter is wrong, missing, too many, or swapped with its neighbour. */
export function isMisspelling(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < MIN_LETTERS || Math.abs(a.length - b.length) > 1 || a === b) return false;
  let from = 0;
  while (from < Math.min(a.length, b.length) && a[from] === b[from]) from++;
  const restA = a.slice(from);
  const restB = b.slice(from);
  const swapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return swapped || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
