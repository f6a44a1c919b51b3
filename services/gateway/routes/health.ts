/** Whether the gateway lives, and whether all that it needs is there. Both are open: a load balancer has no key. */
import { z } from "zod";
import { UnavailableError } from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { missingParts, PARTS } from "../readiness.ts";
import { json, route } from "../route.ts";

export const healthRoutes = ({ bus, version }: Pick<GatewayDeps, "bus" | "version">) => [
  route({
    method: "GET",
    path: "/healthz",
    id: "getHealth",
    summary: "The gateway lives.",
    scope: "public",
    answers: { 200: { description: "It does", schema: z.object({ status: z.literal("ok"), version: z.string() }) } },
  }, () => json({ status: "ok", version })),

  route({
    method: "GET",
    path: "/readyz",
    id: "getReadiness",
    summary: "Every part of the studio is there; otherwise a problem that says which is missing.",
    scope: "public",
    answers: {
      200: { description: "It is", schema: z.object({ status: z.literal("ready"), parts: z.array(z.string()) }) },
    },
  }, async () => {
    const missing = await missingParts(bus);
    if (missing.length === 0) return json({ status: "ready", parts: PARTS });
    throw new UnavailableError("SERVICE_UNAVAILABLE", `Not ready: ${missing.join(", ")} missing`, {
      context: { missing },
      remedy: "Wait a moment: what is missing is restarted. If it stays away, look at its log.",
    });
  }),
];
