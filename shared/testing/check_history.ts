/** Whether the design's promises were kept: a pure look at a {@linkcode History}. */
import { AssertionError } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { ErrorCode, Id } from "@patchbay/contracts";
import { describeEntry, type History, type HistoryEntry, type Outcome } from "./history.ts";

export interface CheckHistoryOptions {
  /** So many invocations at least must have succeeded: a system that refuses everything keeps every other promise. */
  minSuccesses: number;
  /** How often an idempotent command may be begun before it may be given up as `OUTCOME_UNKNOWN`. @default 5 */
  maxAttempts?: number;
  /** Whether every effect's command must have been answered: false where the test ends before. @default true */
  complete?: boolean;
}

export interface HistorySummary {
  invocations: number;
  successes: number;
  effects: number;
  unknown: number;
  disturbances: number;
}

/** A promise that was broken, and the entries that show it. */
export interface Offence {
  promise: string;
  entries: readonly HistoryEntry[];
}

type Of<W extends HistoryEntry["what"]> = Extract<HistoryEntry, { what: W }>;

/** Everything that is known of one command. */
interface Story {
  invoked: Of<"invoked">;
  accepted: boolean;
  effects: Of<"effect">[];
  results: Of<"result">[];
  unanswered: Of<"unanswered">[];
  acked: Of<"acked">[];
}

/**
 * Asserts the promises of a history.
 * @throws {AssertionError} with the seed, the offences, their entries, and the faults that there were
 */
export function checkHistory(history: History, options: CheckHistoryOptions): HistorySummary {
  const offences = findOffences(history, options);
  if (offences.length > 0) {
    const shown = offences.slice(0, MAX_SHOWN).map(({ promise, entries }) =>
      [`- ${promise}`, ...entries.map((entry) => `    ${describeEntry(entry)}`)].join("\n")
    );
    const more = offences.length > MAX_SHOWN ? [`… and ${offences.length - MAX_SHOWN} more`] : [];
    const weather = history.faults === undefined ? [] : [history.faults.print()];
    const head = `${offences.length} promise(s) broken; seed ${history.seed}`;
    throw new AssertionError({ message: [head, ...shown, ...more, ...weather].join("\n") });
  }
  return summarize(history);
}

/** The offences alone. */
export function findOffences(history: History, options: CheckHistoryOptions): Offence[] {
  const stories = storiesOf(history);
  const byKey = Map.groupBy(stories, ({ invoked: { key } }) => key);
  const upsets = disturbancesOf(history);
  const { successes } = summarize(history);
  const scarce = successes < options.minSuccesses
    ? [{ promise: `at least ${options.minSuccesses} successes; there were ${successes}`, entries: [] }]
    : [];
  return [
    ...scarce,
    ...unasked(history, stories),
    ...stories.flatMap((story) => [
      ...oneTerminalState(story, options.complete ?? true),
      ...successWithEffect(story, byKey.get(story.invoked.key) ?? []),
      ...effectDenied(story),
      ...unknownForAReason(story, byKey.get(story.invoked.key) ?? [], upsets, options.maxAttempts ?? 5),
      ...acknowledgedAfterResult(story),
    ]),
    ...[...byKey.values()].flatMap((sharing) => [...oneEffect(sharing), ...resultsAgree(sharing)]),
    ...eventsOnce(history),
  ];
}

const MAX_SHOWN = 10;
/** These say that nothing was begun for this message: another one with the same key may go on. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "APP_NOT_CONNECTED",
  "BRIDGE_OFFLINE",
  "BRIDGE_FENCED",
  "BUS_UNAVAILABLE",
  "CODE_DISABLED",
  "CONFLICT",
  "FORBIDDEN",
  "INVALID_ARGUMENTS",
  "INVALID_MESSAGE",
  "INVALID_REQUEST",
  "RATE_LIMITED",
  "SERVICE_UNAVAILABLE",
  "UNAUTHENTICATED",
  "UNKNOWN_COMMAND",
]);
/** Of these, those that promise it outright, whatever `started` says. */
const NEVER_BEGUN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "BRIDGE_OFFLINE",
  "CODE_DISABLED",
  "FORBIDDEN",
  "INVALID_ARGUMENTS",
  "INVALID_REQUEST",
  "UNAUTHENTICATED",
  "UNKNOWN_COMMAND",
]);

function storiesOf(history: History): Story[] {
  const stories = new Map<Id, Story>();
  for (const entry of history.entries) {
    if (entry.what !== "invoked") continue;
    const again = stories.get(entry.commandId);
    if (again !== undefined) continue;
    stories.set(entry.commandId, {
      invoked: entry,
      accepted: false,
      effects: [],
      results: [],
      unanswered: [],
      acked: [],
    });
  }
  for (const entry of history.entries) {
    if (!("commandId" in entry)) continue;
    const story = stories.get(entry.commandId);
    if (story === undefined) continue;
    if (entry.what === "accepted") story.accepted = true;
    if (entry.what === "effect") story.effects.push(entry);
    if (entry.what === "result") story.results.push(entry);
    if (entry.what === "unanswered") story.unanswered.push(entry);
    if (entry.what === "acked") story.acked.push(entry);
  }
  return [...stories.values()];
}

/** What nobody asked for did not happen. */
function unasked({ entries }: History, stories: readonly Story[]): Offence[] {
  const known = new Set(stories.map(({ invoked }) => invoked.commandId));
  return entries.flatMap((entry) =>
    "commandId" in entry && !known.has(entry.commandId)
      ? [{ promise: "nothing happens that nobody asked for", entries: [entry] }]
      : []
  );
}

