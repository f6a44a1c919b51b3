/** Which things an argument can stand for: a light has no focal length, a camera no colour. */
import type { Thing } from "./discourse.ts";
import type { KnownNames, KnownThing } from "./known_names.ts";

export interface Wanted {
  /** The kinds that fit; `undefined` for any. */
  kinds: readonly string[] | undefined;
  /** Every kind that the application tells apart. */
  all: ReadonlySet<string>;
}

/** Whether a thing may be meant: its kind is known from the state, or from the words that it was made with. */
export function fits(thing: Thing, { kinds, all }: Wanted): boolean {
  if (kinds === undefined) return true;
  const own = thing.kinds ?? new Set([...thing.words].filter((word) => all.has(word)));
  return own.size === 0 || kinds.some((kind) => own.has(kind));
}

/** The things in the application that may be meant. */
export function knownOfKind(known: KnownNames | undefined, kinds: readonly string[] | undefined): KnownThing[] {
  return (known?.things ?? []).filter(({ words }) => kinds === undefined || kinds.some((kind) => words.has(kind)));
}

/** The only one, or the active one. */
export function theOne(things: readonly KnownThing[]): KnownThing | undefined {
  const active = things.filter((one) => one.active);
  const [only, second] = things.length === 1 ? things : active;
  return second === undefined ? only : undefined;
}

/** What a noun in the plural may be of one: "boxes" is "box" or "boxe". */
export function singularsOf(noun: string): ReadonlySet<string> {
  const forms = new Set([noun]);
  if (noun.endsWith("s")) forms.add(noun.slice(0, -1));
  if (noun.endsWith("es")) forms.add(noun.slice(0, -2));
  if (noun.endsWith("ies")) forms.add(`${noun.slice(0, -3)}y`);
  return forms;
}
