/** What a person must look at. */
import { jetstreamManager } from "@nats-io/jetstream";
import { z } from "zod";
import { type Bus, readStream } from "@patchbay/bus";
import { Alert, subjects, UnavailableError, WILDCARD } from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { json, route } from "../route.ts";

const Alerts = z.object({ alerts: z.array(Alert) });
const query = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });

export const alertRoutes = ({ bus, signal }: Pick<GatewayDeps, "bus" | "signal">) => [
  route({
    method: "GET",
    path: "/v1/alerts",
    id: "listAlerts",
    summary: "What a person must look at, such as jobs that were given up; the latest first.",
    scope: "read",
    query,
    answers: { 200: { description: "Alerts", schema: Alerts } },
  }, async ({ query: { limit } }) => json({ alerts: await lastAlerts(bus, limit, signal) })),
];

async function lastAlerts(bus: Bus, limit: number, signal: AbortSignal): Promise<Alert[]> {
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
