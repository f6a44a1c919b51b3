/** What the conductor answers about rehearsals. */
import { type AnyEndpoint, serviceEndpoint } from "@patchbay/bus";
import { SERVICES } from "@patchbay/contracts";
import type { Rehearsals } from "./rehearsals.ts";

const { rehearse_plan, rehearsal } = SERVICES.conductor;

export const rehearsalEndpoints = (rehearsals: Rehearsals): AnyEndpoint[] => [
  serviceEndpoint("conductor", "rehearse_plan", {
    payload: rehearse_plan.request,
    handler: ({ payload: { planId }, message: { metadata: { correlationId } }, signal }) =>
      rehearsals.rehearse(planId, { correlationId, signal }),
  }),
  serviceEndpoint("conductor", "rehearsal", {
    payload: rehearsal.request,
    handler: ({ payload: { planId } }) => rehearsals.get(planId),
  }),
];
