/** Turns a clause that was understood into steps, and notes what it spoke of. */
import { type AppName, type BridgeId, dependenciesOf, type Json, type Step } from "@patchbay/contracts";
import type { Option } from "./clauses.ts";
import { type Discourse, isSame, mention, type Thing } from "./discourse.ts";
import type { KnownNames } from "./known_names.ts";
import { resolveFile, resolveMention, type Resolving, type Unresolved } from "./references.ts";
import { fileReferences, placeReference, thingReference, wordsOfName } from "./results.ts";
import type { Token } from "./tokens.ts";
import { IT, type Mention, type Value } from "./values.ts";

export interface StepContext {
  discourse: Discourse;
  bridge: BridgeId | undefined;
  known: KnownNames | undefined;
  tokens: readonly Token[];
  /** The steps so far. */
  steps: readonly Step[];
  /** The first step that "then" makes this one wait for: all from there on; none when it is `steps.length`. */
  waitsFrom: number;
}

export interface Understood {
  /** Whether "it" had to be something else than what was spoken of last, or nothing was spoken of. */
  strained: boolean;
  /** Whether what it speaks of is there; `undefined` when it speaks of nothing. */
  known: boolean | undefined;
  steps: Step[];
  discourse: Discourse;
}

/** Commands that begin so make a thing of their own, even when they are given another: `duplicate_object`. */
const MAKING = new Set(["create", "add", "make", "new", "duplicate", "copy", "clone", "instance", "split", "separate"]);

interface Spoken {
  /** What stands for the argument that the command is mostly about. */
  direct: Thing[];
  /** What a pronoun stood for elsewhere: it stays what is spoken of. */
  continued: Thing | undefined;
  things: Thing[];
  strained: boolean;
}

/** The steps of one reading of a clause: one, or one for each of "them". */
export function stepsOf(option: Option, context: StepContext): Understood | Unresolved {
  const { entry, implied } = option.match.phrase;
  const args: Record<string, unknown> = { ...implied };
  const spoken: Spoken = { direct: [], continued: undefined, things: [], strained: false };
  let several: { name: string; things: Thing[] } | undefined;
  const missingThing = leftOut(option);
  if (missingThing !== undefined) {
    const bound = bind(IT, resolvingOf(option, missingThing, context), spoken);
    if ("reason" in bound) return bound;
    if (bound.several === undefined) args[missingThing] = bound.value;
    // nobody said "it": the only thing that it can be about is no strange reading
    spoken.strained = false;
  }
  for (const [name, value] of option.match.values) {
    const bound = bind(value, resolvingOf(option, name, context), spoken);
    if ("reason" in bound) return bound;
    if (bound.several === undefined) args[name] = bound.value;
    else if (several === undefined) several = { name, things: bound.several };
    else return { reason: "it speaks of several things twice" };
  }
  const missing = [...entry.required].find((name) => !Object.hasOwn(args, name) && name !== several?.name);
  if (missing !== undefined) return { reason: `it does not say the '${missing}'` };
  const eachArgs = several === undefined
    ? [args]
    : several.things.map(({ value }) => ({ ...args, [several.name]: value }));
  const steps: Step[] = [];
  let discourse = context.discourse;
  for (const [i, own] of eachArgs.entries()) {
    const step = makeStep(option, own, { ...context, steps: [...context.steps, ...steps] });
    steps.push(step);
    const direct = several === undefined ? spoken.direct : several.things.slice(i, i + 1);
    discourse = note(option, step, { ...spoken, direct }, discourse, context.tokens);
  }
  const known = spoken.things.length === 0 ? undefined : !spoken.things.some(({ guessed }) => guessed === true);
  return { steps, discourse, strained: spoken.strained, known };
}

function resolvingOf(option: Option, argument: string, { discourse, known, tokens }: StepContext): Resolving {
  const { entry, about } = option.match.phrase;
  const own = argument === directArgument(entry) ? about : undefined;
  const kinds = own ?? entry.properties.get(argument)?.kinds;
  // in "put a ball on it, a box beside it" the second is the ball: whoever leaves out the verb goes on from what was made
  const goesOn = tokens[option.match.start]?.lower !== option.verb && discourse.made?.command === entry.command;
  const focus = goesOn ? discourse.made : discourse.focus;
  return { entry, argument, discourse: { ...discourse, focus }, known, wanted: { kinds, all: entry.kinds } };
}

/** "set the focal length to 85": the argument that it must be about, which is what was spoken of, or the only one. */
function leftOut({ match: { phrase, values } }: Option): string | undefined {
  const name = directArgument(phrase.entry);
  return name === undefined || values.has(name) || Object.hasOwn(phrase.implied, name) ? undefined : name;
}

type Bound = { value: unknown; several?: undefined } | { several: Thing[] };

