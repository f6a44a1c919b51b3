/** What must hold of a run that has ended, whatever was struck while it ran. */
import {
  dependenciesOf,
  isOver,
  type Run,
  type RunEvent,
  type Step,
  type StepId,
  type StepRound,
  TakenBack,
} from "@patchbay/contracts";
import { tagsOf } from "./plans.ts";
import type { RunStory } from "./run_story.ts";
import { isRead, isRepeatable, Made } from "./workshop.ts";

/** How a step, or a round of it, may end. */
const ENDS: ReadonlySet<RunEvent["type"]> = new Set(["STEP_FINISHED", "STEP_ERROR", "STEP_SKIPPED", "STEP_CANCELLED"]);
const TERMINAL: ReadonlySet<string> = new Set(["succeeded", "failed", "skipped", "cancelled"]);

/** What is wrong; nothing where all is well. */
export function wrongIn(story: RunStory): string[] {
  return [...wrongInLog(story), ...wrongInEnds(story), ...wrongInEffects(story), ...wrongInUnknown(story)];
}

/** One writer after the other, without a gap, from the one beginning to the one end. */
function wrongInLog({ log }: RunStory): string[] {
  const wrong: string[] = [];
  let last = 0;
  for (const { seq, expected } of log) {
    if (expected !== last) wrong.push(`message ${seq} was written behind ${expected}, and lies behind ${last}`);
    last = seq;
  }
  const events = log.flatMap(({ events }) => events);
  const places = (type: RunEvent["type"]) => events.flatMap((event, i) => event.type === type ? [i] : []).join();
  if (places("RUN_STARTED") !== "0") wrong.push(`RUN_STARTED at ${places("RUN_STARTED")}`);
  if (places("RUN_FINISHED") !== `${events.length - 1}`) {
    wrong.push(`RUN_FINISHED at ${places("RUN_FINISHED")} of ${events.length}`);
  }
  const ended = new Map<string, string>();
  for (const event of events) {
    if (!("stepId" in event)) continue;
    const key = `${event.stepId}${event.round === undefined ? "" : `/${event.round}`}`;
    const before = ended.get(key);
    if (before !== undefined) wrong.push(`${event.type} of ${key}, which had ${before}`);
    if (ENDS.has(event.type)) ended.set(key, event.type);
  }
  return wrong;
}

/** Every step has ended, none before what it needs, and the run and its record say the same. */
function wrongInEnds({ run, record, log }: RunStory): string[] {
  const wrong: string[] = [];
  if (!isOver(run)) wrong.push(`the run is ${run.status}`);
  for (const { id } of run.plan.steps) {
    const status = run.steps[id]?.status ?? "nothing";
    if (!TERMINAL.has(status)) wrong.push(`step ${id} is ${status}`);
  }
  // the plan of a run that never began is given back
  const mayBe: readonly (string | undefined)[] = [run.status, "undone", isGivenBack(run) ? "validated" : run.status];
  if (run.of === undefined && record?.runId === run.id && !mayBe.includes(record.status)) {
    wrong.push(`the record says ${record.status}, the run ${run.status}`);
  }
  if (run.of === undefined && record?.runId !== run.id) wrong.push(`the record has run ${record?.runId}`);
  const fine = Object.values(run.steps).every(({ status, cause }) =>
    status === "succeeded" || (status === "skipped" && cause === "condition")
  );
  if (fine !== (run.status === "succeeded")) {
    wrong.push(`the run is ${run.status}, its steps are ${fine ? "" : "not "}fine`);
  }
  if (run.status === "cancelled" && run.cancelRequestedAt === undefined) wrong.push("nobody cancelled it");
  const over = new Set<string>();
  const steps = new Map(run.plan.steps.map((step) => [step.id, step]));
  for (const event of log.flatMap(({ events }) => events)) {
    if (!("stepId" in event) || event.round !== undefined) continue;
    if (ENDS.has(event.type)) over.add(event.stepId as StepId);
    if (event.type !== "STEP_STARTED") continue;
    const early = [...dependenciesOf(steps.get(event.stepId)!)].filter((id) => !over.has(id));
    if (early.length > 0) wrong.push(`step ${event.stepId} began before ${early.join()}`);
  }
  return wrong;
}

