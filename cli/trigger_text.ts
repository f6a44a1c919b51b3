/** Triggers and their firings, for a person. */
import type { Trigger, TriggerFiring, TriggerRecord } from "@patchbay/contracts";
import { printable } from "./printable.ts";

/** One line: `flash  active  clip_launched of ableton.any → blender.any render_image`. */
export function describeTrigger({ trigger, suspended, nextAt, last }: TriggerRecord): string {
  const state = suspended !== undefined ? "suspended" : trigger.paused ? "paused" : "active";
  const next = nextAt === undefined ? "" : `, next ${time(nextAt)}`;
  const latest = last === undefined ? "" : `, last ${last.outcome.replaceAll("_", " ")} ${time(last.at)}`;
  return `${trigger.id.padEnd(20)}  ${state.padEnd(9)}  ${whenOf(trigger)} → ${thenOf(trigger)}${next}${latest}`;
}

/** One line: when, what came of it, and why. */
export function describeFiring({ at, outcome, reason, runId, problem }: TriggerFiring): string {
  const run = runId === undefined ? "" : `  run ${runId}`;
  const remedy = problem === undefined ? "" : `\n    What to do: ${printable(problem.remedy)}`;
  return `${time(at)}  ${outcome.replaceAll("_", " ").padEnd(17)}  ${printable(reason)}${run}${remedy}`;
}

function whenOf({ when }: Trigger): string {
  if ("at" in when) return `at ${time(when.at)}`;
  if ("cron" in when) return `'${when.cron}' ${when.timezone}`;
  const filters = when.where.length === 0
    ? ""
    : ` (${when.where.length === 1 ? "1 filter" : `${when.where.length} filters`})`;
  return `${when.event} of ${when.app}.${when.bridge}${filters}`;
}

const thenOf = ({ then }: Trigger) =>
  "plan" in then ? `plan ${then.plan}` : `${then.app}.${then.bridge} ${then.command}`;

const time = (at: number) => new Date(at).toISOString().replace("T", " ").replace(/\.\d+Z$/, "Z");
