/** What may stand in a slot: read from the argument's schema, once for each argument of each command. */
import { type JsonSchema, validateAgainst } from "@patchbay/contracts";
import { BOOLEANS, type ChoiceIndex, choicesAt, indexChoices } from "./choices.ts";
import { colorsAt } from "./colors.ts";
import { measureOf } from "./measure.ts";
import { mentionsAt, namesAt, newNamesAt, type Reading } from "./mentions.ts";
import { numberWithUnitAt, plainNumberAt } from "./numbers.ts";
import type { SchemaNode } from "./schema_node.ts";
import { isBoundary } from "./separators.ts";
import { isMark, isWord, textOf } from "./tokens.ts";
import { type Candidate, type Mention, SCORES } from "./values.ts";
import { originAt, vectorAt } from "./vectors.ts";

/** Finds every way to fill a slot at a token. */
export type Matcher = (reading: Reading, at: number) => Candidate[];

export interface Slot {
  name: string;
  /** Whether a thing or a name stands there, so that no article may be left out before it. */
  holdsThing: boolean;
  match: Matcher;
}

/** A text runs to one of the next few places where a clause may end. */
const MAX_TEXT_ENDS = 8;
const MAX_LIST = 50;

/** The slot of one argument; several things may be said where one is required. */
export function slotOf(name: string, node: SchemaNode, required: boolean = false): Slot {
  const fits = fitting(node);
  const match = required && node.slot === "object" ? oneOrSeveral : matcherOf(name, node);
  return {
    name,
    holdsThing: node.slot === "object" || node.items?.slot === "object",
    match: (reading, at) => match(reading, at).filter(({ value }) => value.kind !== "literal" || fits(value.value)),
  };
}

/** What a slot remembers of the values that it was asked for: so many, and none that is longer. */
const MAX_REMEMBERED = 1_000;
const MAX_REMEMBERED_LENGTH = 100;

/** Whether the argument's schema takes a value; asked for each value once. */
function fitting(node: SchemaNode): (value: unknown) => boolean {
  const known = new Map<string, boolean>();
  const defs = node.root["$defs"];
  const schema: JsonSchema = defs === undefined ? node.schema : { ...node.schema, $defs: defs };
  return (value) => {
    const key = JSON.stringify(value);
    const before = known.get(key);
    if (before !== undefined) return before;
    const fits = validateAgainst(schema, value).length === 0;
    if (known.size >= MAX_REMEMBERED) known.clear();
    if (key.length <= MAX_REMEMBERED_LENGTH) known.set(key, fits);
    return fits;
  };
}

function matcherOf(name: string, node: SchemaNode): Matcher {
  if (node.slot === "object") return object(false);
  if (node.slot === "asset") return asset;
  if (node.slot === "color") return color(fitting(node));
  if (node.slot === "text") return text;
  if (node.slot === "name") return newNamesAt;
  if (node.items?.slot === "object") return object(true);
  if (node.items?.slot === "asset" && node.length === undefined) return () => [];
  if (node.choices.length > 0) return choice(indexChoices(node.choices, node.says));
  if (node.branches.length > 0) return any(node.branches.map((branch) => matcherOf(name, described(branch, node))));
  if (node.type === "boolean") return choice(BOOLEANS);
  if (node.type === "number" || node.type === "integer") return number(name, node);
  if (node.type === "array" && node.length !== undefined && node.items !== undefined) {
    return vector(name, node, node.length);
  }
  return node.type === "string" ? namesAt : () => [];
}

/** A branch of a union, with the words that describe the union. */
function described(branch: SchemaNode, union: SchemaNode): SchemaNode {
  return branch.description === undefined ? { ...branch, description: union.description } : branch;
}

const any = (matchers: readonly Matcher[]): Matcher => (reading, at) => matchers.flatMap((match) => match(reading, at));

const choice = (index: ChoiceIndex): Matcher => ({ tokens }, at) =>
  choicesAt(tokens, at, index).map(({ end, value, words }) => ({
    end,
    score: SCORES.choice * (end - at),
    value: { kind: "literal", value, words },
  }));

function number(name: string, node: SchemaNode): Matcher {
  const measure = measureOf(name, node);
  return ({ tokens }, at) => {
    const found = [plainNumberAt(tokens, at), numberWithUnitAt(tokens, at)].filter((one) => one !== undefined);
    return found.map(({ end, value, unit }) => ({
      end,
      score: SCORES.number + (unit === undefined ? 0 : SCORES.unit),
      value: { kind: "literal", value: measure(value, unit) },
    }));
  };
}

