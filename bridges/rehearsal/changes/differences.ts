/** The difference of two states as a person speaks of it: one change for each thing, with its name. */
import { type JsonSchema, MAX_CHANGES, type ObjectChange, sameJson } from "@patchbay/contracts";
import { type Collection, collectionOf, type Fields, isFields, nameOf, Schemas } from "./collections.ts";
import { pointerTo, quoted, singular, words } from "./names.ts";
import { shorten } from "./shorten.ts";

export interface Differences {
  changes: ObjectChange[];
  /** How many there are besides. */
  more: number;
}

/** Where a thing is, and what it is called. */
interface Place {
  path: string;
  /** `object 'Hero'` */
  label: string;
}

/** As the contract has it. */
const MAX_LABEL = 300;
const MAX_PATH = 1_000;
/** Deeper down a thing is one value. */
const MAX_DEPTH = 8;

/**
 * Which things of a state came, went and changed.
 *
 * Many things of one kind are the entries of a record, or the items of a list that have a name or an id; other members of
 * the state are a thing each. Of a thing that changed, `before` and `after` hold the members that differ.
 * @param schema of the whole state: the manifest's
 */
export function changesBetween(before: unknown, after: unknown, schema: JsonSchema, most = MAX_CHANGES): Differences {
  const found = new Found(most);
  if (isFields(before) && isFields(after)) {
    const schemas = new Schemas(schema);
    const all = collectionOf(before, after, schemas);
    // an application whose whole state is a record: its entries are named by their keys alone
    if (schemas.isRecord === true && all?.kind === "record") {
      compareEntries(found, { before, after, item: all.item, kind: "", within: "", path: "", depth: 0 });
    } else compareMembers(found, { before, after, schemas, path: "", within: "", depth: 0 });
  } else if (!sameJson(before, after)) found.add("changed", { path: "", label: "state" }, before, after);
  return { changes: found.changes, more: found.more };
}

class Found {
  readonly changes: ObjectChange[] = [];
  more = 0;

  constructor(private readonly most: number) {}

  add(kind: ObjectChange["kind"], { path, label }: Place, before: unknown, after: unknown): void {
    if (this.changes.length >= this.most) this.more++;
    else {
      this.changes.push({
        kind,
        object: label.length > MAX_LABEL ? `${label.slice(0, MAX_LABEL - 1)}…` : label,
        path: fitting(path),
        ...(before === undefined ? {} : { before: shorten(before) }),
        ...(after === undefined ? {} : { after: shorten(after) }),
      });
    }
  }
}

/** A pointer that is too long ends at what holds its thing. */
function fitting(path: string): string {
  return path.length <= MAX_PATH ? path : path.slice(0, path.lastIndexOf("/", MAX_PATH));
}

interface Members {
  before: Fields;
  after: Fields;
  schemas: Schemas;
  path: string;
  /** Of what they are members: ` of track 'Bass'`. */
  within: string;
  depth: number;
}

/** Of the whole state: each member is a thing, or several. */
function compareMembers(found: Found, { before, after, schemas, path, within, depth }: Members): void {
  for (const key of keysOf(before, after)) {
    const [was, is] = [before[key], after[key]];
    if (sameJson(was, is)) continue;
    const inner = schemas.property(key);
    const collection = depth < MAX_DEPTH ? collectionOf(was, is, inner) : undefined;
    const place = { path: pointerTo(path, key), label: `${words(key)}${within}` };
    if (collection === undefined) compareThing(found, { was, is, schemas: inner, ...place, depth });
    else compareMany(found, collection, { was, is, key, within, path: place.path, depth });
  }
}

interface Thing extends Place {
  was: unknown;
  is: unknown;
  schemas: Schemas;
  depth: number;
}

function compareThing(found: Found, { was, is, schemas, path, label, depth }: Thing): void {
  if (was === undefined) return found.add("added", { path, label }, undefined, is);
  if (is === undefined) return found.add("removed", { path, label }, was, undefined);
  if (!isFields(was) || !isFields(is)) return found.add("changed", { path, label }, was, is);
  const own: [Fields, Fields] = [{}, {}];
  const within = ` of ${label}`;
  for (const key of keysOf(was, is)) {
    const [before, after] = [was[key], is[key]];
    if (sameJson(before, after)) continue;
    const inner = schemas.property(key);
    const collection = depth < MAX_DEPTH ? collectionOf(before, after, inner) : undefined;
    const at = { path: pointerTo(path, key), depth: depth + 1 };
    if (collection !== undefined) compareMany(found, collection, { was: before, is: after, key, within, ...at });
    else if (depth < MAX_DEPTH && holdsSeveral(before, after, inner)) {
      compareThing(found, { was: before, is: after, schemas: inner, label: `${words(key)}${within}`, ...at });
    } else {
      const [left, right] = differing(before, after);
      if (left !== undefined) define(own[0], key, left);
      if (right !== undefined) define(own[1], key, right);
    }
  }
  if (Object.keys(own[0]).length + Object.keys(own[1]).length > 0) found.add("changed", { path, label }, ...own);
}