function oneTerminalState(story: Story, complete: boolean): Offence[] {
  const { invoked, results, effects, accepted } = story;
  const stored = results.filter(({ from }) => from === "stream");
  const offences: Offence[] = [];
  const begun = accepted || invoked.job || effects.length > 0;
  if (complete && begun && results.length === 0) {
    offences.push({ promise: "an accepted command reaches a terminal state", entries: [invoked, ...effects] });
  }
  if (stored.length > 1) {
    offences.push({ promise: "a command has one terminal state, stored once", entries: [invoked, ...stored] });
  }
  const [first, ...rest] = results;
  const other = first === undefined ? [] : rest.filter(({ outcome }) => !sameOutcome(outcome, first.outcome));
  if (first !== undefined && other.length > 0) {
    offences.push({ promise: "everyone is told the same terminal state", entries: [invoked, first, ...other] });
  }
  return offences;
}

function oneEffect(sharing: readonly Story[]): Offence[] {
  const effects = sharing.flatMap((story) => story.effects);
  if (effects.length <= 1 || sharing.some(({ invoked }) => invoked.idempotent)) return [];
  return [{
    promise: "at most one side effect for an idempotency key",
    entries: [...invocations(sharing), ...effects],
  }];
}

function successWithEffect(story: Story, sharing: readonly Story[]): Offence[] {
  if (!story.invoked.effect) return [];
  const effects = sharing.flatMap(({ effects }) => effects);
  return story.results.flatMap((result) => {
    if (!result.outcome.ok || effects.some(({ at }) => at <= result.at)) return [];
    return [{ promise: "no success is reported without its effect", entries: [story.invoked, result, ...effects] }];
  });
}

/** Who says that nothing was begun must be right. */
function effectDenied({ invoked, results, effects }: Story): Offence[] {
  if (effects.length === 0) return [];
  return results.flatMap((result) => {
    const { outcome } = result;
    if (outcome.ok || outcome.started !== false && !NEVER_BEGUN.has(outcome.code)) return [];
    return [{ promise: "what happened is not reported as not begun", entries: [invoked, ...effects, result] }];
  });
}

function unknownForAReason(
  { invoked, results }: Story,
  sharing: readonly Story[],
  upsets: readonly number[],
  maxAttempts: number,
): Offence[] {
  // a repeated command is told what became of the first
  const since = Math.min(...sharing.map(({ invoked }) => invoked.at));
  return results.flatMap((result) => {
    if (result.outcome.ok || result.outcome.code !== "OUTCOME_UNKNOWN") return [];
    const reasons = upsets.filter((at) => at >= since && at <= result.at).length;
    if (invoked.idempotent && reasons < maxAttempts) {
      return [{
        promise: "an idempotent command is begun again instead of OUTCOME_UNKNOWN",
        entries: [invoked, result],
      }];
    }
    if (reasons > 0) return [];
    return [{ promise: "OUTCOME_UNKNOWN only where the outcome could not be known", entries: [invoked, result] }];
  });
}

function acknowledgedAfterResult({ invoked, results, acked }: Story): Offence[] {
  const stored = Math.min(...results.filter(({ from }) => from === "stream").map(({ at }) => at));
  if (acked.length === 0 || stored === Infinity && results.length > 0) return [];
  return acked.filter(({ at }) => at < stored).map((ack) => ({
    promise: "a job is acknowledged after its result is stored",
    entries: [invoked, ack, ...results],
  }));
}

/** What was decided under a key stays decided, whoever asks; a refusal decides nothing. */
function resultsAgree(sharing: readonly Story[]): Offence[] {
  const decided = sharing.flatMap(({ results }) => results).filter(({ outcome }) => isDecided(outcome));
  const [first, ...rest] = decided;
  if (first === undefined) return [];
  const other = rest.filter(({ outcome }) => !sameOutcome(outcome, first.outcome));
  if (other.length === 0) return [];
  return [{ promise: "all results under one key agree", entries: [...invocations(sharing), first, ...other] }];
}

function eventsOnce({ entries }: History): Offence[] {
  const events = entries.filter((entry) => entry.what === "event");
  return [...Map.groupBy(events, ({ id }) => id).values()].filter((same) => same.length > 1)
    .map((same) => ({ promise: "an event is reported once", entries: same }));
}

function isDecided(outcome: Outcome): boolean {
  if (outcome.ok) return true;
  return outcome.started !== false && !outcome.retryable && !REFUSALS.has(outcome.code);
}

function sameOutcome(one: Outcome, other: Outcome): boolean {
  if (one.ok && other.ok) return isDeepStrictEqual(one.value, other.value);
  return !one.ok && !other.ok && one.code === other.code;
}

/** When something happened after which an outcome may be unknown, by `performance.now()`. */
function disturbancesOf({ entries, faults }: History): number[] {
  const noted = entries.filter(({ what }) => what === "disturbed").map(({ at }) => at);
  const struck = (faults?.history ?? []).filter(({ fault }) => !HARMLESS.has(fault)).map(({ at }) => at);
  return [...noted, ...struck];
}

/** Nobody loses an answer by these. */
const HARMLESS: ReadonlySet<string> = new Set([
  "split",
  "coalesce",
  "reply_twice",
  "duplicate",
  "throttle",
  "slow_body",
]);

const invocations = (sharing: readonly Story[]) => sharing.map(({ invoked }) => invoked);

function summarize(history: History): HistorySummary {
  const stories = storiesOf(history);
  const having = (found: (outcome: Outcome) => boolean) =>
    stories.filter(({ results }) => results.some(({ outcome }) => found(outcome))).length;
  return {
    invocations: stories.length,
    successes: having(({ ok }) => ok),
    effects: history.entries.filter(({ what }) => what === "effect").length,
    unknown: having((outcome) => !outcome.ok && outcome.code === "OUTCOME_UNKNOWN"),
    disturbances: disturbancesOf(history).length,
  };
}
