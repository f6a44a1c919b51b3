/** What the policies say of each step of a plan, and whether approvals that hold cover what they ask for. Pure. */
import {
  type Actor,
  type AppName,
  type Approval,
  type ApprovalState,
  BATCH_COMMAND,
  commandOf,
  type Effect,
  type ManifestDocument,
  type Plan,
  PlanBatch,
  type Policies,
  type PolicyDecision,
  type PolicyRule,
  type Step,
  type StepDecision,
} from "@patchbay/contracts";

/** What a decision stands on. */
export interface Grounds {
  policies: Policies;
  manifests: ReadonlyMap<AppName, ManifestDocument>;
  /** Under whose policies. */
  by: Actor | undefined;
  /** Of this plan, and of others that it was before. */
  approvals: readonly Approval[];
  /** In milliseconds since 1970. */
  now: number;
}

/** @param digest of the plan as it is */
export function decide(plan: Pick<Plan, "steps" | "projectId">, digest: string, grounds: Grounds): ApprovalState {
  const approvals = thatHold(grounds.approvals, digest, grounds.now);
  const isApproved = coverage(approvals);
  const steps = plan.steps.map((step): StepDecision => {
    const effect = effectOf(step, grounds.manifests);
    const { app, command, id: stepId } = step;
    const key = grounds.by?.key;
    const ruling = strictest(
      deedsOf(step, effect, grounds.manifests).map((deed) =>
        judge(grounds.policies, {
          ...deed,
          ...(plan.projectId === undefined ? {} : { project: plan.projectId }),
          ...(key === undefined ? {} : { key }),
        })
      ),
    );
    return { stepId, app, command, effect, ...ruling, approved: isApproved(stepId) };
  });
  return { digest, status: statusOf(steps), steps, approvals };
}

/** What a step does: its command; and of a batch, each of its commands too. */
function deedsOf(
  { app, command, args }: Step,
  effect: Effect,
  manifests: Grounds["manifests"],
): Deed[] {
  const batch = command === BATCH_COMMAND ? PlanBatch.safeParse(args) : undefined;
  if (batch?.success !== true) return [{ app, command, effect }];
  return batch.data.commands.map((one) => (
    { app, command: one.command, effect: commandOf({ app, ...one }, manifests)?.effect ?? "open" }
  ));
}

const STRICT: readonly PolicyDecision[] = ["allow", "ask", "deny"];

/** A step does one thing at least. */
const strictest = (rulings: readonly Ruling[]): Ruling =>
  rulings.reduce((strict, one) => STRICT.indexOf(one.decision) > STRICT.indexOf(strict.decision) ? one : strict);

/** What stands between all of these steps and their run. */
export function statusOf(steps: readonly StepDecision[]): ApprovalState["status"] {
  if (steps.some(({ decision }) => decision === "deny")) return "denied";
  return steps.some(({ decision, approved }) => decision === "ask" && !approved) ? "needed" : "allowed";
}

/** What rules look at. */
export interface Deed {
  effect: Effect;
  app: string;
  command: string;
  project?: string;
  key?: string;
}

interface Ruling {
  decision: PolicyDecision;
  /** Which rule, for a person. */
  reason: string;
}

/** The first rule that matches decides, and else the default of the effect. */
export function judge({ rules, defaults }: Policies, deed: Deed): Ruling {
  const index = rules.findIndex((rule) => matches(rule, deed));
  const rule = rules[index];
  if (rule === undefined) {
    return { decision: defaults[deed.effect], reason: `the default for the effect '${deed.effect}'` };
  }
  return { decision: rule.decision, reason: `rule ${index + 1}${rule.title === undefined ? "" : `, '${rule.title}'`}` };
}

/** Whether everything that the rule names is so. */
export function matches({ effect, app, command, project, key }: PolicyRule, deed: Deed): boolean {
  return (effect === undefined || effect.includes(deed.effect)) &&
    (app === undefined || app === deed.app) &&
    (command === undefined || command === deed.command) &&
    (project === undefined || project === deed.project) &&
    (key === undefined || key === deed.key);
}

/** Approvals of exactly this plan that have not expired. */
export function thatHold(approvals: readonly Approval[], digest: string, now: number): Approval[] {
  return approvals.filter((approval) => approval.digest === digest && approval.expiresAt > now);
}

/** A command that no manifest has may do anything. */
const effectOf = (step: Step, manifests: Grounds["manifests"]): Effect => commandOf(step, manifests)?.effect ?? "open";

function coverage(approvals: readonly Approval[]): (stepId: string) => boolean {
  if (approvals.some(({ steps }) => steps === undefined)) return () => true;
  const covered = new Set(approvals.flatMap(({ steps = [] }) => steps));
  return (stepId) => covered.has(stepId);
}
