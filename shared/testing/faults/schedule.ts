/** Bad weather that comes and goes by itself: seeded rules, each with its times. */
import type { FaultRuleInput } from "./fault_plan.ts";
import { seededRandom } from "./random.ts";

export interface ScheduleOptions {
  seed: number;
  /** After this all is well again, in milliseconds. */
  durationMs: number;
  /** What may go wrong; one at a time. */
  faults: readonly FaultRuleInput[];
  /** Between two faults, on average, in milliseconds. */
  everyMs: number;
  /** How long each lasts, on average, in milliseconds. */
  lastingMs: number;
}

/**
 * The rules of a seeded schedule, for a plan.
 * @example `new Faults({ seed, rules: faultSchedule({ seed, durationMs: 5_000, faults: [{ fault: "partition" }], everyMs: 500, lastingMs: 200 }) })`
 */
export function faultSchedule({ seed, durationMs, faults, everyMs, lastingMs }: ScheduleOptions): FaultRuleInput[] {
  const random = seededRandom(seed).fork("schedule");
  const around = (averageMs: number) => averageMs * (0.5 + random.next());
  const rules: FaultRuleInput[] = [];
  for (let fromMs = around(everyMs); fromMs < durationMs;) {
    const untilMs = Math.min(durationMs, fromMs + around(lastingMs));
    rules.push({ ...random.pick(faults), fromMs, untilMs });
    fromMs = untilMs + around(everyMs);
  }
  return rules;
}
