/** What is known of a step's command: from the manifest, or of the bridge's own commands, which are in none. */
import {
  type AppName,
  BATCH_COMMAND,
  type CommandDocument,
  commandOf,
  dependenciesOf,
  isBridgesOwn,
  type ManifestDocument,
  referredSteps,
  type Step,
  type StepId,
  stepReferences,
} from "@patchbay/contracts";

/** `_undo`, `_redo`, `_recover`: they change the application, and are not done twice. */
const OWN: CommandDocument = {
  kind: "execute",
  summary: "",
  args: {},
  result: {},
  effect: "write",
  idempotent: false,
  lane: "interactive",
  timeoutMs: 30_000,
  undo: "none",
  phrases: [],
};

/** Whether it is one of the bridge's own commands that are in no plan of a person's. */
export const isOwn = ({ command }: Pick<Step, "command">): boolean =>
  command !== BATCH_COMMAND && isBridgesOwn(command);

export function documentOf(
  step: Pick<Step, "app" | "command" | "args">,
  manifests: ReadonlyMap<AppName, ManifestDocument>,
): CommandDocument | undefined {
  return isOwn(step) ? OWN : commandOf(step, manifests);
}

/** Whether a command may be done twice without harm. */
export const isRepeatable = (document: CommandDocument | undefined): boolean =>
  document !== undefined && (document.idempotent || document.effect === "read");

/** Whether it may change the application. */
export const mayChange = (document: CommandDocument | undefined): boolean => document?.effect !== "read";

/** Whether it starts or ends the application, or repairs its connection: then the application need not be there. */
export const needsNoApplication = (step: Step, document: CommandDocument | undefined): boolean =>
  step.command === "_recover" || document?.kind === "init" || document?.kind === "terminate";

/** The steps that must succeed before this one. What a bridge's own command takes is data, and refers to nothing. */
export const neededBy = (step: Step): ReadonlySet<StepId> =>
  isOwn(step) ? new Set(step.dependsOn) : dependenciesOf(step);

/** The steps whose results it refers to. */
export const referredBy = (step: Step): ReadonlySet<StepId> =>
  isOwn(step) ? new Set() : referredSteps(stepReferences(step));