function bind(value: Value, resolving: Resolving, spoken: Spoken): Bound | Unresolved {
  if (value.kind === "literal") return { value: value.value };
  if (value.kind === "asset") {
    const file = resolveFile(value.mention, resolving);
    return typeof file === "object" && file !== null && "reason" in file
      ? { reason: String(file["reason"]) }
      : { value: file };
  }
  if (value.kind === "place") return place(resolving);
  const things: Thing[] = [];
  for (const one of value.mentions) {
    const resolved = resolveMention(one, resolving);
    if ("reason" in resolved) return resolved;
    things.push(...resolved);
    speak(one, resolved, resolving, spoken);
    const { focus } = resolving.discourse;
    const same = focus !== undefined && resolved.some((thing) => isSame(thing, focus));
    spoken.strained ||= one.form === "pronoun" && !same;
  }
  if (value.list) return { value: things.map((thing) => thing.value) };
  return things.length === 1 ? { value: things[0]?.value } : { several: things };
}

function speak(one: Mention, resolved: readonly Thing[], { entry, argument }: Resolving, spoken: Spoken): void {
  spoken.things.push(...resolved);
  if (argument === directArgument(entry)) spoken.direct.push(...resolved);
  else if (one.form === "pronoun") spoken.continued ??= resolved[0];
}

/** The argument that a command is mostly about: the first object that it requires. */
function directArgument({ properties, required }: Resolving["entry"]): string | undefined {
  for (const [name, node] of properties) {
    if (required.has(name) && (node.slot === "object" || node.items?.slot === "object")) return name;
  }
  return undefined;
}

function place({ entry, argument, discourse }: Resolving): Bound | Unresolved {
  const before = discourse.places.get(argument);
  if (before !== undefined) return { value: before };
  const { focus } = discourse;
  const reference = focus?.step === undefined ? undefined : placeReference(entry.document.result, argument, focus.step);
  return reference === undefined ? { reason: "nothing before it says where 'there' is" } : { value: reference };
}

function makeStep(option: Option, args: Record<string, unknown>, context: StepContext): Step {
  const { entry } = option.match.phrase;
  const references = dependenciesOf({ args, dependsOn: [] });
  const previous = context.steps.findLast((step) => step.app === entry.app);
  const waits = [...context.steps.slice(context.waitsFrom), ...previous === undefined ? [] : [previous]];
  return {
    id: `s${context.steps.length + 1}`,
    app: entry.app,
    ...(context.bridge === undefined ? {} : { bridge: context.bridge }),
    command: entry.command,
    args,
    dependsOn: [...new Set(waits.map(({ id }) => id))].filter((id) => !references.has(id)),
    onError: "stop",
  };
}

/** The discourse after a step. */
function note(
  option: Option,
  step: Step,
  spoken: Spoken,
  before: Discourse,
  tokens: readonly Token[],
): Discourse {
  const { entry } = option.match.phrase;
  let things = before.things;
  for (const thing of spoken.things) things = mention(things, thing);
  const made = madeThing(option, step, spoken, tokens);
  if (made !== undefined) things = mention(things, made);
  const focus = spoken.continued ?? made ?? spoken.direct.at(-1) ?? spoken.things.at(-1) ??
    before.focus;
  const bridges: Map<AppName, BridgeId> = new Map(before.bridges);
  if (step.bridge !== undefined) bridges.set(entry.app, step.bridge);
  return {
    things,
    focus,
    made: made ?? before.made,
    files: [...before.files, ...fileReferences(entry, step.id)],
    places: new Map([...before.places, ...placesOf(option, step)]),
    bridges,
    lastApp: entry.app,
  };
}

function madeThing(option: Option, step: Step, { direct }: Spoken, tokens: readonly Token[]): Thing | undefined {
  const { match } = option;
  const { entry } = match.phrase;
  const value: Json | undefined = thingReference(entry, step.id);
  const name = [...entry.properties].find(([key, node]) => node.slot === "name" && key === "name")?.[0];
  const given = name === undefined ? undefined : step.args[name];
  const [verb = ""] = wordsOfName(entry.command);
  const makes = direct.length === 0 || MAKING.has(verb) || given !== undefined;
  if (value === undefined || !makes) return undefined;
  const said = tokens.slice(match.start, match.end).map(({ lower }) => lower);
  const words = new Set([
    ...wordsOfName(entry.command).slice(1),
    ...direct.flatMap((thing) => [...thing.words]),
    ...said.filter((word) => match.phrase.words.has(word)),
    ...[...match.values.values()].flatMap((value) => value.kind === "literal" ? value.words ?? [] : []),
    ...Object.values(match.phrase.implied).filter((implied) => typeof implied === "string"),
  ]);
  return {
    app: entry.app,
    value,
    words,
    names: typeof given === "string" ? [given] : [],
    step: step.id,
    command: entry.command,
  };
}

function placesOf(option: Option, step: Step): [string, unknown][] {
  return [...option.match.values.keys()]
    .filter((name) => option.match.phrase.entry.properties.get(name)?.type === "array")
    .map((name) => [name, step.args[name]]);
}
