/** Which application each step meets on its stage: that of its bridge, or of the one that the run would give it to. */
import { ANY_BRIDGE, type AppName, type BridgeId, type Plan, type Presence, type StepId } from "@patchbay/contracts";
import type { Target } from "./messages.ts";

export interface Targets {
  targets: Target[];
  /** By its place in `targets`. */
  targetOf: Record<StepId, number>;
}

/** One target for each address; all steps for any bridge of an application have the same, as they have in a run. */
export function targetsOf({ steps }: Pick<Plan, "steps">, here: readonly Presence[]): Targets {
  const targets: Target[] = [];
  const known = new Map<string, number>();
  const targetOf: Record<StepId, number> = Object.create(null);
  for (const { id, app, bridge = ANY_BRIDGE } of steps) {
    const chosen = bridge === ANY_BRIDGE ? likeliest(app, here) : bridge;
    const address = `${app}.${chosen ?? ""}`;
    const index = known.get(address) ?? targets.push(targetFor(app, chosen)) - 1;
    known.set(address, index);
    targetOf[id] = index;
  }
  return { targets, targetOf };
}

const targetFor = (app: AppName, bridge: BridgeId | undefined): Target =>
  bridge === undefined
    ? { app, notes: [`No bridge of '${app}' is here: the stage is an application that was just started.`] }
    : { app, bridge, notes: [] };

/** As a run chooses: one whose application is there before others, then the least busy, then by name. */
function likeliest(app: AppName, here: readonly Presence[]): BridgeId | undefined {
  const load = ({ status, queued }: Presence) => {
    const away = status === "idle" || status === "executing" ? 0 : status === "degraded" ? 1e6 : 2e6;
    return away + queued + (status === "executing" ? 1 : 0);
  };
  const [first] = here.filter((presence) => presence.app === app)
    .sort((a, b) => load(a) - load(b) || (a.bridge < b.bridge ? -1 : 1));
  return first?.bridge;
}
