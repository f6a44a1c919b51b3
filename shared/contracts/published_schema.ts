/** The JSON Schema of a zod schema: made from it, or the one that it was made from. */
import { z } from "zod";
import type { JsonObject } from "./json.ts";

const given = new WeakMap<z.ZodType, JsonObject>();

/** From now on the JSON Schema of `zod` is this one, word for word. */
export function publishAs<S extends z.ZodType>(zod: S, schema: JsonObject): S {
  given.set(zod, schema);
  return zod;
}

/** @param io what a program sends, or what it receives */
export function publishedSchema(zod: z.ZodType, io: "input" | "output"): JsonObject {
  return given.get(zod) ?? z.toJSONSchema(zod, { io, unrepresentable: "any" });
}
