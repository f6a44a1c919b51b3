/** Numbers, as digits or words, with a sign and a unit. */
import { NUMBER_WORDS, SIGN_WORDS } from "./number_words.ts";
import type { Token } from "./tokens.ts";
import { type Unit, UNITS } from "./units.ts";

export interface NumberFound {
  end: number;
  value: number;
  unit?: Unit;
}

/** The number that begins at a token, without the unit. */
export function plainNumberAt(tokens: readonly Token[], at: number): NumberFound | undefined {
  const token = tokens[at];
  if (token?.kind === "number" && token.value !== undefined) return { end: at + 1, value: token.value };
  if (token?.kind !== "word") return undefined;
  if (SIGN_WORDS.has(token.lower)) {
    const inner = plainNumberAt(tokens, at + 1);
    return inner === undefined || inner.value < 0 ? undefined : { ...inner, value: -inner.value };
  }
  const value = NUMBER_WORDS.get(token.lower);
  if (value === undefined) return undefined;
  const next = tokens[at + 1]?.kind === "word" ? NUMBER_WORDS.get(tokens[at + 1]?.lower ?? "") : undefined;
  if (next === 100 && value >= 1 && value < 10) return { end: at + 2, value: value * 100 };
  const isTens = value >= 20 && value < 100;
  return isTens && next !== undefined && next >= 1 && next < 10
    ? { end: at + 2, value: value + next }
    : { end: at + 1, value };
}

/** The number that begins at a token, with the unit that follows it. */
export function numberWithUnitAt(tokens: readonly Token[], at: number): NumberFound | undefined {
  const plain = plainNumberAt(tokens, at);
  const unit = plain === undefined ? undefined : unitAt(tokens, plain.end);
  return plain === undefined || unit === undefined ? undefined : { end: plain.end + 1, value: plain.value, unit };
}

export function unitAt(tokens: readonly Token[], at: number): Unit | undefined {
  const token = tokens[at];
  return token?.kind === "word" ? UNITS.get(token.lower) : undefined;
}
