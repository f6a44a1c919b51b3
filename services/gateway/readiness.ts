/** Which parts of the studio answer. */
import type { Bus } from "@patchbay/bus";
import { type ServiceName, SERVICES } from "@patchbay/contracts";

/** Without it everything but rehearsals works. */
const isNeeded = (service: ServiceName) => service !== "rehearsal";

/** What a studio cannot do without, as `/readyz` names it. */
export const PARTS = ["bus", ...(Object.keys(SERVICES) as ServiceName[]).filter(isNeeded)] as const;
export type Part = (typeof PARTS)[number];

const PING_TIMEOUT_MS = 1_000;

/** The parts that do not answer. Services are asked by the PING of ADR-32. */
export async function missingParts(bus: Bus): Promise<Part[]> {
  if (!bus.connected) return ["bus"];
  const answers = await Promise.all(PARTS.map(async (part) => part === "bus" || await isThere(bus, part)));
  return PARTS.filter((_, i) => !answers[i]);
}

async function isThere(bus: Bus, service: string): Promise<boolean> {
  try {
    await bus.nc.request(`$SRV.PING.${service}`, undefined, { timeout: PING_TIMEOUT_MS });
    return true;
  } catch {
    // No responder, a timeout, or no connection: whatever it is, the part does not answer.
    return false;
  }
}
