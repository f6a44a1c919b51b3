/** A sentence to try, from a command's phrases: the words of a pattern, with what its schema itself says for each slot. */
import type { CommandDocument } from "@patchbay/contracts";

/** The first of the command's phrases that can be said without knowing what there is in the application, if it says something. */
export function phraseExample({ phrases, args }: Pick<CommandDocument, "phrases" | "args">): string | undefined {
  for (const phrase of phrases) {
    const { say, args: implied = {} } = typeof phrase === "string" ? { say: phrase } : phrase;
    // what is needed and not said is "it", which there is none of yet
    const needed = requiredOf(args).filter((name) => !Object.hasOwn(implied, name) && !say.includes(`{${name}}`));
    const words = needed.length > 0 ? undefined : sayable(say, args);
    if (words !== undefined) return words.length < LEAST_WORDS ? undefined : tidied(words);
  }
  return undefined;
}

/** The arguments that have to be given. */
export function requiredOf({ required }: CommandDocument["args"]): string[] {
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}

/** One word alone, such as "undo", says little of what can be done. */
const LEAST_WORDS = 2;

/** `[`, `]`, `(`, `)`, `|`, `{slot}`, and what is between them. */
const PIECES = /[[\]()|]|\{[^{}]*\}|[^[\](){}|]+/gu;
/** What an instruction reads better with, although it may be left out. */
const ARTICLES = new Set(["a", "an", "the"]);

/** @returns `undefined` where something has to be named that only the application knows */
function sayable(pattern: string, schema: CommandDocument["args"]): string[] | undefined {
  const pieces = pattern.match(PIECES) ?? [];
  let at = 0;

  /** One branch up to the bracket that closes it, or to the end. */
  function branches(closing: string | undefined): (string[] | undefined)[] {
    const found: (string[] | undefined)[] = [];
    let words: string[] | undefined = [];
    for (; at < pieces.length; at++) {
      const piece = pieces[at] ?? "";
      if (piece === closing) break;
      if (piece === "|") {
        found.push(words);
        words = [];
        continue;
      }
      const more = part(piece);
      words = words === undefined || more === undefined ? undefined : [...words, ...more];
    }
    return [...found, words];
  }

  function part(piece: string): string[] | undefined {
    if (piece === "(" || piece === "[") {
      at++;
      const all = branches(piece === "(" ? ")" : "]");
      if (piece === "(") return all.find((words) => words !== undefined && words.length > 0);
      // of what may be left out only an article is said
      return all.find((words) => words?.length === 1 && ARTICLES.has(words[0] ?? "")) ?? [];
    }
    if (!piece.startsWith("{")) return piece.split(/\s+/).filter((word) => word !== "");
    const value = valueFor(piece.slice(1, -1).trim(), schema);
    return value === undefined ? undefined : [value];
  }

  return branches(undefined)[0];
}

/** What can be said for an argument: its default, an example, or the first that it may be. */
function valueFor(name: string, schema: CommandDocument["args"]): string | undefined {
  const { properties } = schema;
  const property: unknown = isObject(properties) ? properties[name] : undefined;
  if (!isObject(property)) return undefined;
  const { default: byDefault, examples, enum: choices, slot } = property;
  if (slot === "color") return "red";
  if (slot === "object" || slot === "asset") return undefined;
  const given = Array.isArray(examples) ? examples[0] : byDefault ?? (Array.isArray(choices) ? choices[0] : undefined);
  return said(given);
}

function said(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  if (typeof value === "string" && value !== "") return value.replaceAll("_", " ");
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "number")) return value.join(" ");
  return undefined;
}

/** `a area light` becomes `an area light`, `the cube 's color` becomes `the cube's color`. */
function tidied(words: readonly string[]): string {
  return words.map((word, i) => {
    const next = words[i + 1] ?? "";
    return word === "a" && /^[aeiou]/i.test(next) ? "an" : word === "an" && !/^[aeiou]/i.test(next) ? "a" : word;
  }).join(" ").replaceAll(" 's", "'s").replaceAll(" ,", ",");
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
