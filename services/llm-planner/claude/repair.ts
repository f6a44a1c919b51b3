/** What the model is told about a plan that does not hold: the errors, and the steps that have them. */
import type { PlanIssue, Step } from "@patchbay/contracts";

const MAX_ISSUES = 30;

/** For an answer that could not be read at all. */
export function unreadablePrompt(issues: readonly PlanIssue[]): string {
  return `Your answer could not be read:\n${listed(issues)}\nAnswer again, with the whole plan.`;
}

/** For steps whose names are taken: these cannot be corrected under the same names. */
export function againPrompt(issues: readonly PlanIssue[]): string {
  return `Your plan does not hold:\n${
    listed(issues)
  }\nAnswer again, with the whole plan, each step under an id of its own.`;
}

/** For steps that do not hold: only those are asked for again. */
export function repairPrompt(steps: readonly Step[], issues: readonly PlanIssue[]): string {
  const wrong = new Set(issues.map((issue) => issue.stepId).filter((id) => id !== undefined));
  const offending = wrong.size === 0 ? steps : steps.filter(({ id }) => wrong.has(id));
  const rest = steps.filter((step) => !offending.includes(step)).map(({ id, command }) => `${id} (${command})`);
  const kept = rest.length === 0 ? "" : `\nThe other steps stay as they are: ${rest.join(", ")}.`;
  return `You planned these steps, and they do not hold:
${
    offending.map(({ id, app, command, args, dependsOn }) => JSON.stringify({ id, app, command, args, dependsOn }))
      .join("\n")
  }
The errors:
${listed(issues)}${kept}
Answer with these steps corrected, under the same ids, and with no others unless one is missing.`;
}

function listed(issues: readonly PlanIssue[]): string {
  return issues.slice(0, MAX_ISSUES)
    .map(({ stepId, path, code, message }) =>
      `- ${stepId === undefined ? "" : `step ${stepId}, `}${
        path.slice(2).join(".") || "the step"
      }: ${message} (${code})`
    )
    .join("\n");
}
