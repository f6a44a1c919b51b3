/** Colour words and `#rrggbb`. The words are those of CSS. */
import names from "color-name";
import type { Token } from "./tokens.ts";

export interface ColorFound {
  end: number;
  /** As it was said, in lower case: `red`, `#ff0000`, `lightblue`. */
  word: string;
  /** `#rrggbb` */
  hex: string;
  /** Red, green and blue from 0 to 1. */
  rgb: readonly [number, number, number];
}

const TABLE: ReadonlyMap<string, readonly number[]> = new Map(Object.entries(names));

/** Every colour that begins at a token: "sky blue" is one colour, and "sky" none. */
export function colorsAt(tokens: readonly Token[], at: number): ColorFound[] {
  const found: ColorFound[] = [];
  let joined = "";
  for (let end = at; end < Math.min(at + 3, tokens.length); end++) {
    const token = tokens[end];
    if (token?.kind !== "word") break;
    joined += token.lower.replaceAll("-", "");
    const bytes = end === at && joined.startsWith("#") ? fromHex(joined) : TABLE.get(joined);
    if (bytes === undefined) continue;
    const [r = 0, g = 0, b = 0] = bytes;
    const hex = `#${[r, g, b].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
    found.push({ end: end + 1, word: joined, hex, rgb: [r / 255, g / 255, b / 255] });
  }
  return found;
}

function fromHex(text: string): number[] | undefined {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])[0-9a-f]?$/.exec(text);
  if (short !== null) return short.slice(1).map((digit) => Number.parseInt(digit + digit, 16));
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})(?:[0-9a-f]{2})?$/.exec(text);
  return long?.slice(1).map((byte) => Number.parseInt(byte, 16));
}
