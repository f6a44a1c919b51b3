/** Which bridge of an application a plan uses when nobody says: the same one for all of its steps. */
import type { AppName, BridgeId, Plan, Presence } from "@patchbay/contracts";

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
  const steps = plan.steps.map((step) => {
    const named = plan.steps.find((other) => other.app === step.app && other.bridge !== undefined)?.bridge;
    const bridge = step.bridge ?? named ?? bestBridge(step.app, presence);
    return bridge === undefined ? step : { ...step, bridge };
  });
  return { ...plan, steps };
}