function vector(name: string, node: SchemaNode, length: number): Matcher {
  const measure = measureOf(name, node);
  const uniform = /scale|size|factor/i.test(name);
  return ({ tokens }, at) => {
    const candidates: Candidate[] = [];
    const add = (end: number, score: number, value: unknown) =>
      candidates.push({ end, score, value: { kind: "literal", value } });
    const whole = vectorAt(tokens, at, length, measure);
    if (whole !== undefined) add(whole.end, SCORES.number * length, whole.value);
    const origin = originAt(tokens, at);
    if (origin !== undefined) add(origin, SCORES.choice * (origin - at), Array<number>(length).fill(0));
    const single = uniform && whole === undefined ? plainNumberAt(tokens, at) : undefined;
    if (single !== undefined) add(single.end, SCORES.number, Array<number>(length).fill(single.value));
    const there = isWord(tokens[at], "there") || isWord(tokens[at], "here");
    if (there) candidates.push({ end: at + 1, score: SCORES.pronoun, value: { kind: "place" } });
    return candidates;
  };
}

/** The word itself where the schema knows it, else `#rrggbb`, else red, green and blue from 0 to 1. */
const color = (fits: (value: unknown) => boolean): Matcher => ({ tokens }, at) =>
  colorsAt(tokens, at).flatMap(({ end, word, hex, rgb }) => {
    const value = [word, hex, [...rgb], [...rgb, 1]].find(fits);
    return value === undefined
      ? []
      : [{ end, score: SCORES.choice * (end - at), value: { kind: "literal" as const, value, words: [word] } }];
  });

const asset: Matcher = (reading, at) =>
  mentionsAt(reading, at)
    .filter(({ mention }) => mention.form === "pronoun" || mention.form === "definite" || mention.form === "quoted")
    .map(({ end, score, mention }) => ({ end, score, value: { kind: "asset", mention } }));

const text: Matcher = ({ tokens, instruction, separators }, at) => {
  const token = tokens[at];
  if (token === undefined) return [];
  if (token.kind === "quoted") {
    return [{ end: at + 1, score: SCORES.quoted, value: { kind: "literal", value: token.text } }];
  }
  const candidates: Candidate[] = [];
  for (let end = at + 1; end <= tokens.length && candidates.length < MAX_TEXT_ENDS; end++) {
    if (!isBoundary(separators, end)) continue;
    candidates.push({
      end,
      score: SCORES.text * Math.min(end - at, 100),
      value: { kind: "literal", value: textOf(instruction, tokens, at, end) },
    });
  }
  return candidates;
};

const object = (list: boolean): Matcher => (reading, at) => {
  const first: Candidate[] = mentionsAt(reading, at)
    .map(({ end, score, mention }) => ({ end, score, value: { kind: "object", mentions: [mention], list } }));
  return list ? [...first, ...longer(reading, first)] : first;
};

/** One thing, or "the cube and the sphere" in their turn: only of what is surely meant, as a clause may begin after "and". */
const oneOrSeveral: Matcher = (reading, at) => {
  const single = object(false)(reading, at);
  const isSure = ({ form, text }: Mention) => form !== "bare" || reading.known.has(text);
  const several = longer(reading, single)
    .filter(({ value }) => value.kind === "object" && value.mentions.every(isSure))
    .map((found) => ({ ...found, value: { ...found.value, list: false } }));
  return [...single, ...several];
};

/** "Cube, Lamp and the camera": each further item by the best reading of it. */
function longer(reading: Reading, begun: readonly Candidate[]): Candidate[] {
  const lists: Candidate[] = [];
  for (const start of begun) {
    let last = start;
    for (let items = 1; items < MAX_LIST; items++) {
      const comma = isMark(reading.tokens[last.end], ",") ? last.end + 1 : last.end;
      const next = isWord(reading.tokens[comma], "and") ? comma + 1 : comma;
      if (next === last.end || last.value.kind !== "object") break;
      const [best] = mentionsAt(reading, next).toSorted((a, b) => b.score - a.score);
      if (best === undefined) break;
      last = {
        end: best.end,
        score: last.score + best.score,
        value: { kind: "object", mentions: [...last.value.mentions, best.mention], list: true },
      };
      lists.push(last);
    }
  }
  return lists;
}
