/** Which bridge of an application a plan uses when nobody says: the same one for all of its steps. */
import {
  ANY_BRIDGE,
  type AppName,
  type BridgeId,
  type Plan,
  type Presence,
  type Run,
  type Step,
} from "@patchbay/contracts";

/** One that can work before one that cannot, a real application before a simulated one, then by name. */
export function bestBridge(app: AppName, presence: readonly Presence[]): BridgeId | undefined {
  const worth = ({ status, simulated }: Presence) =>
    (status === "idle" || status === "executing" ? 2 : 0) + (simulated ? 0 : 1);
  const [best] = presence.filter((one) => one.app === app)
    .toSorted((a, b) => worth(b) - worth(a) || (a.bridge < b.bridge ? -1 : 1));
  return best?.bridge;
}

/** The plan with a bridge for each step, so that what one step makes is there for the next. */
export function chooseBridges(plan: Plan, presence: readonly Presence[]): Plan {
  return { ...plan, steps: withBridges(plan.steps, new Map(), presence) };
}

/** Steps that continue a run, where those before them were. */
export function chooseBridgesOfRest(
  { plan, steps: done }: Pick<Run, "plan" | "steps">,
  steps: readonly Step[],
  presence: readonly Presence[],
): Step[] {
  const chosen = new Map<AppName, BridgeId>();
  for (const { id, app, bridge } of plan.steps) {
    const one = [bridge, done[id]?.bridge].find((one) => one !== undefined && one !== ANY_BRIDGE);
    if (one !== undefined && !chosen.has(app)) chosen.set(app, one);
  }
  return withBridges(steps, chosen, presence);
}

function withBridges(
  steps: readonly Step[],
  chosen: Map<AppName, BridgeId | undefined>,
  presence: readonly Presence[],
): Step[] {
  for (const { app, bridge } of steps) if (bridge !== undefined && !chosen.has(app)) chosen.set(app, bridge);
  const choose = (app: AppName) => {
    if (!chosen.has(app)) chosen.set(app, bestBridge(app, presence));
    return chosen.get(app);
  };
  return steps.map((step) => {
    const bridge = step.bridge ?? choose(step.app);
    return bridge === undefined ? step : { ...step, bridge };
  });
}
