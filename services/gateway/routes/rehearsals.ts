/** Rehearsals: what a plan would change, tried where nothing can be changed. */
import { z } from "zod";
import { Id, Rehearsal } from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { rehearse } from "../rehearse.ts";
import { json, route } from "../route.ts";

const params = z.object({ id: Id });
const schema = Rehearsal;

export const rehearsalRoutes = ({ bus, call, limits }: Pick<GatewayDeps, "bus" | "call" | "limits">) => [
  route(
    {
      method: "POST",
      path: "/v1/plans/{id}/rehearse",
      id: "rehearsePlan",
      summary:
        "Tries a plan on simulators that hold the present state, and says what each step would change. No application is touched.",
      scope: "write",
      params,
      answers: { 200: { description: "The rehearsal; its digest is that of the plan that was rehearsed", schema } },
    },
    async ({ params: { id }, request, correlationId }) =>
      json(await rehearse({ bus, call, limits }, id, { correlationId, request })),
  ),

  route(
    {
      method: "GET",
      path: "/v1/plans/{id}/rehearsal",
      id: "getRehearsal",
      summary: "The latest rehearsal of a plan; compare its digest with the plan's.",
      scope: "read",
      params,
      answers: { 200: { description: "The rehearsal", schema } },
    },
    async ({ params: { id: planId }, correlationId }) =>
      json(await call("conductor", "rehearsal", { planId }, { correlationId })),
  ),
];
