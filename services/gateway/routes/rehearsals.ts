/** Rehearsals: what a plan would change, tried where nothing can be changed. */
import { sendCancel } from "@patchbay/bus";
import { z } from "zod";
import { Id, Rehearsal } from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
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
    async ({ params: { id: planId }, correlationId }) => {
      const { rehearsalTimeoutMs: timeoutMs } = limits;
      return json(await call("conductor", "rehearse_plan", { planId }, { correlationId, timeoutMs }));
    },
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

  route({
    method: "DELETE",
    path: "/v1/plans/{id}/rehearsal",
    id: "cancelRehearsal",
    summary: "Ends the rehearsal of a plan that runs now: whoever waits for it is told CANCELLED. A kept one stays.",
    scope: "write",
    params,
    answers: {
      202: { description: "It ends, if there is one", schema: z.object({ status: z.literal("cancelling") }) },
    },
  }, ({ params: { id: commandId }, correlationId }) => {
    sendCancel(bus, { commandId, reason: "cancelled over HTTP", correlationId, source: "gateway" });
    return json({ status: "cancelling" }, { status: 202 });
  }),
];
