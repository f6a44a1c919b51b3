/** What a run changed in the applications: the commands that an undo would take back, in the order in which they were done. */
import {
  type AppName,
  commandOf,
  dependenciesOf,
  type ManifestDocument,
  type Run,
  type RunEvent,
  type Step,
  type StepId,
  type StepRound,
  TakeBack,
  TakenBack,
} from "@patchbay/contracts";
import { asDone } from "../execution/unverified.ts";

/** One command that was done. */
export interface Change {
  /** The step of the plan that a person wrote, also where this run did it again. */
  stepId: StepId;
  /** Which round of the step. */
  round?: number;
  app: AppName;
  bridge: string;
  /** What `_undo` and `_redo` need to know of it. */
  done: TakeBack;
  /** Other steps whose commands were done before it, because it needed them. */
  needs: readonly StepId[];
}

/** A step of an undo or a redo: `of` is the step that it takes back or does again. */
export interface TakeBackStep extends Step {
  of: { stepId: StepId; round?: number; needs: readonly StepId[] };
}

type Manifests = ReadonlyMap<AppName, ManifestDocument>;

/**
 * The changes of a run that is over, the first first.
 * @param events its log
 */
export function changesOf(run: Run, events: Iterable<RunEvent>, manifests: Manifests): Change[] {
  const steps = new Map(run.plan.steps.map((step) => [step.id, step]));
  const changes: Change[] = [];
  for (const event of events) {
    // what failed because something else was found than what it was to do was done all the same
    const isDone = event.type === "STEP_FINISHED" ||
      (event.type === "STEP_ERROR" && event.problem.code === "VERIFICATION_FAILED");
    if (!isDone) continue;
    const step = steps.get(event.stepId);
    const ended = step === undefined ? undefined : endOf(run, event.stepId, event.round);
    if (step === undefined || ended === undefined) continue;
    const change = isTakeBackStep(step) ? changeAgain(step, ended) : changeOf(step, ended, event.round, manifests);
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

/** A step or a round that was done; a step that has rounds is none itself: they are. */
function endOf(run: Run, stepId: StepId, round: number | undefined): StepRound | undefined {
  const step = run.steps[stepId];
  const ended = round !== undefined ? step?.rounds?.[round] : step?.rounds === undefined ? step : undefined;
  return ended === undefined ? undefined : asDone(ended);
}

function changeOf(
  step: Step,
  { commandId, bridge, args = step.args, value, session }: StepRound,
  round: number | undefined,
  manifests: Manifests,
): Change | undefined {
  // a command that nobody knows any more may have changed something
  const document = commandOf(step, manifests);
  if (document?.effect === "read" || commandId === undefined || bridge === undefined) return undefined;
  const { app, command, id: stepId } = step;
  return {
    stepId,
    app,
    bridge,
    needs: [...dependenciesOf(step)],
    done: { commandId, command, args, value, ...(session === undefined ? {} : { session }) },
    ...(round === undefined ? {} : { round }),
  };
}

/** What a redo did again. */
function changeAgain({ app, args, of }: TakeBackStep, { bridge, value, session }: StepRound): Change | undefined {
  const taken = TakenBack.safeParse(value);
  const done = TakeBack.safeParse(args);
  if (!taken.success || !taken.data.done || !done.success || bridge === undefined) return undefined;
  return {
    ...of,
    app,
    bridge,
    done: {
      ...done.data,
      ...(taken.data.value === undefined ? {} : { value: taken.data.value }),
      ...(session === undefined ? {} : { session }),
    },
  };
}

export const isTakeBackStep = (step: Step): step is TakeBackStep =>
  (step.command === "_undo" || step.command === "_redo") && typeof step["of"] === "object";
