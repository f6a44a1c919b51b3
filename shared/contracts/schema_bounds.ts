/**
 * Bounds on a JSON Schema from a stranger. A bridge says what its commands take, and every service checks against that: a
 * schema may be wrong, but it may not keep a service busy.
 */
import type { JsonSchema } from "./manifest_document.ts";

/** So many schemas may be tried on one value. */
const MAX_BRANCHES = 10_000;
/** Patterns with more ways through them are left out. */
const MAX_CHOICES = 100_000;
/** Under these stand values, which are no schemas. */
const VALUES: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);

/** Why a schema cannot be worked with in bounded time; `undefined` for one that can. */
export function unbounded(schema: JsonSchema): string | undefined {
  const counted = new Map<unknown, number>();
  /** How many schemas are tried on one and the same value: `Infinity` where a schema comes back to itself. */
  const branches = (node: unknown): number => {
    if (!isObject(node)) return 1;
    const known = counted.get(node);
    if (known !== undefined) return known;
    counted.set(node, Infinity);
    const count = 1 + onSameValue(node, schema).reduce<number>((sum, inner) => sum + branches(inner), 0);
    counted.set(node, count);
    return count;
  };
  const waiting: unknown[] = [schema];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!isObject(node)) continue;
    const count = branches(node);
    if (count === Infinity) return "it refers to itself without end";
    if (count > MAX_BRANCHES) return `it has more than ${MAX_BRANCHES} alternatives for one value`;
    for (const [key, inner] of Object.entries(node)) {
      if (!VALUES.has(key) && isObject(inner)) waiting.push(inner);
    }
  }
  return undefined;
}

/** The subschemas that apply to the value that a schema applies to. */
function onSameValue(node: Record<string, unknown>, root: JsonSchema): unknown[] {
  const { allOf, anyOf, oneOf, $ref } = node;
  return [
    ...[allOf, anyOf, oneOf].flatMap((list) => Array.isArray(list) ? list : []),
    ...[node["not"], node["if"], node["then"], node["else"]],
    ...(typeof $ref === "string" ? [referred(root, $ref)] : []),
  ];
}

function referred(root: JsonSchema, ref: string): unknown {
  let value: unknown = root;
  for (const part of ref.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** The schema without the patterns whose check may take for ever: the bridge that wants them checks them too. */
export function withoutCostlyPatterns(schema: JsonSchema): JsonSchema {
  const { patternProperties, pattern } = schema;
  const dropped = isObject(patternProperties) && !Object.keys(patternProperties).every(mayStay)
    // what they allowed must not be refused in their place
    ? ["patternProperties", "additionalProperties"]
    : [];
  if (typeof pattern === "string" && !mayStay(pattern)) dropped.push("pattern");
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => !dropped.includes(key))
      .map(([key, inner]) => [key, VALUES.has(key) ? inner : withoutThem(inner)]),
  );
}

function withoutThem(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutThem);
  return isObject(value) ? withoutCostlyPatterns(value) : value;
}

/** Also one that is none at all stays: it is refused as that. */
function mayStay(pattern: string): boolean {
  try {
    new RegExp(pattern);
  } catch {
    return true;
  }
  return isLinear(pattern);
}

/**
 * Whether a pattern is certainly checked in time that grows with the text alone: it is anchored, no group is repeated, there are
 * few ways through it, and of each of its parts, lookaheads being parts of their own, at most one repeats without a bound.
 */
export function isLinear(pattern: string): boolean {
  const simple = plain(pattern);
  if (!simple.startsWith("^") || hasBareAlternative(simple)) return isHarmless(simple);
  const lookaheads = [...simple.matchAll(LOOKAHEAD)].map(([, inner]) => inner ?? "");
  return [simple.replaceAll(LOOKAHEAD, ""), ...lookaheads].every(isPartLinear);
}

const LOOKAHEAD = /\(\?[=!]([^()]*)\)/g;

/** An alternative outside of all groups: an anchor before it is not its own. */
function hasBareAlternative(simple: string): boolean {
  let rest = simple;
  for (let inner = ""; inner !== rest;) [inner, rest] = [rest, rest.replaceAll(/\([^()]*\)/g, "")];
  return rest.includes("|");
}

/** Without an anchor every place of the text is tried, so nothing may repeat. */
const isHarmless = (simple: string) => !/[*+{|?(]|\\[1-9k]/.test(simple);

/** Escapes and character classes stand for one character. */
const plain = (pattern: string) =>
  pattern.replaceAll(/\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|[^1-9k])/g, "x").replaceAll(/\[[^\]]*\]/g, "x");

function isPartLinear(part: string): boolean {
  if (/\)(?:[*+]|\{)|\\[1-9k]|\(\?<?[=!]/.test(part)) return false;
  let choices = 2 ** (part.replaceAll("(?:", "(").match(/[|?]/g) ?? []).length;
  let unboundedOnes = (part.match(/[*+]/g) ?? []).length;
  for (const [, least, comma, most] of part.matchAll(/\{(\d+)(,?)(\d*)\}/g)) {
    if (comma !== "" && most === "") unboundedOnes++;
    else choices *= comma === "" ? 1 : Number(most) - Number(least) + 1;
  }
  return unboundedOnes <= 1 && choices <= MAX_CHOICES;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
