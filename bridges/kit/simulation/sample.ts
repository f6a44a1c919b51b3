/** A value that fits a JSON Schema, as simple as it can be: what a simulator answers where it knows nothing better. */
import { type JsonSchema, validateAgainst } from "@patchbay/contracts";

const MAX_DEPTH = 12;

/**
 * The same for the same schema. A pattern that is asked of a text cannot be met, and is not.
 * @param known values by name, that go wherever a property of that name takes them
 */
export function sampleOf(schema: JsonSchema, known: Record<string, unknown> = {}): unknown {
  return new Sampler(schema, known).value(schema, 0);
}

class Sampler {
  constructor(private readonly root: JsonSchema, private readonly known: Record<string, unknown>) {}

  value(schema: unknown, depth: number): unknown {
    if (!isObject(schema) || depth > MAX_DEPTH) return null;
    if (schema["const"] !== undefined) return schema["const"];
    for (const choices of [schema["enum"], schema["examples"]]) {
      if (Array.isArray(choices) && choices.length > 0) return choices[0];
    }
    if (schema["default"] !== undefined) return schema["default"];
    if (typeof schema["$ref"] === "string") return this.value(this.#referred(schema["$ref"]), depth + 1);
    for (const alternatives of [schema["anyOf"], schema["oneOf"]]) {
      if (Array.isArray(alternatives)) return this.value(this.#simplest(alternatives), depth + 1);
    }
    const { allOf, ...rest } = schema;
    if (Array.isArray(allOf)) {
      return this.value(merged([rest, ...allOf.map((part) => this.#resolved(part))]), depth + 1);
    }
    return this.#ofType(schema, depth);
  }

  #ofType(schema: Record<string, unknown>, depth: number): unknown {
    const { type } = schema;
    switch (Array.isArray(type) ? type[0] : type ?? (isObject(schema["properties"]) ? "object" : undefined)) {
      case "object":
        return this.#object(schema, depth);
      case "array":
        return this.#array(schema, depth);
      case "string":
        return text(schema);
      case "integer":
      case "number":
        return number(schema);
      case "boolean":
        return false;
      default:
        return null;
    }
  }

  #object({ properties, required }: Record<string, unknown>, depth: number): Record<string, unknown> {
    const all = isObject(properties) ? properties : {};
    const needed = new Set(Array.isArray(required) ? required : []);
    return Object.fromEntries(
      Object.entries(all).flatMap(([name, schema]) => {
        const known = Object.hasOwn(this.known, name) ? this.known[name] : undefined;
        if (known !== undefined && isObject(schema) && this.#fits(schema, known)) return [[name, known]];
        return needed.has(name) ? [[name, this.value(schema, depth + 1)]] : [];
      }),
    );
  }

  #array({ items, prefixItems, minItems }: Record<string, unknown>, depth: number): unknown[] {
    const first = Array.isArray(prefixItems) ? prefixItems : [];
    const length = Math.max(first.length, typeof minItems === "number" ? Math.min(minItems, 100) : 0);
    return Array.from({ length }, (_, index) => this.value(first[index] ?? items ?? {}, depth + 1));
  }

  #fits(schema: Record<string, unknown>, value: unknown): boolean {
    const { $defs, definitions } = this.root;
    return validateAgainst({ ...schema, ...($defs ? { $defs } : {}), ...(definitions ? { definitions } : {}) }, value)
      .length === 0;
  }

  #simplest(alternatives: unknown[]): unknown {
    return alternatives.find((one) => isObject(one) && one["type"] !== "null") ?? alternatives[0];
  }

  #resolved(schema: unknown): unknown {
    return isObject(schema) && typeof schema["$ref"] === "string" ? this.#referred(schema["$ref"]) : schema;
  }

  #referred(ref: string): unknown {
    let value: unknown = this.root;
    for (const part of ref.replace(/^#/, "").split("/").slice(1)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    }
    return value;
  }
}

function merged(parts: unknown[]): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  for (const part of parts.filter(isObject)) {
    const properties = { ...Object(whole["properties"]), ...Object(part["properties"]) };
    const required = [whole["required"], part["required"]].flatMap((names) => Array.isArray(names) ? names : []);
    Object.assign(whole, part, { properties, required });
  }
  return whole;
}

const FORMATS: Record<string, string> = {
  date: "2026-01-01",
  "date-time": "2026-01-01T00:00:00Z",
  email: "simulated@example.com",
  uri: "simulated:value",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function text({ format, minLength, maxLength }: Record<string, unknown>): string {
  const plain = typeof format === "string" ? FORMATS[format] ?? "simulated" : "simulated";
  const long = typeof minLength === "number" ? plain.padEnd(Math.min(minLength, 10_000), "-") : plain;
  return typeof maxLength === "number" ? long.slice(0, maxLength) : long;
}

function number({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: Record<string, unknown>) {
  const step = typeof multipleOf === "number" ? multipleOf : 1;
  const least = typeof minimum === "number"
    ? minimum
    : typeof exclusiveMinimum === "number"
    ? exclusiveMinimum + (type === "integer" ? 1 : 1e-6)
    : undefined;
  const most = typeof maximum === "number"
    ? maximum
    : typeof exclusiveMaximum === "number"
    ? exclusiveMaximum
    : undefined;
  if (least !== undefined && least > 0) return type === "integer" ? Math.ceil(least / step) * step : least;
  if (most !== undefined && most <= 0) {
    return type === "integer" ? Math.floor(most) - (maximum === undefined ? 1 : 0) : most;
  }
  return 0;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
