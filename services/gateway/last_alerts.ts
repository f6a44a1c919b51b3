/** Reads the stream of alerts from its end. */
import { jetstreamManager } from "@nats-io/jetstream";
import { type Bus, readStream } from "@patchbay/bus";
import { Alert, subjects, UnavailableError, WILDCARD } from "@patchbay/contracts";

/** At most so many, the latest first. @throws {UnavailableError} `BUS_UNAVAILABLE` */
export async function lastAlerts(bus: Bus, limit: number, signal: AbortSignal): Promise<Alert[]> {
  const last = await lastSequence(bus);
  if (last === 0) return [];
  const alerts: Alert[] = [];
  const stored = { subject: subjects.alert(WILDCARD), payload: Alert, from: Math.max(1, last - limit + 1), signal };
  for await (const { message } of readStream(bus, "ALERTS", { ...stored, follow: false })) alerts.push(message.payload);
  return alerts.reverse().slice(0, limit);
}

async function lastSequence(bus: Bus): Promise<number> {
  try {
    const manager = await jetstreamManager(bus.nc, { checkAPI: false });
    return (await manager.streams.info("ALERTS")).state.last_seq;
  } catch (cause) {
    throw new UnavailableError("BUS_UNAVAILABLE", "Cannot look at the alerts", { cause });
  }
}
