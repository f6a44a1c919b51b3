/** Runs for a person: a line each, or one with its steps. */
import { type Run, type RunSummary, type Step, type StepRun, TakenBack } from "@patchbay/contracts";
import { describeValue } from "./plan_text.ts";
import { printable } from "./printable.ts";

/** Longer titles are cut, in characters. */
const MAX_TITLE_LENGTH = 60;

const MARKS: Record<StepRun["status"], string> = {
  pending: "·",
  running: "▶",
  succeeded: "✓",
  failed: "✗",
  skipped: "-",
  cancelled: "-",
};

/** One line: which, where it stands, when it began, and what it was for. */
export function describeSummary({ id, status, startedAt, instruction, steps }: RunSummary): string {
  const title = instruction ?? `${steps} ${steps === 1 ? "step" : "steps"}`;
  return `${id}  ${status.replaceAll("_", " ").padEnd(17)}  ${timeOf(startedAt)}  ${short(title)}`;
}

/** Where a run stands, step by step, and what to do about it. */
export function describeRun(run: Run): string {
  const { id, plan, status, startedAt, finishedAt, steps } = run;
  const took = finishedAt === undefined ? "" : `, ${((finishedAt - startedAt) / 1000).toFixed(1)} s`;
  const lines = plan.steps.flatMap((step) => describeStep(step, steps[step.id] ?? { status: "pending" }));
  const next = status === "awaiting_approval"
    ? [`To approve it: patchbay approve ${plan.id}`]
    : status === "running"
    ? [`To follow it: patchbay runs ${id} --follow`]
    : [];
  return [
    `${status.replaceAll("_", " ")}: ${short(plan.instruction ?? `plan ${plan.id}`)}`,
    `began ${timeOf(startedAt)}${took}`,
    ...lines,
    ...next,
  ].join("\n");
}

function describeStep(step: Step, { status, bridge, durationMs, value, problem, reason, waiting }: StepRun): string[] {
  const where = bridge === undefined ? "" : ` on ${step.app}.${bridge}`;
  const took = status === "succeeded" && durationMs !== undefined ? `, ${Math.round(durationMs)} ms` : "";
  const what = status === "succeeded"
    ? describeOutcome(value)
    : status === "skipped"
    ? ` skipped: ${reason ?? ""}`
    : "";
  const line = `  ${isNotDone(value) ? MARKS.failed : MARKS[status]} ${titleOf(step)}${where}${took}${what}`;
  if (problem !== undefined) {
    return [`${line}`, `      ${problem.code}: ${problem.detail}`, `      What to do: ${problem.remedy}`];
  }
  return waiting !== undefined && status !== "succeeded" ? [line, `      waits: ${waiting}`] : [line];
}

/** `s1 create_object`; of an undo and a redo, what is taken back or done again: `u1 take back create_object`. */
export function titleOf({ id, command, args }: Pick<Step, "id" | "command" | "args">): string {
  const what = printable(String(args["command"] ?? ""));
  if (command === "_undo") return `${id} take back ${what}`;
  return command === "_redo" ? `${id} do ${what} again` : `${id} ${command}`;
}

/** Whether it is what an undo or a redo answers that could not be done. */
export function isNotDone(value: unknown): boolean {
  const taken = TakenBack.safeParse(value);
  return taken.success && !taken.data.done;
}

/** The name of what a step made; of an undo and a redo, how it was done, or why not. */
export function describeOutcome(value: unknown): string {
  const taken = TakenBack.safeParse(value);
  return taken.success ? `: ${taken.data.reason}` : describeValue(value);
}

/** A title on one line, cut. */
export function short(title: string): string {
  const words = printable(title).replaceAll(/\s+/g, " ");
  return words.length > MAX_TITLE_LENGTH ? `${words.slice(0, MAX_TITLE_LENGTH - 1)}…` : words;
}

/** In UTC, as the triggers and the alerts say it. */
const timeOf = (at: number) => new Date(at).toISOString().replace("T", " ").replace(/\.\d+Z$/, "Z");
