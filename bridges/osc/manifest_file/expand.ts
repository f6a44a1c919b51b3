/** `each: { n: 1..8 }` beside an entry of a manifest file makes one entry for each number, with `{n}` replaced. */

/** What the entries became, and where each of them stands in the file. */
export interface Expanded {
  value: unknown;
  /** The path in the file of a path in the value. */
  origin(path: readonly PropertyKey[]): PropertyKey[];
}

const SECTIONS = ["commands", "events", "channels", "state"];
const MAX_ENTRIES = 500;

/** @throws {RangeError} for an `each` that cannot be read, with the path as its cause */
export function expandEach(value: unknown): Expanded {
  if (!isRecord(value)) return { value, origin: (path) => [...path] };
  const origins = new Map<string, PropertyKey>();
  const sections = Object.entries(value).map(([section, entries]) => {
    if (!SECTIONS.includes(section)) return [section, entries];
    return [section, Array.isArray(entries) ? list(section, entries, origins) : record(section, entries, origins)];
  });
  return {
    value: Object.fromEntries(sections),
    origin([section, entry, ...rest]) {
      if (section === undefined) return [];
      if (entry === undefined) return [section];
      return [section, origins.get(keyOf(String(section), entry)) ?? entry, ...rest];
    },
  };
}

const keyOf = (section: string, entry: PropertyKey) => `${section}/${String(entry)}`;

function record(section: string, entries: unknown, origins: Map<string, PropertyKey>): unknown {
  if (!isRecord(entries)) return entries;
  const expanded: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(entries)) {
    for (const replace of replacements(entry, [section, name])) {
      const key = replace.text(name);
      origins.set(keyOf(section, key), name);
      expanded[key] = replace.all(entry);
    }
  }
  return expanded;
}

function list(section: string, entries: unknown[], origins: Map<string, PropertyKey>): unknown[] {
  const expanded: unknown[] = [];
  for (const [index, entry] of entries.entries()) {
    for (const replace of replacements(entry, [section, index])) {
      origins.set(keyOf(section, expanded.length), index);
      expanded.push(replace.all(entry));
    }
  }
  return expanded;
}

interface Replacement {
  text(text: string): string;
  all(value: unknown): unknown;
}

function replacements(entry: unknown, path: PropertyKey[]): Replacement[] {
  if (!isRecord(entry) || entry["each"] === undefined) return [replacement([])];
  const { each } = entry;
  if (!isRecord(each)) {
    throw new RangeError("`each` needs names with values: { n: 1..8 }", { cause: [...path, "each"] });
  }
  let all: [string, string][][] = [[]];
  for (const [name, values] of Object.entries(each)) {
    const wanted = valuesOf(values);
    if (wanted === undefined || all.length * wanted.length > MAX_ENTRIES) {
      throw new RangeError(`needs a list or a range such as 1..8, of at most ${MAX_ENTRIES} entries`, {
        cause: [...path, "each", name],
      });
    }
    all = all.flatMap((before) => wanted.map((value) => [...before, [name, value]] satisfies [string, string][]));
  }
  return all.map(replacement);
}

function valuesOf(values: unknown): string[] | undefined {
  if (Array.isArray(values)) return values.length === 0 ? undefined : values.map(String);
  const range = /^(\d{1,4})\.\.(\d{1,4})$/.exec(String(values));
  if (range === null) return undefined;
  const [from, to] = [Number(range[1]), Number(range[2])];
  return to < from ? undefined : Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
}

function replacement(pairs: readonly [string, string][]): Replacement {
  const text = (given: string) => pairs.reduce((result, [name, value]) => result.replaceAll(`{${name}}`, value), given);
  const all = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(all);
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).filter(([key]) => key !== "each").map(([key, inner]) => [text(key), all(inner)]),
    );
  };
  return { text, all };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