/** Whether a part of a thing has things of its own, as the track list of a song. */
function holdsSeveral(before: unknown, after: unknown, schemas: Schemas): boolean {
  return isFields(before) && isFields(after) &&
    keysOf(before, after).some((key) => collectionOf(before[key], after[key], schemas.property(key)) !== undefined);
}

interface Many {
  was: unknown;
  is: unknown;
  key: string;
  within: string;
  path: string;
  depth: number;
}

function compareMany(found: Found, { kind, item }: Collection, { was, is, key, ...at }: Many): void {
  if (kind === "record") {
    const [before, after] = [isFields(was) ? was : {}, isFields(is) ? is : {}];
    return compareEntries(found, { before, after, item, kind: `${singular(key)} `, ...at });
  }
  compareItems(found, { before: listOf(was), after: listOf(is), item, key, ...at });
}

const listOf = (value: unknown): unknown[] => Array.isArray(value) ? value : [];

interface Entries extends Omit<Members, "schemas"> {
  item: Schemas;
  /** `object ` */
  kind: string;
}

function compareEntries(found: Found, { before, after, item, kind, within, path, depth }: Entries): void {
  for (const name of keysOf(before, after)) {
    const [was, is] = [before[name], after[name]];
    if (sameJson(was, is)) continue;
    const label = `${kind}${quoted(name)}${within}`;
    compareThing(found, { was, is, schemas: item, path: pointerTo(path, name), label, depth: depth + 1 });
  }
}

interface Items {
  before: unknown[];
  after: unknown[];
  item: Schemas;
  key: string;
  within: string;
  path: string;
  depth: number;
}

function compareItems(found: Found, { before, after, item, key, within, path, depth }: Items): void {
  const [old, now] = [numbered(before), numbered(after)];
  const common = [...old.keys()].filter((name) => now.has(name));
  const order = new Map([...now.keys()].filter((name) => old.has(name)).map((name, i) => [name, i]));
  if (common.some((name, i) => order.get(name) !== i)) {
    const names = (list: unknown[]) => list.map((one) => nameOf(one)?.name ?? nameOf(one)?.key);
    found.add("changed", { path, label: `order of ${words(key)}${within}` }, names(before), names(after));
  }
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(name), now.get(name)];
    const { index, called } = is ?? was!;
    const [left, right] = [withoutPlace(was), withoutPlace(is)];
    if (sameJson(left, right)) continue;
    const label = `${singular(key)} ${index + 1}${called === undefined ? "" : ` ${quoted(called)}`}${within}`;
    const place = { path: pointerTo(path, index), label };
    compareThing(found, { was: left, is: right, schemas: item, ...place, depth: depth + 1 });
  }
}

interface Numbered {
  value: unknown;
  index: number;
  called: string | undefined;
}

/** Items by what they are found again by; the second one of a name is another thing than the first. */
function numbered(items: readonly unknown[]): Map<string, Numbered> {
  const found = new Map<string, Numbered>();
  const times = new Map<string, number>();
  for (const [index, value] of items.entries()) {
    const { key = "", name } = nameOf(value) ?? {};
    const time = times.get(key) ?? 0;
    times.set(key, time + 1);
    found.set(`${time}/${key}`, { value, index, called: name });
  }
  return found;
}

/** An `index` that only says where the item stands changes with every item before it. */
function withoutPlace(item: Numbered | undefined): unknown {
  if (item === undefined || !isFields(item.value) || item.value["index"] !== item.index) return item?.value;
  const { index: _, ...rest } = item.value;
  return rest;
}

/** Of two objects what differs, down to their values; lists are looked at whole. */
function differing(before: unknown, after: unknown): [unknown, unknown] {
  if (!isFields(before) || !isFields(after)) return [before, after];
  const [left, right]: [Fields, Fields] = [{}, {}];
  for (const key of keysOf(before, after)) {
    if (sameJson(before[key], after[key])) continue;
    const [was, is] = differing(before[key], after[key]);
    if (was !== undefined) define(left, key, was);
    if (is !== undefined) define(right, key, is);
  }
  return [left, right];
}

const keysOf = (before: Fields, after: Fields): string[] => [
  ...new Set([...Object.keys(before), ...Object.keys(after)]),
];

/** Also right for `__proto__`, which an assignment would take for the prototype. */
function define(fields: Fields, key: string, value: unknown): void {
  Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
}
