import assert from "node:assert/strict";
import { z } from "zod";
import { allFieldsOf, jsonType, limitsOf, type NamedTypes } from "./json_type.ts";

const Place = z.object({ x: z.number(), y: z.number(), z: z.number() });
const NAMED: NamedTypes = { Place: z.toJSONSchema(Place) };
const typeOf = (schema: z.ZodType) => jsonType(z.toJSONSchema(schema), NAMED);

Deno.test("a type is written as TypeScript writes it", () => {
  assert.equal(typeOf(z.array(z.string().nullable())), "(string | null)[]");
  assert.equal(typeOf(z.enum(["a", "b"])), '"a" | "b"');
  assert.equal(typeOf(z.tuple([z.number(), z.boolean()])), "[number, boolean]");
  assert.equal(typeOf(z.object({ a: z.string(), b: z.literal(1).optional() })), "{ a: string; b?: 1 }");
  assert.equal(typeOf(z.record(z.string(), z.int())), "{ [key: string]: integer }");
  assert.equal(typeOf(z.array(z.object({ a: z.string().nullable() }))), "{ a: string | null }[]");
  assert.equal(typeOf(z.unknown()), "unknown");
  assert.equal(jsonType(undefined), "unknown");
});

Deno.test("a schema that has a name is called by it, whatever is said about it", () => {
  assert.equal(typeOf(Place.describe("where it is")), "Place");
  assert.equal(typeOf(z.array(Place)), "Place[]");
  assert.equal(typeOf(Place.extend({ w: z.number() })), "Place & { w: number }");
  assert.equal(typeOf(Place.extend({ x: z.string() })), "{ x: string; y: number; z: number }");
});

Deno.test("limits are said in words, those of integers themselves are not", () => {
  const limits = (schema: z.ZodType) => limitsOf(z.toJSONSchema(schema));
  assert.equal(limits(z.number().min(0).max(1)), "0 to 1");
  assert.equal(limits(z.number().positive().max(9)), "more than 0, at most 9");
  assert.equal(limits(z.string().min(1).max(63)), "1 to 63 characters");
  assert.equal(limits(z.array(z.string()).min(1)), "at least 1 item");
  assert.equal(limits(z.int()), "");
  assert.equal(limits(Place), "");
});

Deno.test("the fields of items in lists are found, but not those of items that have a name", () => {
  const schema = z.object({ tracks: z.array(z.object({ object: z.string() })), places: z.array(Place) });
  const names = allFieldsOf(z.toJSONSchema(schema), NAMED).map(({ name }) => name);
  assert.deepEqual(names, ["tracks", "tracks[].object", "places"]);
});
