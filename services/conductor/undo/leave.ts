/** What whoever undoes a run, or does it again, may do: by the policies as they are now, and by what their key may. */
import { type Actor, type AppName, type Effect, PatchbayError, type Plan, type Run } from "@patchbay/contracts";
import { statusOf } from "../approval/decide.ts";
import type { Decide } from "../approval/decider.ts";
import { refuseDenied, remedyFor } from "../approval/refusals.ts";
import type { Change } from "./changes.ts";
import { inverseKey, inversesOf, type TakeBackWorld } from "./take_back_plan.ts";

export interface Asker {
  /** Under whose policies. @default nobody's: only the rules that name no key */
  by?: Actor | undefined;
  /** @default all */
  effects?: readonly Effect[] | undefined;
}

/**
 * The inverse commands that must not take these changes back, by `inverseKey`, and why. What only asks for an approval may:
 * whoever asks for the undo has seen what it would do.
 */
export async function refusedInverses(
  { projectId }: Plan,
  changes: readonly Change[],
  { by, effects }: Asker,
  { decide, manifests }: { decide: Decide; manifests: TakeBackWorld["manifests"] },
): Promise<Map<string, string>> {
  const inverses = new Map<string, { app: AppName; command: string }>();
  for (const change of changes) {
    const { app } = change;
    for (const command of inversesOf(change, manifests)) inverses.set(inverseKey(app, command), { app, command });
  }
  if (inverses.size === 0) return new Map();
  const steps = inverses.values().map(({ app, command }, i): Plan["steps"][number] => (
    { id: `i${i + 1}`, app, command, args: {}, dependsOn: [], onError: "stop" }
  )).toArray();
  const decided = await decide({ steps, ...(projectId === undefined ? {} : { projectId }) }, by);
  return new Map(decided.steps.flatMap(({ app, command, effect, decision, reason }): [string, string][] => {
    const key = inverseKey(app, command);
    if (effects !== undefined && !effects.includes(effect)) {
      return [[key, `'${command}', which would take it back, has the effect '${effect}': this key may not do that`]];
    }
    return decision === "deny" ? [[key, `'${command}', which would take it back, is refused by ${reason}`]] : [];
  }));
}

/**
 * A redo does what the run did: it may no more than the run may now. An approval of the run counts for as long as it holds.
 * @param root the run that was undone
 * @throws {PatchbayError} `FORBIDDEN`, `POLICY_DENIED`, `APPROVAL_REQUIRED`
 */
export async function refuseRedo(
  runId: string,
  { plan, approvals }: Run,
  changes: readonly Change[],
  { by, effects }: Asker,
  decide: Decide,
): Promise<void> {
  const again = new Set(changes.map(({ stepId }) => stepId));
  const state = await decide(plan, by, approvals);
  const steps = state.steps.filter(({ stepId }) => again.has(stepId));
  const foreign = effects === undefined ? undefined : steps.find(({ effect }) => !effects.includes(effect));
  if (foreign !== undefined) {
    const { stepId, effect } = foreign;
    throw new PatchbayError(
      "FORBIDDEN",
      `Cannot redo run '${runId}': this key may not do what step '${stepId}' does, which has the effect '${effect}'`,
      { context: { effect, stepId }, remedy: remedyFor(effect) },
    );
  }
  refuseDenied(plan.id, { ...state, status: statusOf(steps), steps });
  const asks = steps.find(({ decision, approved }) => decision === "ask" && !approved);
  if (asks === undefined) return;
  throw new PatchbayError(
    "APPROVAL_REQUIRED",
    `Cannot redo run '${runId}': step '${asks.stepId}' must be approved, by ${asks.reason}, and no approval of it holds`,
    { context: { stepId: asks.stepId }, remedy: `Run plan '${plan.id}' again: what it asks for can be approved then.` },
  );
}
