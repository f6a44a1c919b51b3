/** What waits on the durable lane. */
import { z } from "zod";
import { ANY_BRIDGE, AppName, BridgeId, JobRecord } from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { findJobs } from "../find_command.ts";
import { json, route } from "../route.ts";

const query = z.object({
  app: AppName.optional(),
  bridge: z.union([BridgeId, z.literal(ANY_BRIDGE)]).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

export const jobRoutes = (deps: Pick<GatewayDeps, "bus" | "commands" | "here" | "progress" | "signal">) => [
  route({
    method: "GET",
    path: "/v1/jobs",
    id: "listJobs",
    summary: "The jobs that wait or run, the oldest first.",
    scope: "read",
    query,
    answers: { 200: { description: "Jobs", schema: z.object({ jobs: z.array(JobRecord) }) } },
  }, async ({ query: { limit, ...filter } }) => json({ jobs: await findJobs(deps, filter, limit) })),
];
