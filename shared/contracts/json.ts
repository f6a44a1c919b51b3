/** JSON as data from outside: bounded in depth, free of `NaN`, `undefined` and prototypes. */
import { z } from "zod";

/** Deeper values are refused: a parser or a printer further on may recurse. */
export const MAX_JSON_DEPTH = 64;

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** How deep arrays and objects nest; a scalar is 0. Stops counting past `limit`. */
export function jsonDepth(value: unknown, limit: number = MAX_JSON_DEPTH + 1): number {
  if (typeof value !== "object" || value === null || limit === 0) return 0;
  let deepest = 0;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, jsonDepth(inner, limit - 1));
  return deepest + 1;
}

const shallowEnough = (value: unknown) => jsonDepth(value) <= MAX_JSON_DEPTH;
const tooDeep = `nests deeper than ${MAX_JSON_DEPTH} levels`;

/** Any JSON value of at most {@linkcode MAX_JSON_DEPTH} levels. */
export const JsonValue = z.unknown().refine(shallowEnough, tooDeep);

/** A JSON object of at most {@linkcode MAX_JSON_DEPTH} levels. */
export const JsonObject = z.record(z.string(), z.unknown()).refine(shallowEnough, tooDeep);
export type JsonObject = z.infer<typeof JsonObject>;
