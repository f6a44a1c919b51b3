/** Tells a person what happens while a plan runs, until it is over. */
import type { Client } from "@patchbay/client";
import type { Id, Plan, Progress, Run, RunEvent } from "@patchbay/contracts";
import { describeOutcome, isNotDone, titleOf } from "./run_text.ts";

export interface FollowRunOptions {
  say: (line: string) => void;
  /** Cancels the run when it fires. */
  signal: AbortSignal;
}

/** Prints the run's events until it is over, however it ends. */
export async function followRun(
  client: Client,
  plan: Plan,
  { runId, correlationId }: { runId: Id; correlationId: Id },
  { say, signal }: FollowRunOptions,
): Promise<Run> {
  const cancel = () => {
    say("Cancelling…");
    void client.runs.cancel(runId).catch((error: Error) => say(`Cannot cancel: ${error.message}`));
  };
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  try {
    await sayEvents(client, plan, { runId, correlationId }, say);
    return await client.runs.get(runId, { correlationId });
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

async function sayEvents(
  client: Client,
  plan: Plan,
  { runId, correlationId }: { runId: Id; correlationId: Id },
  say: (line: string) => void,
): Promise<void> {
  const titles = new Map(plan.steps.map((step) => [step.id, titleOf(step)]));
  const stepOf = new Map<Id, string>();
  const onProgress = ({ commandId, fraction, message }: Progress) => {
    const share = fraction === undefined ? "" : ` ${Math.round(fraction * 100)} %`;
    say(`  … ${stepOf.get(commandId) ?? ""}${share}${message === undefined ? "" : ` ${message}`}`);
  };
  for await (const event of client.runs.follow(runId, { onProgress, correlationId })) {
    if (event.type === "STEP_STARTED") stepOf.set(event.commandId, titles.get(event.stepId) ?? event.stepId);
    const line = describeEvent(event, titles);
    if (line !== undefined) say(line);
  }
}

function describeEvent(event: RunEvent, titles: ReadonlyMap<string, string>): string | undefined {
  const title = typeof event["stepId"] === "string" ? titles.get(event["stepId"]) ?? event["stepId"] : "";
  switch (event.type) {
    case "STEP_STARTED":
      return `  ▶ ${title}`;
    case "STEP_WAITING":
      return `  … ${title} waits: ${event.reason}`;
    case "STEP_FINISHED":
      return `  ${isNotDone(event.value) ? "✗" : "✓"} ${title} on ${event.bridge}, ${Math.round(event.durationMs)} ms${
        describeOutcome(event.value)
      }`;
    case "STEP_ERROR":
      return `  ✗ ${title} ${event.problem.code}: ${event.problem.detail}\n    What to do: ${event.problem.remedy}`;
    case "STEP_SKIPPED":
      return `  - ${title} skipped: ${event.reason}`;
    case "STEP_CANCELLED":
      return `  - ${title} cancelled`;
    default:
      return undefined;
  }
}
