/** What a value looks like, without what it says: for a model that needs to know what it can refer to. */

const MAX_KEYS = 40;
const MAX_DEPTH = 4;

/** @example `shapeOf({ name: "Cube", at: [0, 1] }) // { name: "text", at: ["number"] }` */
export function shapeOf(value: unknown, depth = MAX_DEPTH): unknown {
  if (value === null) return "null";
  if (typeof value === "string") return "text";
  if (typeof value !== "object") return typeof value;
  if (depth === 0) return Array.isArray(value) ? "list" : "object";
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0], depth - 1), `${value.length} in all`];
  const entries = Object.entries(value);
  const shown = entries.slice(0, MAX_KEYS).map(([key, inner]) => [key, shapeOf(inner, depth - 1)]);
  return Object.fromEntries(entries.length > MAX_KEYS ? [...shown, ["…", `${entries.length} keys`]] : shown);
}
