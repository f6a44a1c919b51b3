/** What applications offer: their manifests. */
import { z } from "zod";
import { AppName, ManifestDocument, SERVICES } from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { json, route } from "../route.ts";

export const appRoutes = ({ call }: Pick<GatewayDeps, "call">) => [
  route({
    method: "GET",
    path: "/v1/apps",
    id: "listApps",
    summary: "The manifests of all applications that are here.",
    scope: "read",
    answers: { 200: { description: "Manifests", schema: SERVICES["context-store"].apps.result } },
  }, async ({ correlationId }) => json(await call("context-store", "apps", {}, { correlationId }))),

  route({
    method: "GET",
    path: "/v1/apps/{app}",
    id: "getApp",
    summary: "The manifest of one application: commands, state, events and channels with their JSON Schemas.",
    scope: "read",
    params: z.object({ app: AppName }),
    answers: { 200: { description: "The manifest", schema: ManifestDocument } },
  }, async ({ params, correlationId }) => json(await call("context-store", "app", params, { correlationId }))),
];
