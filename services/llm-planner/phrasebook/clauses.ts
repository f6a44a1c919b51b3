/**
 * Divides an instruction into clauses. Which of its "and"s and commas separate follows from what can be understood:
 * of all divisions the best is taken, by dynamic programming from the first token to the last.
 */
import type { Address, Addresses } from "./addresses.ts";
import { skipClosing, skipOpening } from "./fillers.ts";
import { type Beginning, type Budget, type Match, matchPhrase } from "./match.ts";
import type { Reading } from "./mentions.ts";
import { isBoundary } from "./separators.ts";
import { IT, SCORES } from "./values.ts";
import type { PhraseEntry, Vocabulary } from "./vocabulary.ts";

/** One way to understand a clause. */
export interface Option {
  match: Match;
  address?: Address;
  score: number;
  /** Its first word, or that of the clause which it continues. */
  verb: string;
}

export interface Clause {
  /** Its tokens: from, and up to. */
  start: number;
  end: number;
  /** Every way to understand it, the best first; none when it is not understood. */
  options: readonly Option[];
  /** Whether "then" comes before it. */
  then: boolean;
}

interface Division {
  score: number;
  clause: Clause;
  before: Division | undefined;
}

const NOT_UNDERSTOOD = -1000;
const ONE_MORE_CLAUSE = -0.5;
const VERB_LEFT_OUT = -3;
const OBJECT_LEFT_OUT = -4.5;
/** Of the clause before, so many readings can be continued. */
const MAX_CONTINUED = 8;

export interface ClauseReader {
  vocabulary: Vocabulary;
  addresses: Addresses;
  reading: Reading;
  budget: Budget;
}

/** The clauses of an instruction, in order. */
export function divide(reader: ClauseReader): Clause[] {
  const { separators, tokens } = reader.reading;
  const divisions = new Map<number, Division>();
  const first = separators[0]?.end ?? 0;
  for (let start = first; start < tokens.length; start++) {
    const before = divisions.get(start);
    if (before === undefined && start !== first) continue;
    const then = start > 0 && endsWithThen(reader, before, start);
    const endings = readClause(reader, start, before?.clause);
    const unknown = nextBoundary(reader, start);
    if (!endings.has(unknown)) endings.set(unknown, []);
    for (const [end, options] of endings) {
      const score = (before?.score ?? 0) + ONE_MORE_CLAUSE + (options[0]?.score ?? NOT_UNDERSTOOD);
      const next = Math.min(separators[end]?.end ?? end, tokens.length);
      const known = divisions.get(next);
      if (known === undefined || known.score < score) {
        divisions.set(next, { score, clause: { start, end, options, then }, before });
      }
    }
  }
  const clauses: Clause[] = [];
  for (let last = divisions.get(tokens.length); last !== undefined; last = last.before) clauses.push(last.clause);
  return clauses.reverse();
}

/** Every end that the clause can have, with the ways to understand it up to there. */
function readClause(reader: ClauseReader, start: number, previous: Clause | undefined): Map<number, Option[]> {
  const { reading: { tokens }, addresses } = reader;
  const endings = new Map<number, Option[]>();
  const opened = skipOpening(tokens, start);
  const address = addresses.opening(tokens, opened);
  const begins = [{ at: opened, bonus: 0 }];
  if (opened > start) begins.push({ at: start, bonus: 0 });
  if (address !== undefined) begins.push({ at: skipOpening(tokens, address.end), bonus: SCORES.word });
  for (const { at, bonus } of begins) {
    const named = bonus > 0 ? address?.address : undefined;
    const first = tokens[at]?.lower ?? "";
    for (const phrase of reader.vocabulary.beginningWith(first)) {
      addMatches(reader, endings, matchPhrase(phrase, reader.reading, at, reader.budget), {
        bonus,
        named,
        verb: first,
      });
    }
    for (const { phrase, from, cost, verb } of continuations(reader, previous)) {
      const matches = matchPhrase(phrase, reader.reading, at, reader.budget, from)
        .filter(({ values }) => values.size > 0);
      addMatches(reader, endings, matches, { bonus: bonus + cost, named, verb });
    }
  }
  for (const options of endings.values()) options.sort((a, b) => b.score - a.score);
  return endings;
}

function addMatches(
  { reading: { tokens, separators }, addresses }: ClauseReader,
  endings: Map<number, Option[]>,
  matches: readonly Match[],
  { bonus, named, verb }: { bonus: number; named: Address | undefined; verb: string },
): void {
  const add = (end: number, option: Option) => {
    if (isBoundary(separators, end)) endings.set(end, [...endings.get(end) ?? [], option]);
  };
  for (const match of matches) {
    const plain = { match, verb, score: match.score + bonus, ...(named === undefined ? {} : { address: named }) };
    const ends = new Set([match.end, skipClosing(tokens, match.end)]);
    for (const end of ends) {
      add(end, plain);
      const closing = named === undefined ? addresses.closing(tokens, end) : undefined;
      if (closing === undefined) continue;
      add(skipClosing(tokens, closing.end), {
        ...plain,
        score: plain.score + SCORES.word + SCORES.known,
        address: closing.address,
      });
    }
  }
}

/** How a clause can go on where the one before left off: without the verb, or without the verb and its object. */
function* continuations({ vocabulary }: ClauseReader, previous: Clause | undefined): Generator<Continuation> {
  const options = previous?.options.slice(0, MAX_CONTINUED) ?? [];
  const phrases = new Map(options.map(({ match, verb }) => [match.phrase, verb]));
  const [{ match, verb: spoken } = { match: undefined, verb: "" }] = options;
  for (const phrase of vocabulary.beginningWith(spoken)) {
    if (phrase.entry === match?.phrase.entry && !phrases.has(phrase)) phrases.set(phrase, spoken);
  }
  for (const [phrase, verb] of phrases) {
    yield { phrase, verb, from: phrase.graph.afterFirstWord.map((node) => ({ node })), cost: VERB_LEFT_OUT };
  }
  const [best] = options;
  if (best === undefined || ![...best.match.values.values()].some(({ kind }) => kind === "object")) return;
  for (const phrase of vocabulary.beginningWith(best.verb)) {
    const from = phrase.graph.afterFirstSlot
      .filter(({ word, slot }) => word === best.verb && phrase.entry.slots.get(slot)?.holdsThing === true)
      .map(({ node, slot }) => ({ node, bound: { name: slot, value: IT } }));
    if (from.length > 0) yield { phrase, verb: best.verb, from, cost: OBJECT_LEFT_OUT };
  }
}

interface Continuation {
  phrase: PhraseEntry;
  verb: string;
  from: Beginning[];
  cost: number;
}

function nextBoundary({ reading: { separators } }: ClauseReader, start: number): number {
  let end = start + 1;
  while (!isBoundary(separators, end)) end++;
  return end;
}

function endsWithThen(
  { reading: { separators, tokens } }: ClauseReader,
  before: Division | undefined,
  start: number,
): boolean {
  const separator = before === undefined ? undefined : separators[before.clause.end];
  const opening = tokens.slice(start, skipOpening(tokens, start)).map(({ lower }) => lower);
  return separator?.then === true || opening.some((word) => word === "next" || word === "finally" || word === "lastly");
}
