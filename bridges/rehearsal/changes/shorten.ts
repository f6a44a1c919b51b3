/** Values as far as a person reads them: what is long, wide or deep is cut, and says so. */

interface Measure {
  characters: number;
  items: number;
  depth: number;
}

/** The most JSON that one value may be, in characters. */
const MOST = 4_000;
const MEASURES: readonly Measure[] = [
  { characters: 500, items: 50, depth: 6 },
  { characters: 100, items: 10, depth: 3 },
];

/** The value itself where it is short; never more than 4,000 characters of JSON. */
export function shorten(value: unknown): unknown {
  const { length } = JSON.stringify(value) ?? "";
  if (length <= MOST / 4) return value;
  for (const measure of MEASURES) {
    const short = cut(value, measure);
    if (JSON.stringify(short).length <= MOST) return short;
  }
  return `… (${length} characters of JSON)`;
}

function cut(value: unknown, { characters, items, depth }: Measure): unknown {
  if (typeof value === "string") return value.length > characters ? `${value.slice(0, characters)}…` : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  const inner = { characters, items, depth: depth - 1 };
  if (Array.isArray(value)) {
    const shown = value.slice(0, items).map((item) => cut(item, inner));
    return value.length > items ? [...shown, `… and ${value.length - items} more`] : shown;
  }
  const entries = Object.entries(value);
  const shown = entries.slice(0, items).map(([key, item]): [string, unknown] => [key, cut(item, inner)]);
  if (entries.length > items) shown.push(["…", `and ${entries.length - items} more`]);
  return Object.fromEntries(shown);
}
