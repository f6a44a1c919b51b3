/** An instruction in words becomes the steps of a plan, or a list of the clauses that were not understood. */
import type { AppName, BridgeId, Presence, Step } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import { bestBridge } from "../bridge_choice.ts";
import type { World } from "../provider.ts";
import { addressesOf } from "./addresses.ts";
import { type Clause, divide, type Option } from "./clauses.ts";
import { type Discourse, NOTHING_SAID } from "./discourse.ts";
import { type KnownNames, knownNames } from "./known_names.ts";
import type { Budget } from "./match.ts";
import type { Reading } from "./mentions.ts";
import { MAX_CLAUSES, notUnderstood, type UnclearClause } from "./not_understood.ts";
import type { Unresolved } from "./references.ts";
import { findSeparators } from "./separators.ts";
import { stepsOf, type Understood } from "./steps.ts";
import { MAX_SUGGESTIONS, oneEach, suggestionsFor } from "./suggestions.ts";
import { textOf, tokenize } from "./tokens.ts";
import { compileVocabulary } from "./vocabulary.ts";

const log = logger(["llm-planner", "phrasebook"]);

/** Enough for twenty thousand characters that say something; what needs more is told to be too much. */
const BUDGET = 5_000_000;

/**
 * The steps that an instruction asks for, in its order.
 * @throws `PatchbayError` `NOT_UNDERSTOOD`, with `context.clauses` saying what and where
 */
export function interpret(instruction: string, world: World): Step[] {
  const vocabulary = compileVocabulary(world.manifests);
  const names = (states: World["states"]) =>
    knownNames(states.map(({ app, state }) => ({ state, schema: schemaOf(world, app) })));
  const tokens = tokenize(instruction);
  const reading: Reading = { instruction, tokens, separators: findSeparators(tokens), known: names(world.states) };
  const budget: Budget = { left: BUDGET };
  const addresses = addressesOf(world.manifests, world.presence);
  const clauses = divide({ vocabulary, addresses, reading, budget });
  const unclear = (clause: Clause, why?: Unresolved): UnclearClause => {
    const text = textOf(instruction, tokens, clause.start, clause.end);
    const position = tokens[clause.start]?.start ?? 0;
    if (why?.apps !== undefined) {
      const suggestions = why.apps.slice(0, MAX_SUGGESTIONS).map((app) => `in ${app}, ${text}`);
      return { clause: text, position, reason: why.reason, suggestions };
    }
    const { phrases, near } = clause.options.length > 0
      ? { phrases: oneEach(clause.options.map(({ match }) => match.phrase)), near: true }
      : suggestionsFor(vocabulary, tokens.slice(clause.start, clause.end));
    return {
      clause: text,
      position,
      ...(why === undefined ? {} : { reason: why.reason }),
      suggestions: phrases,
      examples: !near,
    };
  };
  const refuse = (reason: string): UnclearClause[] => [
    { clause: instruction, position: 0, reason, suggestions: suggestionsFor(vocabulary, []).phrases },
  ];
  for (const refused of vocabulary.refused) log.warn("{refused}", { refused });
  if (vocabulary.phrases.length === 0) {
    throw notUnderstood(refuse("no application has told what it can do; start a bridge"));
  }
  if (clauses.length === 0) throw notUnderstood(refuse("it holds no words"));
  if (budget.left < 0) throw notUnderstood(refuse("it is too long to be understood at once"));
  const dark = clauses.filter(({ options }) => options.length === 0).slice(0, MAX_CLAUSES + 1);
  if (dark.length > 0) throw notUnderstood(dark.map((clause) => unclear(clause)));
  return assemble(clauses, reading, world, names, unclear);
}

function assemble(
  clauses: readonly Clause[],
  reading: Reading,
  world: World,
  names: (states: World["states"]) => KnownNames,
  unclear: (clause: Clause, why: Unresolved) => UnclearClause,
): Step[] {
  const steps: Step[] = [];
  const knownOf = new Map<string, KnownNames | undefined>();
  const known = (app: AppName, bridge: BridgeId | undefined) => {
    const key = `${app} ${bridge ?? ""}`;
    const states = world.states.filter((one) => one.app === app && one.bridge === bridge);
    if (!knownOf.has(key)) knownOf.set(key, states.length === 0 ? undefined : names(states));
    return knownOf.get(key);
  };
  let discourse = NOTHING_SAID;
  let lastClause = 0;
  for (const clause of clauses) {
    const read = (option: Option) => {
      const { app } = option.match.phrase.entry;
      const bridge = bridgeFor(option, discourse, world.presence);
      const waitsFrom = clause.then ? lastClause : steps.length;
      return stepsOf(option, {
        discourse,
        bridge,
        known: known(app, bridge),
        tokens: reading.tokens,
        steps,
        waitsFrom,
      });
    };
    const understood = choose(clause, discourse, world, read);
    if ("reason" in understood) throw notUnderstood([unclear(clause, understood)]);
    lastClause = steps.length;
    steps.push(...understood.steps);
    discourse = understood.discourse;
  }
  return steps;
}

