/** Reads the model's answer, and lays corrected steps over a plan. */
import type { PlanIssue, Step } from "@patchbay/contracts";
import { Answer, type AnswerStep } from "./answer_schema.ts";

export type ReadAnswer = { ok: true; answer: Answer } | { ok: false; issues: PlanIssue[] };

export function readAnswer(text: string): ReadAnswer {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { ok: false, issues: [{ path: [], message: "the answer is not JSON", code: "parse" }] };
  }
  const parsed = Answer.safeParse(content);
  if (parsed.success) return { ok: true, answer: parsed.data };
  const issues = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({
    path: path.map((part) => typeof part === "number" ? part : String(part)),
    message,
    code: "parse" as const,
  }));
  return { ok: false, issues };
}

export function stepsOf(answer: Answer): Step[] {
  return answer.steps.map(stepOf);
}

/** The steps with those of the same id replaced, and new ones in front of the first that was. */
export function corrected(steps: readonly Step[], answer: Answer): Step[] {
  const replacements = new Map(answer.steps.map((step) => [step.id, stepOf(step)]));
  const known = new Set(steps.map(({ id }) => id));
  const added = [...replacements.values()].filter(({ id }) => !known.has(id));
  const first = steps.findIndex(({ id }) => replacements.has(id));
  const result = steps.map((step) => replacements.get(step.id) ?? step);
  return result.toSpliced(first === -1 ? result.length : first, 0, ...added);
}

function stepOf({ id, app, bridge, command, args, dependsOn }: AnswerStep): Step {
  return { id, app, ...(bridge === "" ? {} : { bridge }), command, args, dependsOn, onError: "stop" };
}
