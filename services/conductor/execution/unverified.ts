/** A command that was done, and whose effect is not what it should be: its problem says what an undo needs to know. */
import { BridgeId, Id, JsonValue, PatchbayError, type Problem, type StepRound, toProblem } from "@patchbay/contracts";
import { z } from "zod";

/** The context of such a problem. */
const Done = z.looseObject({
  bridge: BridgeId,
  session: Id.optional(),
  /** Left out where it is large. */
  value: JsonValue.optional(),
});
type Done = z.infer<typeof Done>;

/** A larger value is left out, in characters of JSON. */
const MAX_VALUE_CHARACTERS = 16_000;

export function unverified(
  message: string,
  { bridge, session, value, ...context }: Done,
  correlationId: Id,
): Problem {
  const kept = value !== undefined && JSON.stringify(value).length <= MAX_VALUE_CHARACTERS ? { value } : {};
  const done = { started: true, bridge, ...(session === undefined ? {} : { session }), ...kept };
  return toProblem(
    PatchbayError.of("VERIFICATION_FAILED", message, { context: { ...context, ...done } }),
    correlationId,
  );
}

/** The step or the round as it was done; as it is where it was verified, or was not to be. */
export function asDone(step: StepRound): StepRound {
  if (step.problem?.code !== "VERIFICATION_FAILED") return step;
  const done = Done.safeParse(step.problem.context);
  if (!done.success) return step;
  const { bridge, session, value = null } = done.data;
  return { ...step, bridge, value, ...(session === undefined ? {} : { session }) };
}
