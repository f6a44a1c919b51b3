/** What stands between two clauses: marks, "and", "then", "after that". */
import { isMark, isWord, type Token } from "./tokens.ts";

export interface Separator {
  /** The token after it. */
  end: number;
  /** Whether it says that what follows comes later, whatever the application. */
  then: boolean;
}

/** By the token at which it begins; from one inside of a separator, the rest of it. */
export type Separators = readonly (Separator | undefined)[];

const MARKS = ",;.!?\n&";
const BULLETS = "-*\u2022\u2013\u2014";
const AND = new Set(["and", "plus"]);
const THEN = new Set(["then", "afterwards", "afterward"]);

/** Finds every separator, from the last token to the first, so that a long row of marks is looked at once. */
export function findSeparators(tokens: readonly Token[]): Separators {
  const separators = Array<Separator | undefined>(tokens.length).fill(undefined);
  const continued = Array<Separator | undefined>(tokens.length).fill(undefined);
  for (let at = tokens.length - 1; at >= 0; at--) {
    const extend = ({ end, then }: Separator): Separator => {
      const rest = continued[end];
      return { end: rest?.end ?? end, then: then || rest?.then === true };
    };
    const piece = pieceAt(tokens, at) ?? (at === 0 ? bulletAt(tokens, at) : undefined);
    const next = piece ?? bulletAt(tokens, at);
    continued[at] = next === undefined ? undefined : extend(next);
    const whole = piece === undefined ? undefined : extend(piece);
    separators[at] = whole === undefined || isInsideNumbers(tokens, at, whole.end) ? undefined : whole;
  }
  return separators;
}

/** Whether a clause may end before this token. */
export function isBoundary(separators: Separators, at: number): boolean {
  return at >= separators.length || separators[at] !== undefined;
}

function pieceAt(tokens: readonly Token[], at: number): Separator | undefined {
  const token = tokens[at];
  if (isMark(token, MARKS)) return { end: at + 1, then: false };
  if (token?.kind !== "word") return undefined;
  if (AND.has(token.lower)) return { end: at + 1, then: false };
  if (THEN.has(token.lower)) return { end: at + 1, then: true };
  const afterThat = token.lower === "after" && (isWord(tokens[at + 1], "that") || isWord(tokens[at + 1], "this"));
  return afterThat ? { end: at + 2, then: true } : undefined;
}

/** What begins the line of a list: a dash, or `2.` */
function bulletAt(tokens: readonly Token[], at: number): Separator | undefined {
  if (at > 0 && !isMark(tokens[at - 1], "\n")) return undefined;
  if (isMark(tokens[at], BULLETS)) return { end: at + 1, then: false };
  return tokens[at]?.kind === "number" && isMark(tokens[at + 1], ".)") ? { end: at + 2, then: false } : undefined;
}

/** The comma of `1, 2, 0.5` separates no clauses. */
function isInsideNumbers(tokens: readonly Token[], start: number, end: number): boolean {
  return end === start + 1 && isMark(tokens[start], ",") && tokens[start - 1]?.kind === "number" &&
    tokens[end]?.kind === "number";
}
