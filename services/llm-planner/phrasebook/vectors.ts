/** Several numbers that belong together: `1 2 0.5`, `(1, 2, 0.5)`, `x 1, y 2, z 3`, `1920 x 1080`, "the origin". */
import { plainNumberAt, unitAt } from "./numbers.ts";
import { isMark, isWord, type Token } from "./tokens.ts";
import type { Measure } from "./measure.ts";
import type { Unit } from "./units.ts";

const AXES = ["x", "y", "z", "w"];
const ORIGIN = [["origin"], ["the", "origin"], ["the", "center"], ["the", "centre"], ["world", "origin"], [
  "the",
  "world",
  "origin",
]];

/** The vector of `length` numbers that begins at a token. A unit after the last number holds for those without one. */
export function vectorAt(
  tokens: readonly Token[],
  start: number,
  length: number,
  measure: Measure,
): { end: number; value: number[] } | undefined {
  const bracket = isMark(tokens[start], "([");
  const numbers: { value: number; unit: Unit | undefined }[] = [];
  let at = bracket ? start + 1 : start;
  while (numbers.length < length) {
    if (numbers.length > 0) at = skipBetween(tokens, at);
    at = skipAxis(tokens, at, AXES[numbers.length] ?? "");
    const number = plainNumberAt(tokens, at);
    if (number === undefined) return undefined;
    const unit = unitAt(tokens, number.end);
    const isBy = unit !== undefined && tokens[number.end]?.lower === "x";
    numbers.push({ value: number.value, unit: isBy ? undefined : unit });
    at = unit === undefined || isBy ? number.end : number.end + 1;
  }
  if (bracket) {
    if (!isMark(tokens[at], ")]")) return undefined;
    at += 1;
  }
  const last = numbers.at(-1)?.unit;
  return { end: at, value: numbers.map(({ value, unit }) => measure(value, unit ?? last)) };
}

/** Where "the origin" ends. */
export function originAt(tokens: readonly Token[], at: number): number | undefined {
  const words = ORIGIN.find((sequence) => sequence.every((word, i) => isWord(tokens[at + i], word)));
  return words === undefined ? undefined : at + words.length;
}

function skipBetween(tokens: readonly Token[], at: number): number {
  let next = isMark(tokens[at], ",;/") ? at + 1 : at;
  const token = tokens[next];
  if (isWord(token, "and") || ((isWord(token, "x") || isWord(token, "by")) && tokens[next + 1]?.kind === "number")) {
    next += 1;
  }
  return next;
}

/** `x`, `x:` and `x =` before the first number, and so on. */
function skipAxis(tokens: readonly Token[], at: number, axis: string): number {
  if (!isWord(tokens[at], axis)) return at;
  return isMark(tokens[at + 1], ":=") ? at + 2 : at + 1;
}
