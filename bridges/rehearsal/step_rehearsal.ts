/** One step on its stage: its arguments bound, each round run, and what that changed. */
import { isBeyondSimulator } from "@patchbay/bridge-kit";
import type { Stage } from "@patchbay/bridge-kit/rehearsal";
import { sampleOf } from "@patchbay/bridge-kit/sample";
import {
  bindItems,
  bindReferences,
  type CommandDocument,
  type JsonObject,
  type JsonSchema,
  type RehearsedStep,
  type Step,
  type StepResults,
  toProblem,
  ValidationError,
} from "@patchbay/contracts";
import { commandsOf, runOnStage } from "./batch_rehearsal.ts";
import { changesBetween, type Differences, shorten } from "./changes/mod.ts";
import type { RehearsalLimits } from "./limits.ts";
import type { NoStage } from "./stages.ts";

/** How a step went; `value` is whole, for the steps that refer to it. */
export type Outcome =
  & Pick<RehearsedStep, "status" | "durationMs" | "durationFrom" | "changes" | "moreChanges">
  & Partial<Pick<RehearsedStep, "problem" | "reason">>
  & {
    value?: unknown;
    /** Of a step with `forEach`. */
    rounds?: number;
  };

export interface StepContext {
  step: Step;
  /** As the manifest that the bridge announced has it. */
  command: CommandDocument | undefined;
  /** What the application's state is like. */
  stateSchema: JsonSchema;
  stage: Stage | NoStage;
  results: StepResults;
  limits: RehearsalLimits;
}

const NOTHING: Pick<Outcome, "changes" | "moreChanges"> = { changes: [], moreChanges: 0 };

/** Rehearses one step whose condition holds. Whatever goes wrong is the step's. */
export async function rehearseStep(context: StepContext): Promise<Outcome> {
  const { step, results } = context;
  let rounds: JsonObject[];
  try {
    const items = step.forEach === undefined ? [undefined] : bindItems(step.forEach, results).map((item) => ({ item }));
    rounds = items.map((round) => bindReferences(step.args, results, round));
  } catch (error) {
    return failure(error, 0);
  }
  const { stage } = context;
  if ("reason" in stage) return madeUp(context, rounds, stage.reason);
  if (commandsOf(step).some((name) => stage.commandOf(name) === undefined)) {
    return madeUp(context, rounds, whyNot(context));
  }
  return await onStage({ ...context, stage }, rounds);
}

/** What could not be tried: its value is made up from its result's schema. */
export function madeUp({ step, command }: StepContext, rounds: readonly JsonObject[], reason: string): Outcome {
  const values = rounds.map((args) => command === undefined ? null : sampleOf(command.result, args));
  return {
    ...NOTHING,
    status: "unrehearsed",
    reason: reason.slice(0, 500),
    durationMs: command?.timeoutMs ?? 0,
    durationFrom: "manifest",
    ...valueOf(step, values),
  };
}

function whyNot({ command, step }: StepContext): string {
  if (command?.effect === "open") return "it may do anything, which a rehearsal does not try";
  if (command?.kind === "init" || command?.kind === "terminate") return "it starts or stops the application";
  return `the simulator has no '${step.command}'`;
}

async function onStage(
  context: StepContext & { stage: Stage },
  rounds: readonly JsonObject[],
): Promise<Outcome> {
  const { step, stage, command, stateSchema, limits } = context;
  const timeoutMs = Math.min(step.timeoutMs ?? command?.timeoutMs ?? limits.stepMs, limits.stepMs);
  const changing = command?.effect !== "read";
  const values: unknown[] = [];
  const failed: { round: number; error: unknown }[] = [];
  let durationMs = 0;
  let changed: Differences = { changes: [], more: 0 };
  try {
    const before = changing ? await stage.before(limits.stepMs) : undefined;
    for (const [round, args] of rounds.entries()) {
      const began = performance.now();
      try {
        values.push(await runOnStage(stage, step, args, timeoutMs));
      } catch (error) {
        failed.push({ round, error });
      } finally {
        durationMs += performance.now() - began;
      }
      if (failed.length > 0 && step.onError !== "continue") break;
    }
    // what failed may have changed something before it did
    if (changing) changed = changesBetween(before, await stage.snapshot(limits.stepMs), stateSchema);
  } catch (error) {
    failed.push({ round: 0, error });
  }
  const happened = { changes: changed.changes, moreChanges: changed.more };
  const [first] = failed;
  if (first === undefined) {
    return { ...happened, status: "succeeded", durationMs, durationFrom: "simulated", ...valueOf(step, values) };
  }
  if (isBeyondSimulator(first.error)) {
    const why = first.error instanceof Error ? first.error.message : "the simulator cannot do it";
    return { ...madeUp(context, rounds, why), ...happened };
  }
  return { ...failure(failureOf(step, failed), durationMs), ...happened };
}

/** The problem of a step whose rounds have failed names them. */
function failureOf({ forEach, id }: Step, failed: readonly { round: number; error: unknown }[]): unknown {
  const [first] = failed;
  if (forEach === undefined || failed.length < 2) return first?.error;
  const { code, detail } = toProblem(first?.error);
  const rounds = failed.map(({ round }) => round);
  return ValidationError.of(code, `${rounds.length} rounds of '${id}' failed; the first: ${detail}`, {
    context: { rounds: rounds.slice(0, 100) },
  });
}

function failure(error: unknown, durationMs: number): Outcome {
  return { ...NOTHING, status: "failed", durationMs, durationFrom: "simulated", problem: toProblem(error) };
}

/** The step's result: of one with rounds the list of their values. */
function valueOf({ forEach }: Step, values: readonly unknown[]): Pick<Outcome, "value" | "rounds"> {
  return forEach === undefined ? { value: values[0] } : { value: values, rounds: values.length };
}

/** As it is told: the value cut to what a person reads. */
export const toldOf = ({ value, ...outcome }: Outcome): Omit<Outcome, "value"> & { value?: unknown } =>
  value === undefined ? outcome : { ...outcome, value: shorten(value) };
