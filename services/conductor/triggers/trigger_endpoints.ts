/** The verbs of triggers. */
import { type AnyEndpoint, type Bus, serviceEndpoint, whatFits } from "@patchbay/bus";
import { SERVICES } from "@patchbay/contracts";
import type { TriggerStore } from "./trigger_store.ts";

const NAME = "conductor";
const VERBS = SERVICES[NAME];

export const triggerEndpoints = (bus: Bus, triggers: TriggerStore): AnyEndpoint[] => [
  serviceEndpoint(NAME, "triggers", {
    payload: VERBS.triggers.request,
    handler: async () => ({ triggers: whatFits(bus, await triggers.list()) }),
  }),
  serviceEndpoint(NAME, "trigger", {
    payload: VERBS.trigger.request,
    handler: ({ payload }) => triggers.get(payload.id),
  }),
  serviceEndpoint(NAME, "put_trigger", {
    payload: VERBS.put_trigger.request,
    handler: ({ payload }) => triggers.put(payload.trigger, payload.revision),
  }),
  serviceEndpoint(NAME, "delete_trigger", {
    payload: VERBS.delete_trigger.request,
    handler: async ({ payload }) => {
      await triggers.delete(payload.id, payload.revision);
      return {};
    },
  }),
  serviceEndpoint(NAME, "firings", {
    payload: VERBS.firings.request,
    handler: async ({ payload, signal }) => ({
      firings: whatFits(bus, await triggers.firings(payload.id, payload.limit, signal)),
    }),
  }),
];