/** Its conductor was killed before it began: then it never does. */
export const isGivenBack = ({ cancelReason }: Pick<Run, "cancelReason">): boolean =>
  cancelReason === "its conductor went before it began";

/** Nothing was done twice; what is said to be done was, and what is said not to be was not. */
function wrongInEffects(story: RunStory): string[] {
  const { run } = story;
  return run.plan.steps.flatMap((step) => {
    const before = run.steps[step.id];
    if (before === undefined) return [];
    if (run.of !== undefined) return wrongInTakeBack(story, step, before);
    const tags = tagsOf(step);
    const ends = step.forEach === undefined ? [before] : before.rounds ?? tags.map(() => before);
    return tags.flatMap((tag, i) => wrongInEffect(story, step.command, tag, ends[i] ?? before));
  });
}

function wrongInEffect({ effects }: RunStory, command: string, tag: string, end: StepRound): string[] {
  const times = (effects.get(tag) ?? []).filter(({ value }) => Made.parse(value).command !== "mend").length;
  const twice = isRepeatable(command) ? Infinity : 1;
  if (times > twice) return [`${tag} was done ${times} times by '${command}'`];
  if (end.status === "succeeded" && times === 0) return [`${tag} succeeded by '${command}', and was not done`];
  const mayBeDone = end.status === "succeeded" || end.problem?.code === "OUTCOME_UNKNOWN" || isRepeatable(command);
  if (!mayBeDone && times > 0) return [`${tag} ${end.status} (${end.problem?.code}) by '${command}', and was done`];
  return [];
}

function wrongInTakeBack({ effects }: RunStory, step: Step, end: StepRound): string[] {
  const tag = (step.args["args"] as { tag?: string } | undefined)?.tag ?? "";
  const times = (effects.get(tag) ?? []).filter(({ value }) => Made.parse(value).command === "mend").length;
  const taken = TakenBack.safeParse(end.value).data?.done === true;
  if (times > 1) return [`${tag} was taken back ${times} times`];
  if (end.status === "succeeded" && taken !== (times === 1)) {
    return [`${tag} is taken back: ${taken}; it was ${times} times`];
  }
  const mayBe = end.status === "succeeded" || end.problem?.code === "OUTCOME_UNKNOWN";
  return !mayBe && times > 0 ? [`${tag} was taken back, and says ${end.problem?.code ?? end.status}`] : [];
}

/** Not known is only what a process took with it, or the bus. */
function wrongInUnknown({ run, log, results, struck }: RunStory): string[] {
  const wrong: string[] = [];
  const steps = new Map(run.plan.steps.map((step) => [step.id, step]));
  const hasReason = struck.some(({ hit }) => hit.some((name) => name === "broker" || !name.startsWith("conductor")));
  for (const event of log.flatMap(({ events }) => events)) {
    if (event.type !== "STEP_ERROR" || event.problem.code !== "OUTCOME_UNKNOWN") continue;
    const step = steps.get(event.stepId)!;
    if (step.forEach !== undefined && event.round === undefined) continue;
    if (run.of === undefined && (isRead(step.command) || isRepeatable(step.command))) {
      wrong.push(`${step.id}: '${step.command}' may be done twice, and its outcome is not known`);
    }
    if (!hasReason) wrong.push(`${step.id}: its outcome is not known, and no bridge and no broker was struck`);
    const before = run.steps[step.id];
    const { commandId } = (event.round === undefined ? before : before?.rounds?.[event.round]) ?? {};
    const told = commandId === undefined
      ? undefined
      : results.get(commandId)?.find(({ result, storedAt }) =>
        (result.ok || (result.problem.code !== "OUTCOME_UNKNOWN" && result.problem.context?.["started"] !== false)) &&
        storedAt < event.at
      );
    if (told !== undefined) wrong.push(`${step.id}: its outcome is not known, and its result was stored before`);
  }
  return wrong;
}
