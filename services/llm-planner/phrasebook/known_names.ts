/** The names in an application's state, so that an instruction can use them: true spelling, kind, and which one is active. */
import type { JsonSchema } from "@patchbay/contracts";
import { isObject, resolve } from "./schema_node.ts";
import { type Token, tokenize } from "./tokens.ts";

/** A thing in the application. */
export interface KnownThing {
  name: string;
  /** The words of its name in lower case, without a number at its end. */
  nameWords: ReadonlySet<string>;
  /** Its kind in lower case: what `type` or `kind` says next to the name. */
  words: ReadonlySet<string>;
  /** Whether the state calls it active: `active_camera`. */
  active: boolean;
}

export interface KnownNames {
  /** Things that commands can be done to. */
  things: readonly KnownThing[];
  /** Where the known names end that begin at a token. */
  endsAt(tokens: readonly Token[], at: number): number[];
  has(name: string): boolean;
  /** The true spelling of a name; the name itself when it is not known. */
  spelling(name: string): string;
}

const MAX_NAMES = 20_000;
const MAX_NAME_TOKENS = 12;

/** Collects the names of one or several states, each with the schema that its manifest gives it. */
export function knownNames(states: readonly { state: unknown; schema: JsonSchema }[]): KnownNames {
  const found: Found = { things: new Map(), others: new Set(), active: new Set(), loose: new Map() };
  for (const { state, schema } of states) collect(state, schema, schema, found, 0);
  const named = found.things.size > 0 ? found.things : found.loose;
  const things = [...named].map(([name, words]) => ({
    name,
    nameWords: new Set(normal(name).replace(/[\s._-]*\d+$/, "").split(/[^\p{L}\p{M}\p{N}]+/u)),
    words,
    active: found.active.has(name),
  }));
  const names = new Set([...named.keys(), ...found.loose.keys(), ...found.others]);
  const spellings = new Map([...names].reverse().map((name) => [normal(name), name]));
  const index = indexByFirstWord(names);
  return {
    things,
    endsAt(tokens, at) {
      const { spelled, longest } = index.get(tokens[at]?.lower ?? "") ?? NO_NAMES;
      const ends: number[] = [];
      let joined = "";
      for (let end = at; end < Math.min(at + longest, tokens.length); end++) {
        const token = tokens[end];
        if (token === undefined || token.kind === "quoted") break;
        joined += `${token.lower}\n`;
        if (spelled.has(joined)) ends.push(end + 1);
      }
      return ends;
    },
    has: (name) => spellings.has(normal(name)),
    spelling: (name) => names.has(name) ? name : spellings.get(normal(name)) ?? name,
  };
}

interface Beginning {
  /** Each name as its words, with a line end after each. */
  spelled: Set<string>;
  longest: number;
}

const NO_NAMES: Beginning = { spelled: new Set(), longest: 0 };

function indexByFirstWord(names: Iterable<string>): Map<string, Beginning> {
  const index = new Map<string, Beginning>();
  for (const name of names) {
    const words = tokenize(name).map((token) => token.lower);
    const [first] = words;
    if (first === undefined || words.length > MAX_NAME_TOKENS) continue;
    const { spelled, longest } = index.get(first) ?? { spelled: new Set<string>(), longest: 0 };
    spelled.add(words.map((word) => `${word}\n`).join(""));
    index.set(first, { spelled, longest: Math.max(longest, words.length) });
  }
  return index;
}

interface Found {
  things: Map<string, Set<string>>;
  loose: Map<string, Set<string>>;
  others: Set<string>;
  active: Set<string>;
}

function collect(value: unknown, schema: unknown, root: JsonSchema, found: Found, depth: number): void {
  if (depth > 12 || found.others.size + found.loose.size > MAX_NAMES) return;
  const node = resolve(schema, root);
  if (Array.isArray(value)) {
    for (const item of value) collect(item, node?.["items"], root, found, depth + 1);
  } else if (isObject(value)) {
    note(value, node, root, found);
    const record = isObject(node?.["additionalProperties"]);
    for (const [key, inner] of Object.entries(value)) {
      if (record) found.others.add(key);
      collect(inner, propertySchema(node, key), root, found, depth + 1);
    }
  }
}

/** Notes an object's own name with its kind, and what it calls active. */
function note(value: Record<string, unknown>, node: JsonSchema | undefined, root: JsonSchema, found: Found): void {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner !== "string" || inner === "") continue;
    if (/^active/i.test(key)) found.active.add(inner);
    if (key !== "name") continue;
    const kinds = [value["type"], value["kind"]].filter((kind) => typeof kind === "string");
    const words = new Set(kinds.flatMap((kind) => normal(kind).split(/[\s_-]+/)));
    const isThing = resolve(propertySchema(node, key), root)?.["slot"] === "object";
    (isThing ? found.things : found.loose).set(inner, words);
  }
}

function propertySchema(node: JsonSchema | undefined, key: string): unknown {
  const properties = node?.["properties"];
  const own = isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  return own ?? node?.["additionalProperties"];
}

function normal(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
