/** A step's effect, read back from where it was done: what an application says and what it did may be two things. */
import { differenceIn, type Id, readBackOf, type Step } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { StepOutcome } from "./step_outcome.ts";
import type { StepRunner, Work } from "./step_runner.ts";
import { unverified } from "./unverified.ts";

/** A bridge that goes away right after the effect is not waited for any longer, in milliseconds. */
const PATIENCE_MS = 5_000;
const log = logger("conductor");

/**
 * Runs a step, or one round of it, and reads its effect back where its manifest says how.
 * @throws the reason of `abandoned`; what could not be appended
 */
export async function runVerified(runner: StepRunner, work: Work, correlationId: Id): Promise<StepOutcome> {
  const outcome = await runner.run(work);
  const verification = runner.documentOf(work.step)?.verify;
  if (outcome.status !== "succeeded" || verification === undefined || work.step.verify === false) return outcome;
  const result = outcome.valueIn === undefined ? outcome.value : undefined;
  const readBack = readBackOf(verification, { args: work.args, result });
  if (readBack === undefined) return outcome;
  const { id, app } = work.step;
  const query: Step = {
    id,
    app,
    bridge: outcome.bridge,
    command: readBack.command,
    args: readBack.args,
    dependsOn: [],
    onError: "continue",
    waitForBridgeMs: PATIENCE_MS,
  };
  const found = await runner.read(query, outcome, work.round);
  if (found.status !== "succeeded" || found.valueIn !== undefined) {
    // what is not known to be wrong has not failed
    const why = found.status === "failed" ? found.problem.detail : found.status;
    log.warn("step {step} cannot be verified by {query}: {why}", { step: id, query: readBack.command, why });
    return outcome;
  }
  const difference = differenceIn(readBack, found.value);
  if (difference === undefined) return { ...outcome, verified: true };
  const places = Object.keys(difference.expected).map((pointer) => pointer === "" ? "the result" : pointer).join(", ");
  const message = `'${work.step.command}' was done, but '${readBack.command}' finds something else at ${places}`;
  const { bridge, session, value } = outcome;
  const done = { bridge, value, ...(session === undefined ? {} : { session }) };
  return {
    status: "failed",
    problem: unverified(message, { command: readBack.command, ...difference, ...done }, correlationId),
  };
}
