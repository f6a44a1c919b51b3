/** Finds out what a mention means. */
import type { AppName, Json } from "@patchbay/contracts";
import type { Discourse, Thing } from "./discourse.ts";
import { fits, knownOfKind, singularsOf, theOne, type Wanted } from "./kinds.ts";
import type { KnownNames, KnownThing } from "./known_names.ts";
import { wordsOfName } from "./results.ts";
import type { Mention } from "./values.ts";
import type { CommandEntry } from "./vocabulary.ts";

/** Why a mention means nothing here: shown to the person. */
export interface Unresolved {
  reason: string;
  /** The applications of which the person has to name one. */
  apps?: readonly AppName[];
}

export interface Resolving {
  entry: CommandEntry;
  /** The argument that the mention stands for. */
  argument: string;
  discourse: Discourse;
  /** What exists in the application, by its state; `undefined` when its state is not known. */
  known: KnownNames | undefined;
  wanted: Wanted;
}

/** More steps than this are no instruction but a job for a command that takes many things at once. */
const MAX_ALL = 200;

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
  if (mention.form === "all") return all(mention, mention.words, resolving);
  const generic = mention.form === "definite" && mention.words.every((word) => ANY_THING.has(word));
  if (mention.form === "pronoun" || generic) return pronoun(mention, resolving);
  const thing = byName(mention, resolving);
  if ("reason" in thing) return severalOfThem(mention, resolving) ?? thing;
  if (fits(thing, resolving.wanted)) return [thing];
  return { reason: `'${mention.text}' is no ${resolving.wanted.kinds?.join(" or ")}` };
}

/** "the lights", where nothing is called so. */
function severalOfThem(mention: Mention, resolving: Resolving): Thing[] | undefined {
  const [noun = "", ...more] = mention.words;
  if (mention.form !== "definite" || more.length > 0 || !noun.endsWith("s")) return undefined;
  const things = all(mention, mention.words, resolving);
  return "reason" in things || things.length < 2 ? undefined : things;
}

/** All that are called so or are of that kind; with no words, all that fit: those in the application, and those made before. */
function all({ text }: Mention, words: readonly string[], resolving: Resolving): Thing[] | Unresolved {
  const { entry, discourse, known, wanted } = resolving;
  const nouns = words.map((word) => withSynonyms(singularsOf(word), entry.synonyms));
  const isOne = (own: ReadonlySet<string>) => nouns.every((forms) => [...forms].some((form) => own.has(form)));
  const there = knownOfKind(known, wanted.kinds)
    .filter((one) => isOne(new Set([...one.words, ...one.nameWords])))
    .map((one) => fromState(entry, one));
  const made = discourse.things
    .filter((thing) =>
      thing.app === entry.app && thing.step !== undefined && fits(thing, wanted) && isOne(thing.words)
    );
  const things = [...there, ...made];
  if (things.length > MAX_ALL) return { reason: `'${text}' are ${things.length}, too many for steps of their own` };
  return things.length > 0 ? things : { reason: `there is nothing that '${text}' could mean${available(known)}` };
}

/** The file that a mention means. */
export function resolveFile(mention: Mention, { discourse }: Resolving): Json | Unresolved {
  const noun = mention.words.at(-1) ?? "";
  const called = discourse.files.findLast(({ words }) => words.has(noun));
  const last = mention.form === "pronoun" || ANY_FILE.has(noun) ? discourse.files.at(-1) : undefined;
  const file = mention.form === "quoted" ? undefined : called ?? last;
  return file?.value ?? { reason: `no step before it makes a file that '${mention.text}' could mean` };
}

function pronoun({ text }: Mention, resolving: Resolving): Thing[] | Unresolved {
  const { entry, argument, discourse, wanted } = resolving;
  const things = discourse.things.filter((thing) => thing.app === entry.app && fits(thing, wanted));
  const spokenOf = discourse.focus?.app === entry.app && fits(discourse.focus, wanted) ? discourse.focus : undefined;
  const focus = spokenOf ?? things.at(-1);
  if (focus === undefined) return onlyOne(resolving) ?? { reason: `nothing before it says what '${text}' is` };
  const nouns = [...wordsOfName(entry.command).slice(1), ...wordsOfName(argument)].filter((noun) =>
    !ANY_THING.has(noun)
  );
  const isOne = ({ words }: Thing) => nouns.some((noun) => words.has(noun));
  return [isOne(focus) ? focus : things.findLast(isOne) ?? focus];
}

/** What "it" is when nothing was said before: the only thing of its kind that there is, or the active one. */
function onlyOne({ entry, known, wanted: { kinds } }: Resolving): Thing[] | Unresolved | undefined {
  const candidates = kinds === undefined ? [] : knownOfKind(known, kinds);
  const one = theOne(candidates);
  if (one !== undefined) return [fromState(entry, one)];
  return candidates.length === 0 ? undefined : { reason: `it does not say which: there is ${list(candidates)}` };
}

function plural({ text }: Mention, { entry, discourse, wanted }: Resolving): Thing[] | Unresolved {
  const things = discourse.things.filter((thing) => thing.app === entry.app && fits(thing, wanted));
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
  if (ofKind.length > 0) return oneOf(mention, entry, ofKind);
  const partly = mention.form === "definite" ? partlyNamed(mention, entry, known) : [];
  if (partly.length > 0) return oneOf(mention, entry, partly);
  if (mention.form === "bare" && (known === undefined || looksLikeName(mention.text))) {
    return literal(entry, mention.text);
  }
  return { reason: `there is nothing called '${mention.text}'${available(known)}` };
}

function withSynonyms(forms: ReadonlySet<string>, synonyms: ReadonlyMap<string, string>): ReadonlySet<string> {
  return new Set([...forms, ...[...forms].flatMap((form) => synonyms.get(form) ?? [])]);
}

/** "the hat" is `Bob's Hat`, "the sun light" a light called `Sun`, "the ball" a `Sphere`. */
function partlyNamed({ words }: Mention, { synonyms }: CommandEntry, known: KnownNames | undefined): KnownThing[] {
  const isOne = (word: string, { nameWords, words }: KnownThing) => nameWords.has(word) || words.has(word);
  return known?.things.filter((one) =>
    words.every((word) => isOne(word, one) || isOne(synonyms.get(word) ?? word, one))
  ) ?? [];
}

function oneOf(mention: Mention, entry: CommandEntry, things: readonly KnownThing[]): Thing | Unresolved {
  const one = theOne(things);
  return one === undefined ? { reason: `'${mention.text}' could be ${list(things)}` } : fromState(entry, one);
}

function fromState({ app }: CommandEntry, { name, words }: KnownThing): Thing {
  return { app, value: name, names: [name], words, kinds: words };
}

function literal({ app }: CommandEntry, name: string): Thing {
  return { app, value: name, names: [name], words: new Set(), guessed: true };
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
