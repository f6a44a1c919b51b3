/** Which parts of a state are many things of one kind, each with a name of its own. */
import type { JsonSchema } from "@patchbay/contracts";

export type Fields = Record<string, unknown>;

/** Several things: by their keys, or in an order. */
export type Collection = { kind: "record"; item: Schemas } | { kind: "list"; item: Schemas };

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A schema within the one of the whole state, which its references begin at; nothing is known of what has none. */
export class Schemas {
  readonly #root: JsonSchema;
  readonly #here: Fields;

  constructor(root: JsonSchema, here: unknown = root, hops = 8) {
    this.#root = root;
    const found = isFields(here) ? here : {};
    const alternative = [found["anyOf"], found["oneOf"]].find(Array.isArray)?.find(isContainer);
    const next = typeof found["$ref"] === "string" ? this.#referred(found["$ref"]) : alternative;
    this.#here = next === undefined || hops === 0 ? found : new Schemas(root, next, hops - 1).#here;
  }

  property(name: string): Schemas {
    const { properties, additionalProperties } = this.#here;
    const named = isFields(properties) && Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    return new Schemas(this.#root, named ?? {});
  }

  /** Whether members are entries: their names are not the schema's. `undefined` where the schema does not say. */
  get isRecord(): boolean | undefined {
    const { properties, additionalProperties } = this.#here;
    if (isFields(properties) && Object.keys(properties).length > 0) return false;
    return isFields(additionalProperties) && Object.keys(additionalProperties).length > 0 ? true : undefined;
  }

  get entries(): Schemas {
    return new Schemas(this.#root, this.#here["additionalProperties"] ?? {});
  }

  get items(): Schemas {
    return new Schemas(this.#root, this.#here["items"] ?? {});
  }

  #referred(ref: string): unknown {
    let value: unknown = this.#root;
    for (const part of ref.replace(/^#/, "").split("/").slice(1)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      value = isFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    }
    return value;
  }
}

const isContainer = (schema: unknown): boolean =>
  isFields(schema) && (schema["type"] === "object" || schema["type"] === "array" || "$ref" in schema);

/** What the two values of one member are, if they are several things. */
export function collectionOf(before: unknown, after: unknown, schemas: Schemas): Collection | undefined {
  const given = [before, after].filter((value) => value !== undefined && value !== null);
  if (given.length === 0) return undefined;
  if (given.every(Array.isArray)) {
    const items = given.flat();
    return items.length > 0 && items.every((item) => nameOf(item) !== undefined)
      ? { kind: "list", item: schemas.items }
      : undefined;
  }
  if (!given.every(isFields)) return undefined;
  const values = given.flatMap((value) => Object.values(value));
  if (values.length === 0 || !values.every(isFields)) return undefined;
  return (schemas.isRecord ?? values.length > 1) ? { kind: "record", item: schemas.entries } : undefined;
}

/** How an item of a list is called, and how it is found again: its id, else its name. */
export function nameOf(item: unknown): { key: string; name?: string } | undefined {
  if (!isFields(item)) return undefined;
  const [id, name] = [item["id"], item["name"]].map((value) =>
    typeof value === "string" || typeof value === "number" ? String(value) : undefined
  );
  const key = id ?? name;
  return key === undefined ? undefined : { key, ...(name === undefined ? {} : { name }) };
}
