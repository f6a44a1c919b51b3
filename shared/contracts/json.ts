/** JSON as data from outside: bounded in depth, and free of what JSON cannot say. */
import { z } from "zod";

/** Deeper values are refused: a parser or a printer further on may recurse. */
export const MAX_JSON_DEPTH = 64;

/** What JSON can say. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** How deep arrays and objects nest; a scalar is 0. Stops counting past `limit`. */
export function jsonDepth(value: unknown, limit: number = MAX_JSON_DEPTH + 1): number {
  if (typeof value !== "object" || value === null || limit === 0) return 0;
  let deepest = 0;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, jsonDepth(inner, limit - 1));
  return deepest + 1;
}

/** Whether JSON can say it: `NaN`, infinities, functions, symbols and bigints become `null` or a throw, far from their origin. */
function isJson(value: unknown): boolean {
  switch (typeof value) {
    case "object":
      return value === null || Object.values(value).every(isJson);
    case "number":
      return Number.isFinite(value);
    case "bigint":
    case "function":
    case "symbol":
      return false;
    default:
      return true;
  }
}

const shallowEnough = (value: unknown) => jsonDepth(value) <= MAX_JSON_DEPTH;
const tooDeep = { error: `nests deeper than ${MAX_JSON_DEPTH} levels`, abort: true };
const notJson = "holds what JSON cannot say, such as NaN";

/** Any JSON value of at most {@linkcode MAX_JSON_DEPTH} levels. */
export const JsonValue = z.unknown().refine(shallowEnough, tooDeep).refine(isJson, notJson);

/** A JSON object of at most {@linkcode MAX_JSON_DEPTH} levels. */
export const JsonObject = z.record(z.string(), z.unknown()).refine(shallowEnough, tooDeep).refine(isJson, notJson);
export type JsonObject = z.infer<typeof JsonObject>;
