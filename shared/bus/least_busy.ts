/** Which of several bridges of an application gets the next command that any of them may have. */
import type { BridgeId, BridgeStatus, Presence } from "@patchbay/contracts";

/** A bridge as its presence shows it, maybe a moment old, and what this process has sent to it meanwhile. */
export interface BridgeLoad {
  readonly presence: Presence;
  /** Commands of this process that it has not answered yet. */
  readonly outstanding: number;
}

/** Its application is there and takes commands. */
const CONNECTED: ReadonlySet<BridgeStatus> = new Set<BridgeStatus>(["idle", "executing"]);

/** Whether a bridge can begin what it gets. */
export const isConnected = ({ status }: Pick<Presence, "status">): boolean => CONNECTED.has(status);

/** What waits or runs there. */
function loadOf({ presence: { status, queued }, outstanding }: BridgeLoad): number {
  return queued + outstanding + (status === "executing" ? 1 : 0);
}

/**
 * The connected bridge with the fewest commands that wait or run; `undefined` where none is connected.
 * @param turn counts up with each question: bridges that are equally busy take turns
 * @param accepts leaves out bridges that cannot have the command
 */
export function leastBusy(
  bridges: Iterable<BridgeLoad>,
  turn: number,
  accepts: (bridge: BridgeId) => boolean = () => true,
): BridgeId | undefined {
  let least = Infinity;
  let equals: BridgeId[] = [];
  for (const candidate of bridges) {
    const { presence } = candidate;
    if (!isConnected(presence) || !accepts(presence.bridge)) continue;
    const load = loadOf(candidate);
    if (load > least) continue;
    if (load < least) equals = [];
    least = load;
    equals.push(presence.bridge);
  }
  return equals[turn % equals.length];
}
