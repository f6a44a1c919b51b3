/**
 * The world of a simulated server: things that tools make, change, show and remove, as far as the tools' names say that they do.
 * `create_layer` makes a layer, `get_layer` shows it, `list_layers` counts it.
 */
import type { JsonObject } from "@patchbay/contracts";

/** What became of a call. `undefined` where the name says nothing that could be acted out. */
export type Outcome = { thing: JsonObject } | { things: JsonObject[] } | { refused: string } | undefined;

type Deed = "make" | "change" | "show" | "list" | "remove" | "rename";

const DEEDS: Record<string, Deed> = {
  add: "make",
  create: "make",
  make: "make",
  new: "make",
  put: "make",
  save: "make",
  write: "make",
  edit: "change",
  modify: "change",
  set: "change",
  update: "change",
  describe: "show",
  get: "show",
  inspect: "show",
  read: "show",
  show: "show",
  find: "list",
  list: "list",
  search: "list",
  delete: "remove",
  remove: "remove",
  move: "rename",
  rename: "rename",
};

/** What things are called by, the best first. */
const KEYS = ["name", "path", "id", "uri", "url", "key", "title", "file", "filename", "node"];
const FROM = ["source", "from", "old_path", "old_name", "path", "name", "id"];
const TO = ["destination", "to", "new_path", "new_name", "target"];

export class Things {
  readonly #kinds = new Map<string, Map<string, JsonObject>>();

  act(tool: string, args: JsonObject): Outcome {
    const words = wordsOf(tool);
    const at = words.findIndex((word) => Object.hasOwn(DEEDS, word));
    if (at === -1) return undefined;
    const kind = singular(words.slice(at + 1).at(-1) ?? words.at(-1) ?? "thing");
    const things = this.#kinds.get(kind) ?? new Map<string, JsonObject>();
    this.#kinds.set(kind, things);
    return act(DEEDS[words[at] ?? ""] ?? "show", kind, things, args);
  }
}

function act(deed: Deed, kind: string, things: Map<string, JsonObject>, args: JsonObject): Outcome {
  const key = valueAt(args, KEYS) ?? firstText(args);
  if (deed === "list") return { things: [...things.values()] };
  if (key === undefined) return undefined;
  const there = things.get(key);
  switch (deed) {
    case "make":
      things.set(key, args);
      return { thing: args };
    case "change": {
      const changed = { ...there, ...args };
      things.set(key, changed);
      return { thing: changed };
    }
    case "show":
      // of a kind that was never made here, nothing is known: it may be there
      if (there === undefined && things.size > 0) return { refused: `there is no ${kind} '${key}'` };
      return there === undefined ? undefined : { thing: there };
    case "remove":
      if (!things.delete(key)) return { refused: `there is no ${kind} '${key}'` };
      return { thing: there ?? {} };
    case "rename":
      return renamed(kind, things, args);
  }
}

function renamed(kind: string, things: Map<string, JsonObject>, args: JsonObject): Outcome {
  const [from, to] = [valueAt(args, FROM), valueAt(args, TO)];
  if (from === undefined || to === undefined) return undefined;
  const thing = things.get(from);
  if (thing === undefined) return { refused: `there is no ${kind} '${from}'` };
  things.delete(from);
  const moved = Object.fromEntries(Object.entries(thing).map(([key, value]) => [key, value === from ? to : value]));
  things.set(to, moved);
  return { thing: moved };
}

/** `createBlendLayer`, `create-blend_layer`: create, blend, layer. */
function wordsOf(tool: string): string[] {
  return tool.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== "");
}

const singular = (word: string) => word.replace(/ies$/, "y").replace(/([^s])s$/, "$1");

function valueAt(args: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = args[name];
    if (typeof value === "string" || typeof value === "number") return String(value);
  }
  return undefined;
}

function firstText(args: JsonObject): string | undefined {
  return Object.values(args).find((value) => typeof value === "string");
}
