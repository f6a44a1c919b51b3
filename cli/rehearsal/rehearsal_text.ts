/** A rehearsal as a person reads it in a terminal: of each step what it would change, what it risks, and how it is taken back. */
import type { ObjectChange, Rehearsal, RehearsedStep } from "@patchbay/contracts";
import { describeArgument } from "../plan_text.ts";
import { printable } from "../printable.ts";

/** More changes of a step, and more members of a change, are counted. */
const MAX_CHANGES = 12;
const MAX_MEMBERS = 4;

const MARKS = { succeeded: "✓", failed: "✗", skipped: "-", unrehearsed: "?" } as const;
const UNDO = {
  app: "undone by the application",
  inverse: "undone by another command",
  none: "cannot be undone",
  unnecessary: "changes nothing",
} as const;
const FROM = { measured: "as measured", simulated: "in the simulator", manifest: "at most" } as const;

/** @example `describeRehearsal(rehearsal) // "Rehearsed in 0.4 s on blender.ws-07, revision 41\n  ✓ s1 create_object …"` */
export function describeRehearsal(rehearsal: Rehearsal): string {
  const { stages, steps, moreSteps = 0, tookMs, expectedMs, ok } = rehearsal;
  const where = stages.map(({ app, bridge, revision }) =>
    `${app}${bridge === undefined ? "" : `.${bridge}`}${revision === undefined ? "" : ` (revision ${revision})`}`
  );
  const lines = [
    `Rehearsed in ${seconds(tookMs)} on ${where.join(", ")}`,
    ...stages.flatMap(({ notes }) => notes.map((note) => `  ! ${note}`)),
    ...steps.flatMap(describeStep),
    ...(moreSteps === 0 ? [] : [`  … and ${moreSteps} more steps`]),
    `${ok ? "It would go well" : "It would not go well"}; a run should take ${
      seconds(expectedMs)
    }. Nothing was changed.`,
  ];
  return printable(lines.join("\n"));
}

function describeStep(step: RehearsedStep): string[] {
  const { stepId, app, command, status, risk, undo, durationMs, durationFrom, changes, moreChanges } = step;
  const title = `  ${MARKS[status]} ${stepId} ${app}.${command}`;
  if (status === "skipped") return [`${title}  skipped: ${step.reason ?? ""}`];
  const rounds = step.rounds === undefined ? "" : `${step.rounds} rounds, `;
  const facts = `${rounds}${risk} risk, ${UNDO[undo]}, ${Math.round(durationMs)} ms ${FROM[durationFrom]}`;
  const { problem, reason } = step;
  const hidden = Math.max(0, changes.length - MAX_CHANGES) + moreChanges;
  return [
    `${title}  ${facts}`,
    ...(status === "unrehearsed" ? [`      not rehearsed: ${reason ?? ""}`] : []),
    ...(problem === undefined
      ? []
      : [`      ${problem.code}: ${problem.detail}`, `      What to do: ${problem.remedy}`]),
    ...changes.slice(0, MAX_CHANGES).map((change) => `      ${describeChange(change)}`),
    ...(hidden > 0 ? [`      … and ${hidden} more`] : []),
  ];
}

function describeChange({ kind, object, before, after }: ObjectChange): string {
  if (kind !== "changed") return `${kind === "added" ? "+" : "-"} ${object}`;
  if (!isRecord(before) || !isRecord(after)) return `~ ${object}: ${from(before, after)}`;
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const members = keys.slice(0, MAX_MEMBERS).map((key) => `${key} ${from(before[key], after[key])}`);
  const more = keys.length > MAX_MEMBERS ? `, and ${keys.length - MAX_MEMBERS} more` : "";
  return `~ ${object}: ${members.join(", ")}${more}`;
}

const from = (before: unknown, after: unknown) => `${text(before)} -> ${text(after)}`;
const text = (value: unknown) => value === undefined ? "nothing" : describeArgument(value);
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
