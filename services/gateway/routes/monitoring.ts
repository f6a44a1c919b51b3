/** How commands do, and what the studio does about errors. */
import { z } from "zod";
import { AppName, MonitoringRecord, MonitoringSettings, SERVICES } from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { ifMatchHeader, preconditionFailed, seenRevision } from "../if_match.ts";
import { json, route } from "../route.ts";

const query = z.object({ app: AppName.optional() });
const answers = { 200: { description: "Thresholds and strategies, with their revision", schema: MonitoringRecord } };
const answer = (record: MonitoringRecord) =>
  json(record, { headers: { ETag: `"${record.revision}"`, "Cache-Control": "private, no-cache" } });

export const monitoringRoutes = ({ call }: Pick<GatewayDeps, "call">) => [
  route(
    {
      method: "GET",
      path: "/v1/statistics",
      id: "statistics",
      summary:
        "How often each command ran within a day, how long it took, how it failed, and what was done about errors.",
      scope: "read",
      query,
      answers: { 200: { description: "Statistics", schema: SERVICES.conductor.statistics.result } },
    },
    async ({ query: { app }, correlationId }) =>
      json(await call("conductor", "statistics", app === undefined ? {} : { app }, { correlationId })),
  ),

  route({
    method: "GET",
    path: "/v1/monitoring",
    id: "getMonitoring",
    summary: "How many errors of a severity raise an alert, and what is done about them.",
    scope: "read",
    answers,
  }, async ({ correlationId }) => answer(await call("conductor", "monitoring", {}, { correlationId }))),

  route({
    method: "PUT",
    path: "/v1/monitoring",
    id: "putMonitoring",
    summary: "Sets how many errors raise an alert, and what is done about them.",
    scope: "admin",
    body: MonitoringSettings,
    headers: [ifMatchHeader("settings")],
    answers,
  }, async ({ body, request, correlationId }) => {
    const revision = seenRevision(request, "settings");
    const asked = revision === undefined ? { settings: body } : { settings: body, revision };
    try {
      return answer(await call("conductor", "put_monitoring", asked, { correlationId }));
    } catch (error) {
      throw preconditionFailed(error, request);
    }
  }),
];
