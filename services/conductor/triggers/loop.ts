/** Triggers that set each other off. */
import { MAX_TRIGGER_CHAIN, type TriggerId } from "@patchbay/contracts";

/** Why a trigger does not go on with what led to it; `undefined` where it may. @param before the first one first */
export function loopOf(before: readonly TriggerId[], id: TriggerId): string | undefined {
  if (!before.includes(id)) {
    if (before.length < MAX_TRIGGER_CHAIN) return undefined;
    return `${before.length} triggers have led to it, one after the other`;
  }
  const between = before.slice(before.indexOf(id) + 1).map((other) => `'${other}'`);
  return `the trigger did that itself${between.length === 0 ? "" : `, through ${between.join(", ")}`}`;
}
