/**
 * Fits a phrase to the tokens of a clause: the best way to walk the phrase's graph, for each place where the clause may
 * end. Of two ways to the same node and token only the better goes on, so that the work is bounded by nodes times tokens.
 */
import { fillerKind, isArticle } from "./fillers.ts";
import type { Edge } from "./graph.ts";
import type { Reading } from "./mentions.ts";
import { isMark, isWord, type Token } from "./tokens.ts";
import { UNITS } from "./units.ts";
import { SCORES, type Value } from "./values.ts";
import type { PhraseEntry } from "./vocabulary.ts";

/** A phrase that fits some tokens. */
export interface Match {
  phrase: PhraseEntry;
  /** The first token that it takes, and the one after the last. */
  start: number;
  end: number;
  score: number;
  values: ReadonlyMap<string, Value>;
}

/** Counts the work of one instruction, so that none takes for ever. */
export interface Budget {
  left: number;
}

interface Bound {
  name: string;
  value: Value;
  before: Bound | undefined;
}

interface Path {
  score: number;
  bound: Bound | undefined;
}

/** A clause of more tokens is no clause; a text in it may be longer. */
const MAX_CLAUSE_TOKENS = 300;
const IN_THERE = new Set(["to", "at", "in", "on", "over"]);
/** Dear: a comma is more likely the end of the clause. */
const SKIPPED_COMMA = -3;
const SKIPPED_FILLER = -0.1;

/** Where in a phrase to begin, with what is bound already. */
export interface Beginning {
  node: number;
  bound?: { name: string; value: Value };
}

/** Every end that the phrase can reach from a token; ends are not checked to be the clause's. */
export function matchPhrase(
  phrase: PhraseEntry,
  reading: Reading,
  start: number,
  budget: Budget,
  from: readonly Beginning[] = [{ node: 0 }],
): Match[] {
  const { tokens } = reading;
  const paths = new Map<number, Map<number, Path>>();
  const waiting: number[] = [];
  const matches: Match[] = [];

  const reach = (at: number, node: number, path: Path, queue?: number[]) => {
    let there = paths.get(at);
    if (there === undefined) {
      paths.set(at, there = new Map());
      waiting.push(at);
      waiting.sort((a, b) => b - a);
    }
    const before = there.get(node);
    if (before !== undefined && before.score >= path.score) return;
    there.set(node, path);
    queue?.push(node);
  };

  for (const { node, bound } of from) {
    reach(start, node, { score: 0, bound: bound === undefined ? undefined : { ...bound, before: undefined } });
  }
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const here = paths.get(at) ?? new Map<number, Path>();
    const queue = [...here.keys()];
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      const path = here.get(node);
      if (path === undefined || (budget.left -= 1) < 0) continue;
      const edges = phrase.graph.edges[node] ?? [];
      for (const edge of edges) follow(edge, at, path, queue);
      const penalty = at - start < MAX_CLAUSE_TOKENS ? skipPenalty(tokens, at, start, phrase, node) : undefined;
      if (penalty !== undefined) reach(at + 1, node, { ...path, score: path.score + penalty });
    }
    const done = here.get(phrase.graph.end);
    if (done !== undefined && at > start) {
      matches.push({ phrase, start, end: at, score: done.score, values: valuesOf(done.bound) });
    }
    paths.delete(at);
  }
  return matches;

  function follow(edge: Edge, at: number, path: Path, queue: number[]): void {
    if (edge.kind === "skip") return reach(at, edge.to, path, queue);
    if (edge.kind === "word") {
      const token = tokens[at];
      if (
        token !== undefined && token.kind !== "quoted" && token.lower === edge.word && at - start < MAX_CLAUSE_TOKENS
      ) {
        reach(at + 1, edge.to, { ...path, score: path.score + (isArticle(edge.word) ? SCORES.article : SCORES.word) });
      }
      // The number before has taken the unit that the phrase names.
      if (at > start && UNITS.has(edge.word) && UNITS.has(tokens[at - 1]?.lower ?? "")) reach(at, edge.to, path, queue);
      // "there" is "at that place": it has its preposition.
      if (IN_THERE.has(edge.word) && (isWord(token, "there") || isWord(token, "here"))) reach(at, edge.to, path, queue);
      return;
    }
    if (isBound(path.bound, edge.name)) return;
    for (const candidate of phrase.entry.slots.get(edge.name)?.match(reading, at) ?? []) {
      const bound = { name: edge.name, value: candidate.value, before: path.bound };
      reach(candidate.end, edge.to, { score: path.score + candidate.score, bound });
    }
  }
}

/** What it costs to leave a token out; `undefined` where it may not be. */
function skipPenalty(
  tokens: readonly Token[],
  at: number,
  start: number,
  phrase: PhraseEntry,
  node: number,
): number | undefined {
  const token = tokens[at];
  if (isMark(token, ",") && at > start) return SKIPPED_COMMA;
  const kind = fillerKind(token);
  if (kind === undefined) return undefined;
  if (kind === "polite") return SKIPPED_FILLER;
  const ahead = phrase.graph.ahead[node] ?? [];
  const slots = ahead.flatMap((edge) => edge.kind === "slot" ? [phrase.entry.slots.get(edge.name)] : []);
  if (slots.some((slot) => slot?.holdsThing === true)) return undefined;
  return kind === "indefinite" || slots.length > 0 ? SKIPPED_FILLER : undefined;
}

function isBound(bound: Bound | undefined, name: string): boolean {
  for (let one = bound; one !== undefined; one = one.before) if (one.name === name) return true;
  return false;
}

function valuesOf(bound: Bound | undefined): Map<string, Value> {
  const values: [string, Value][] = [];
  for (let one = bound; one !== undefined; one = one.before) values.push([one.name, one.value]);
  return new Map(values.reverse());
}
