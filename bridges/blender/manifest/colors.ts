/** Colours as people write them, and as Blender takes them. */
import { z } from "zod";

/** The colour words of CSS that people use for materials and lights, in sRGB. */
export const COLOR_WORDS = {
  red: "#ff0000",
  green: "#008000",
  blue: "#0000ff",
  yellow: "#ffff00",
  orange: "#ffa500",
  purple: "#800080",
  violet: "#ee82ee",
  pink: "#ffc0cb",
  magenta: "#ff00ff",
  cyan: "#00ffff",
  teal: "#008080",
  turquoise: "#40e0d0",
  brown: "#a52a2a",
  black: "#000000",
  white: "#ffffff",
  grey: "#808080",
  gray: "#808080",
  silver: "#c0c0c0",
  gold: "#ffd700",
  beige: "#f5f5dc",
  navy: "#000080",
  olive: "#808000",
  maroon: "#800000",
  lime: "#00ff00",
  crimson: "#dc143c",
  coral: "#ff7f50",
  ivory: "#fffff0",
  indigo: "#4b0082",
  salmon: "#fa8072",
  tan: "#d2b48c",
} as const;

type ColorWord = keyof typeof COLOR_WORDS;
const ColorWord = z.enum(Object.keys(COLOR_WORDS) as [ColorWord, ...ColorWord[]]);

/** Scene-linear red, green and blue, 0 to 1, as Blender's own colour fields hold them. */
export const Rgb = z.tuple([z.number().min(0), z.number().min(0), z.number().min(0)])
  .describe("scene-linear red, green and blue");
export type Rgb = z.infer<typeof Rgb>;

const channel = z.number().min(0).max(1);

/**
 * A colour argument. Whatever form it came in, the application receives scene-linear `[r, g, b]`.
 *
 * @example `Color.parse("#ff0000") // [1, 0, 0]`
 */
export const Color = z.union([
  ColorWord,
  z.string().regex(/^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/, "a colour word, '#rrggbb', or [r, g, b] from 0 to 1"),
  z.tuple([channel, channel, channel]),
])
  .transform((color): [number, number, number] => typeof color === "string" ? linear(color) : color)
  .meta({ slot: "color", description: "a colour word, '#rrggbb' (sRGB), or scene-linear [r, g, b] from 0 to 1" });

/** Scene-linear values of a colour word or of sRGB in hexadecimal. */
function linear(color: string): [number, number, number] {
  const hex = (color.startsWith("#") ? color : COLOR_WORDS[color as ColorWord]).slice(1);
  const long = hex.length === 3 ? hex.replace(/./g, "$&$&") : hex;
  const at = (i: number) => srgbToLinear(Number.parseInt(long.slice(i, i + 2), 16) / 255);
  return [at(0), at(2), at(4)];
}

/** The transfer function of IEC 61966-2-1. */
export function srgbToLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** The inverse of {@linkcode srgbToLinear}. */
export function linearToSrgb(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}
