/** When a trigger with a schedule is due. Cron in a time zone, over the days on which its clocks are put forward or back. */
import { Cron } from "croner";
import type { Trigger } from "./triggers.ts";

/** When a trigger fires. */
export type TriggerTime = Trigger["when"];
/** A time, or many. */
export type TriggerSchedule = Extract<TriggerTime, { at: number } | { cron: string }>;

/** Whether it is time that makes it fire, and not an event. */
export const isSchedule = (when: TriggerTime): when is TriggerSchedule => "at" in when || "cron" in when;

/**
 * Five fields, or six with seconds first. A time that the clocks leave out is due right after the gap; one that comes twice
 * is due the first time, where seconds, minutes and hours have one value each, and both times where they have more.
 */
const reader = ({ cron, timezone }: Extract<TriggerSchedule, { cron: string }>): Cron =>
  new Cron(cron, { timezone, mode: "5-or-6-parts", paused: true });

/** Why a schedule cannot be followed, and in which field. */
export function scheduleFault(schedule: TriggerSchedule): { field: "cron" | "timezone"; message: string } | undefined {
  if ("at" in schedule) return undefined;
  if (!isTimezone(schedule.timezone)) return { field: "timezone", message: "is no IANA time zone, like Europe/Berlin" };
  try {
    if (reader(schedule).nextRun() !== null) return undefined;
    return { field: "cron", message: "is never due" };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { field: "cron", message: `cannot be read: ${why.replace(/^CronPattern: /, "").slice(0, 300)}` };
  }
}

/** The first time after `after` when it is due, in milliseconds since 1970; `undefined` for none. */
export function nextDue(schedule: TriggerSchedule, after: number): number | undefined {
  if ("at" in schedule) return schedule.at > after ? schedule.at : undefined;
  return reader(schedule).nextRun(new Date(after))?.getTime();
}

/** Times that have come. */
export interface DueTimes {
  /** The last one, in milliseconds since 1970. */
  last: number;
  /** The first one, and how many came before the last; counted no further than {@linkcode MAX_COUNTED}. */
  first: number;
  before: number;
}

/** More are not counted. */
export const MAX_COUNTED = 1_000;

/** When it was due after `after`, until `until`; `undefined` for never. */
export function dueBetween(schedule: TriggerSchedule, after: number, until: number): DueTimes | undefined {
  const first = nextDue(schedule, after);
  if (first === undefined || first > until) return undefined;
  if ("at" in schedule) return { first, last: first, before: 0 };
  const cron = reader(schedule);
  let last = first;
  let before = 0;
  for (;;) {
    const next = cron.nextRun(new Date(last))?.getTime();
    if (next === undefined || next > until) return { first, last, before };
    last = next;
    if (++before === MAX_COUNTED) return { first, last: latest(cron, until) ?? last, before };
  }
}

const latest = (cron: Cron, until: number) => cron.previousRuns(1, new Date(until + 1)).at(0)?.getTime();

function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
