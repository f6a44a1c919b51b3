/**
 * An instruction as tokens: words, numbers, quoted text and marks, each with its place in the text.
 * One pass, left to right; every step moves on, so that no text makes it slow.
 */
import { UNITS } from "./units.ts";

export interface Token {
  kind: "word" | "number" | "quoted" | "mark";
  /** As it was written; of quoted text, what stands between the quotes. */
  text: string;
  /** For comparing: composed (NFC), in lower case, with plain apostrophes and dashes. */
  lower: string;
  /** Where it begins and ends in the instruction, in UTF-16 code units; of quoted text, with the quotes. */
  start: number;
  end: number;
  /** Of a number. */
  value?: number;
}

const SPACE = /[^\S\n]+/y;
const HEX_COLOR = /#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![\p{L}\p{N}_])/iuy;
const NUMBER = /[-+\u2212]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+(?![\p{L}\p{N}_]))?/iuy;
const WORD = /[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_]|(?!['\u2019]s(?![\p{L}\p{M}\p{N}_]))[-.'\u2019](?=[\p{L}\p{N}_]))*/uy;
/** A word of its own, so that "the cube's color" has the cube in it. */
const POSSESSIVE = /['\u2019]s(?![\p{L}\p{M}\p{N}_])/uy;
const LETTERS = /[\p{L}\p{M}\p{N}_]+/uy;
const WORD_CHARACTER = /[\p{L}\p{M}\p{N}_]/u;
const CLOSING: Record<string, string> = {
  '"': '"',
  "'": "'",
  "`": "`",
  "\u201c": "\u201d",
  "\u2018": "\u2019",
  "\u00ab": "\u00bb",
};

/** Takes an instruction apart. @example `tokenize("at 1, 2").map((t) => t.text) // ["at", "1", ",", "2"]` */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const unclosed = new Set<string>();
  let at = 0;
  while (at < text.length) {
    const space = matchAt(SPACE, text, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = possessiveAt(text, at, tokens.at(-1)) ?? quotedAt(text, at, unclosed) ?? hexColorAt(text, at) ??
      numberAt(text, at, tokens.at(-1)) ??
      wordAt(text, at) ?? markAt(text, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** The text that stretches over some tokens, as it was written. */
export function textOf(instruction: string, tokens: readonly Token[], from: number, to: number): string {
  const first = tokens[from];
  const last = tokens[to - 1];
  return first === undefined || last === undefined || to <= from ? "" : instruction.slice(first.start, last.end);
}

export function isMark(token: Token | undefined, marks: string): boolean {
  return token?.kind === "mark" && marks.includes(token.text);
}

export function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === "word" && token.lower === word;
}

function make(kind: Token["kind"], text: string, start: number, end: number): Token {
  const lower = text.normalize("NFC").toLowerCase().replaceAll("\u2019", "'").replaceAll("\u2013", "-");
  return { kind, text, lower, start, end };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function possessiveAt(text: string, at: number, previous: Token | undefined): Token | undefined {
  const follows = at === 0 || (previous?.end === at && previous.kind !== "mark");
  const possessive = follows ? matchAt(POSSESSIVE, text, at) : undefined;
  return possessive === undefined ? undefined : make("word", possessive, at, at + possessive.length);
}

/** A quote that is never closed is an ordinary mark; `unclosed` remembers it, so that the end is looked for once. */
function quotedAt(text: string, at: number, unclosed: Set<string>): Token | undefined {
  const opening = text.charAt(at);
  const closing = CLOSING[opening];
  if (closing === undefined || unclosed.has(opening)) return undefined;
  for (let end = text.indexOf(closing, at + 1); end !== -1; end = text.indexOf(closing, end + 1)) {
    const apostrophe = (closing === "'" || closing === "\u2019") && WORD_CHARACTER.test(text.charAt(end + 1));
    if (!apostrophe) return make("quoted", text.slice(at + 1, end), at, end + 1);
  }
  unclosed.add(opening);
  return undefined;
}

function hexColorAt(text: string, at: number): Token | undefined {
  const hex = matchAt(HEX_COLOR, text, at);
  return hex === undefined ? undefined : make("word", hex, at, at + hex.length);
}

function numberAt(text: string, at: number, previous: Token | undefined): Token | undefined {
  const digits = matchAt(NUMBER, text, at);
  if (digits === undefined) return undefined;
  const signed = !/[\d.]/.test(digits.charAt(0));
  if (signed && previous?.end === at && previous.kind !== "mark") return undefined;
  const end = at + digits.length;
  const value = Number(digits.replace("\u2212", "-"));
  if (!Number.isFinite(value) || belongsToWord(text, end)) return undefined;
  return { ...make("number", digits, at, end), value };
}

/** `2nd`, `1.2.3` and `3ds` are words; `2m`, `45deg` and `1920x1080` are a number and what follows it. */
function belongsToWord(text: string, end: number): boolean {
  if (/\.\d/.test(text.slice(end, end + 2))) return true;
  const letters = matchAt(LETTERS, text, end)?.toLowerCase();
  return letters !== undefined && !UNITS.has(letters) && !/^x\d/.test(letters);
}

function wordAt(text: string, at: number): Token | undefined {
  if (/^x\d/i.test(text.slice(at, at + 2)) && /\d/.test(text.charAt(at - 1))) {
    return make("word", text.charAt(at), at, at + 1);
  }
  const word = matchAt(WORD, text, at);
  return word === undefined ? undefined : make("word", word, at, at + word.length);
}

function markAt(text: string, at: number): Token {
  const mark = String.fromCodePoint(text.codePointAt(at) ?? 0xfffd);
  return make("%\u00b0".includes(mark) ? "word" : "mark", mark, at, at + mark.length);
}
