/** The verbs of links. */
import { type AnyEndpoint, serviceEndpoint } from "@patchbay/bus";
import { SERVICES } from "@patchbay/contracts";
import type { LinkStore } from "./link_store.ts";

const NAME = "context-store";
const VERBS = SERVICES[NAME];

export const linkEndpoints = (links: LinkStore): AnyEndpoint[] => [
  serviceEndpoint(NAME, "links", {
    payload: VERBS.links.request,
    handler: async () => ({ links: await links.list() }),
  }),
  serviceEndpoint(NAME, "link", {
    payload: VERBS.link.request,
    handler: ({ payload }) => links.get(payload.id),
  }),
  serviceEndpoint(NAME, "put_link", {
    payload: VERBS.put_link.request,
    handler: ({ payload }) => links.put(payload.link, payload.revision),
  }),
  serviceEndpoint(NAME, "delete_link", {
    payload: VERBS.delete_link.request,
    handler: async ({ payload }) => {
      await links.delete(payload.id, payload.revision);
      return {};
    },
  }),
];
