/** Finds out what a mention means. */
import type { Json } from "@patchbay/contracts";
import type { Discourse, Thing } from "./discourse.ts";
import type { KnownNames, KnownThing } from "./known_names.ts";
import { wordsOfName } from "./results.ts";
import type { Mention } from "./values.ts";
import type { CommandEntry } from "./vocabulary.ts";

/** Why a mention means nothing here: shown to the person. */
export interface Unresolved {
  reason: string;
}

export interface Resolving {
  entry: CommandEntry;
  /** The argument that the mention stands for. */
  argument: string;
  discourse: Discourse;
  /** What exists in the application, by its state; `undefined` when its state is not known. */
  known: KnownNames | undefined;
}

const ANY_THING = new Set(["object", "thing", "one", "item"]);
const ANY_FILE = new Set([
  "file",
  "image",
  "picture",
  "render",
  "rendering",
  "result",
  "output",
  "asset",
  "photo",
  "export",
  "it",
]);

/** The things that a mention means: one, or several for "them". */
export function resolveMention(mention: Mention, resolving: Resolving): Thing[] | Unresolved {
  if (mention.form === "plural") return plural(mention, resolving);
  const generic = mention.form === "definite" && mention.words.every((word) => ANY_THING.has(word));
  if (mention.form === "pronoun" || generic) return pronoun(mention, resolving);
  const thing = byName(mention, resolving);
  return "reason" in thing ? thing : [thing];
}

/** The file that a mention means. */
export function resolveFile(mention: Mention, { discourse }: Resolving): Json | Unresolved {
  const noun = mention.words.at(-1) ?? "";
  const called = discourse.files.findLast(({ words }) => words.has(noun));
  const last = mention.form === "pronoun" || ANY_FILE.has(noun) ? discourse.files.at(-1) : undefined;
  const file = mention.form === "quoted" ? undefined : called ?? last;
  return file?.value ?? { reason: `no step before it makes a file that '${mention.text}' could mean` };
}

function pronoun({ text }: Mention, { entry, argument, discourse }: Resolving): Thing[] | Unresolved {
  const things = discourse.things.filter(({ app }) => app === entry.app);
  const focus = discourse.focus?.app === entry.app ? discourse.focus : things.at(-1);
  if (focus === undefined) return { reason: `nothing before it says what '${text}' is` };
  const nouns = new Set([...wordsOfName(entry.command).slice(1), ...wordsOfName(argument)]);
  const isOne = ({ words }: Thing) => [...nouns].some((noun) => words.has(noun));
  return [isOne(focus) ? focus : things.findLast(isOne) ?? focus];
}

function plural({ text }: Mention, { entry, discourse }: Resolving): Thing[] | Unresolved {
  const things = discourse.things.filter(({ app }) => app === entry.app);
  const made = things.filter(({ step }) => step !== undefined);
  const all = made.length > 0 ? made : things;
  return all.length > 0 ? all : { reason: `nothing before it says what '${text}' are` };
}

function byName(mention: Mention, { entry, discourse, known }: Resolving): Thing | Unresolved {
  const things = discourse.things.filter(({ app }) => app === entry.app);
  const name = normal(mention.text);
  const given = things.findLast(({ names }) => names.some((one) => normal(one) === name));
  if (given !== undefined) return given;
  const exact = known?.things.find((one) => one.name === mention.text);
  if (exact !== undefined) return fromState(entry, exact);
  const quoted = mention.form === "quoted";
  const described = quoted ? undefined : things.findLast(({ words }) => mention.words.every((word) => words.has(word)));
  if (described !== undefined) return described;
  const spelled = known?.things.find((one) => normal(one.name) === name);
  if (spelled !== undefined) return fromState(entry, spelled);
  if (quoted) return literal(entry, mention.text);
  const ofKind =
    known?.things.filter(({ words, active }) =>
      mention.words.every((word) => words.has(word) || (word === "active" && active))
    ) ?? [];
  if (ofKind.length > 0) return theOne(mention, entry, ofKind);
  if (mention.form === "bare" && (known === undefined || looksLikeName(mention.text))) {
    return literal(entry, mention.text);
  }
  return { reason: `there is nothing called '${mention.text}'${available(known)}` };
}

/** The only one of its kind, or the active one. */
function theOne(mention: Mention, entry: CommandEntry, ofKind: readonly KnownThing[]): Thing | Unresolved {
  const active = ofKind.filter((one) => one.active);
  const [only, second] = ofKind.length === 1 ? ofKind : active;
  if (only !== undefined && second === undefined) return fromState(entry, only);
  return { reason: `'${mention.text}' could be ${list(ofKind)}` };
}

function fromState({ app }: CommandEntry, { name, words }: KnownThing): Thing {
  return { app, value: name, names: [name], words };
}

function literal({ app }: CommandEntry, name: string): Thing {
  return { app, value: name, names: [name], words: new Set() };
}

/** A word with a capital, a digit or a dot is meant as a name; a plain noun is not. */
function looksLikeName(text: string): boolean {
  return text.split(/\s+/).every((word) => /[\p{Lu}\p{N}._]/u.test(word));
}

function available(known: KnownNames | undefined): string {
  return known === undefined || known.things.length === 0 ? "" : `; there is ${list(known.things)}`;
}

function list(things: readonly KnownThing[]): string {
  const names = things.slice(0, 5).map(({ name }) => `'${name.slice(0, 40)}'`).join(", ");
  return things.length > 5 ? `${names} and ${things.length - 5} more` : names;
}

function normal(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
