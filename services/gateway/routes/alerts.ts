/** What a person must look at. */
import { z } from "zod";
import { Alert } from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { lastAlerts } from "../last_alerts.ts";
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
