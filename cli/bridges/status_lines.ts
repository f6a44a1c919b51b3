/** What a bridge tells the person who started it: a line when something changes. */
import type { Bridge } from "@patchbay/bridge-kit";
import type { BridgeStatus } from "@patchbay/contracts";
import { printable } from "../printable.ts";

type Now = Pick<Bridge, "status" | "reason">;

const WORDS: Record<BridgeStatus, string> = {
  initializing: "starts",
  idle: "ready",
  executing: "ready",
  degraded: "not ready",
  disconnected: "not ready",
  draining: "leaves",
};

/** Says a line for each change that a person would call one: not for each command, not for each new attempt. */
export function statusLines(address: string, say: (line: string) => void): (now: Now) => void {
  let last = "";
  return ({ status, reason }) => {
    const line = `${address}: ${WORDS[status]}: ${reason.replace(/; next attempt in \d+ s$/, "")}`;
    if (line === last) return;
    last = line;
    say(printable(line).replaceAll("\n", " "));
  };
}