/** The best reading that can be carried out: by who is here, then by how much the phrase says, then by who was spoken to last. */
function choose(
  clause: Clause,
  discourse: Discourse,
  { presence }: World,
  read: (option: Option) => Understood | Unresolved,
): Understood | Unresolved {
  const here = new Set(presence.map(({ app }) => app));
  const rank = (option: Option) => {
    const { app } = option.match.phrase.entry;
    return (here.has(app) ? HERE : 0) + option.score + (discourse.lastApp === app ? 0.01 : 0);
  };
  const options = clause.options.filter(addressedTo).toSorted((a, b) => rank(b) - rank(a));
  let first: Unresolved | undefined;
  let strained: Understood | undefined;
  let guessed: Choice | undefined;
  for (const option of options) {
    if (guessed !== undefined && appOf(guessed.option) === appOf(option)) continue;
    const understood = read(option);
    if ("reason" in understood) {
      first ??= understood;
      continue;
    }
    if (understood.strained) {
      // what cannot be told apart is not replaced by what happens to be the only one of another kind
      if (first === undefined) strained ??= understood;
      continue;
    }
    const chosen = { option, understood };
    // "turn down Bass" is for the application that has a Bass
    if (understood.known === false) guessed ??= chosen;
    else if (guessed === undefined || understood.known === true) return unlessRivalled(chosen, options, rank, read);
  }
  if (guessed !== undefined) return unlessRivalled(guessed, options, rank, read);
  return strained ?? first ?? { reason: "the application that it names does not do this" };
}

/** More than any phrase can score. */
const HERE = 10_000;
const isHere = (rank: number) => rank >= HERE / 2;

interface Choice {
  option: Option;
  understood: Understood;
}

/** Refused where another application does it as well, and knows as much of what is spoken of. */
function unlessRivalled(
  { option, understood }: Choice,
  options: readonly Option[],
  rank: (option: Option) => number,
  read: (option: Option) => Understood | Unresolved,
): Understood | Unresolved {
  const isRival = (other: Option) => {
    if (appOf(other) === appOf(option)) return false;
    // "delete everything" does not destroy the work of one application because its phrase is the longer one
    const close = isSweeping(option) ? isHere(rank(other)) === isHere(rank(option)) : rank(other) === rank(option);
    if (!close) return false;
    const reading = read(other);
    return !("reason" in reading) && (understood.known !== true || reading.known !== false);
  };
  const rivals = new Set(options.filter(isRival).map(appOf));
  if (rivals.size === 0) return understood;
  const apps = [appOf(option), ...rivals];
  return {
    reason: `${listed(apps.map((app) => `'${app}'`), "and")} ${apps.length === 2 ? "both" : "all"} do this; say ${
      listed(apps.map((app) => `'in ${app}'`), "or")
    }`,
    apps,
  };
}

/** Destroys something, and nobody has said what. */
function isSweeping({ match: { phrase, values } }: Option): boolean {
  return phrase.entry.document.effect === "destructive" && values.size === 0;
}

function listed(words: readonly string[], conjunction: string): string {
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}

function addressedTo(option: Option): boolean {
  return option.address === undefined || option.address.apps.has(appOf(option));
}

function appOf(option: Option): AppName {
  return option.match.phrase.entry.app;
}

/** The bridge that the clause names, else the one that the plan uses already, else the best that is here. */
function bridgeFor(option: Option, discourse: Discourse, presence: readonly Presence[]): BridgeId | undefined {
  const app = appOf(option);
  return option.address?.bridge ?? discourse.bridges.get(app) ?? bestBridge(app, presence);
}

function schemaOf({ manifests }: World, app: AppName): Record<string, unknown> {
  return manifests.find((manifest) => manifest.app === app)?.state ?? {};
}
