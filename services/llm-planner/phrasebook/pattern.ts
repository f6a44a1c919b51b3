/** A phrase of a manifest, read: words, slots and groups. The language is described in the contracts, `phrases.ts`. */
import { isArticle } from "./fillers.ts";
import { isMark, tokenize } from "./tokens.ts";

export type Part =
  | { kind: "word"; word: string }
  | { kind: "slot"; name: string }
  | { kind: "group"; optional: boolean; branches: Part[][] };

/** A phrase that cannot be read: the manifest's fault. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/**
 * Reads a phrase. Its articles are optional: an instruction may have them or not.
 * @throws {PatternError} for brackets that do not match, or a slot without a name
 */
export function parsePattern(say: string): Part[] {
  const pieces = say.match(/[[\]()|]|\{[^{}]*\}|[^[\](){}|]+|[{}]/gu) ?? [];
  let at = 0;

  function branches(closing: string | undefined): Part[][] {
    const found: Part[][] = [[]];
    for (; at < pieces.length; at++) {
      const piece = pieces[at] ?? "";
      if (piece === closing) return found;
      if (piece === "|") found.push([]);
      else found.at(-1)?.push(...parts(piece));
    }
    if (closing !== undefined) throw new PatternError(`Cannot read phrase '${say}': '${closing}' is missing`);
    return found;
  }

  function parts(piece: string): Part[] {
    if (piece === "[" || piece === "(") {
      at += 1;
      return [{ kind: "group", optional: piece === "[", branches: branches(piece === "[" ? "]" : ")") }];
    }
    if (/^[\])}]$|^\{$/.test(piece)) throw new PatternError(`Cannot read phrase '${say}': '${piece}' stands alone`);
    if (!piece.startsWith("{")) return words(piece);
    const name = piece.slice(1, -1).trim();
    if (name === "") throw new PatternError(`Cannot read phrase '${say}': a slot has no name`);
    return [{ kind: "slot", name }];
  }

  const [only, ...others] = branches(undefined);
  return others.length === 0 ? only ?? [] : [{ kind: "group", optional: false, branches: [only ?? [], ...others] }];
}

/** The slots that a phrase has, each once. */
export function slotsOf(parts: readonly Part[]): Set<string> {
  const names = new Set<string>();
  for (const part of parts) {
    if (part.kind === "slot") names.add(part.name);
    else if (part.kind === "group") { for (const name of slotsOf(part.branches.flat())) names.add(name); }
  }
  return names;
}

/** The words that a phrase has, each once. */
export function wordsOf(parts: readonly Part[]): Set<string> {
  const words = new Set<string>();
  for (const part of parts) {
    if (part.kind === "word") words.add(part.word);
    else if (part.kind === "group") { for (const word of wordsOf(part.branches.flat())) words.add(word); }
  }
  return words;
}

/** The words that a phrase cannot do without, each with what may stand in its place. */
export function neededWords(parts: readonly Part[]): string[][] {
  return parts.flatMap((part): string[][] => {
    if (part.kind === "word") return [[part.word]];
    if (part.kind === "slot" || part.optional) return [];
    const needed = part.branches.map(neededWords);
    return needed.every((branch) => branch.length > 0) ? [needed.flatMap((branch) => branch[0] ?? [])] : [];
  });
}

/** The phrase as a person would say it: the first of several, options in brackets. */
export function sayable(parts: readonly Part[]): string {
  return parts.map(sayPart).filter((text) => text !== "").join(" ").replaceAll(" 's", "'s").replaceAll(" ['s]", "'s");
}

function sayPart(part: Part): string {
  if (part.kind === "word") return part.word;
  if (part.kind === "slot") return `{${part.name}}`;
  const inner = sayable(part.branches.find((branch) => branch.length > 0) ?? []);
  if (part.optional && isArticle(inner)) return inner;
  return part.optional && inner !== "" ? `[${inner}]` : inner;
}

function words(text: string): Part[] {
  return tokenize(text).filter((token) => !isMark(token, ",;.:!?")).map(({ lower }) =>
    isArticle(lower)
      ? { kind: "group", optional: true, branches: [[{ kind: "word", word: lower }]] }
      : { kind: "word", word: lower }
  );
}
