/** An enum's values as people say them: in any case, with spaces for underscores, in the plural. */
import type { Token } from "./tokens.ts";

type Choice = string | number | boolean | null;

export interface ChoiceFound {
  end: number;
  value: Choice;
  words: string[];
}

const TRUE = ["true", "yes", "on", "enabled"];
const FALSE = ["false", "no", "off", "disabled"];

/** How often each value's words are said; built once for an enum. */
export interface ChoiceIndex {
  bySpelling: ReadonlyMap<string, Choice>;
  longest: number;
}

/** Where two values would be said alike, neither can be, except by its exact spelling. */
export function indexChoices(
  choices: readonly Choice[],
  says: Readonly<Record<string, readonly string[]>> = {},
): ChoiceIndex {
  const bySpelling = new Map<string, Choice>();
  const clashes = new Set<string>();
  const add = (spelling: string, value: Choice) => {
    if (bySpelling.has(spelling) && bySpelling.get(spelling) !== value) clashes.add(spelling);
    else bySpelling.set(spelling, value);
  };
  const words = choices.filter((value) => typeof value === "string");
  for (const value of words) for (const spelling of spellingsOf(value)) add(spelling, value);
  for (const value of words) {
    for (const spelling of shortened(value, words)) if (!bySpelling.has(spelling)) add(spelling, value);
  }
  const others = Object.entries(says).filter(([value]) => words.includes(value));
  for (const [value, ways] of others) {
    for (const way of ways) for (const spelling of spellingsOf(way)) add(spelling, value);
  }
  for (const clash of clashes) bySpelling.delete(clash);
  for (const value of choices) bySpelling.set(joined(String(value)), value);
  const said = [...words, ...others.flatMap(([, ways]) => ways)];
  return { bySpelling, longest: Math.max(1, ...said.map((value) => wordsOf(value).length)) };
}

export const BOOLEANS: ChoiceIndex = {
  bySpelling: new Map<string, Choice>([
    ...TRUE.map((word) => [word, true] as const),
    ...FALSE.map((word) => [word, false] as const),
  ]),
  longest: 1,
};

/** Every value that begins at a token. */
export function choicesAt(tokens: readonly Token[], at: number, index: ChoiceIndex): ChoiceFound[] {
  const found: ChoiceFound[] = [];
  let spelling = "";
  for (let end = at; end < Math.min(at + index.longest, tokens.length); end++) {
    const token = tokens[end];
    if (token === undefined || token.kind === "mark") break;
    spelling += joined(token.lower);
    const value = index.bySpelling.get(spelling);
    if (value === undefined) continue;
    const words = [...tokens.slice(at, end + 1).map(({ lower }) => lower), ...wordsOf(String(value))];
    found.push({ end: end + 1, value, words });
  }
  return found;
}

/** In capitals, words are split at underscores; in camel case, at capitals too. */
function wordsOf(value: string): string[] {
  return value.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().split(/[\s_.-]+/).filter((word) => word !== "");
}

function joined(text: string): string {
  return text.toLowerCase().replace(/[\s_.-]+/g, "");
}

function spellingsOf(value: string): string[] {
  const whole = wordsOf(value).join("");
  return [whole, ...plural(whole)];
}

/** `sphere` for `uv_sphere` where no other value ends with it. */
function shortened(value: string, all: readonly string[]): string[] {
  const last = wordsOf(value).at(-1) ?? "";
  if (wordsOf(value).length < 2 || last.length < 3) return [];
  return all.filter((other) => wordsOf(other).at(-1) === last).length === 1 ? [last, ...plural(last)] : [];
}

function plural(word: string): string[] {
  if (word.length < 3 || /\d$/.test(word)) return [];
  if (word.endsWith("s") || word.endsWith("x") || word.endsWith("h")) {
    return [`${word}es`, ...(word.endsWith("s") ? [word.slice(0, -1)] : [])];
  }
  return word.endsWith("y") ? [`${word}s`, `${word.slice(0, -1)}ies`] : [`${word}s`];
}
