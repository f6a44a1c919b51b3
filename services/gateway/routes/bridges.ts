/** Who is here, what it looks like, and what it did. */
import { z } from "zod";
import { BridgeState, parseAddress, Presence, SERVICES } from "@patchbay/contracts";
import { bridgeField } from "../bridge_field.ts";
import type { GatewayDeps } from "../deps.ts";
import { matchesEtag } from "../etag.ts";
import { json, route } from "../route.ts";

const query = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });

export const bridgeRoutes = ({ call, here }: Pick<GatewayDeps, "call" | "here">) => {
  const params = z.object({ address: bridgeField({ here }) });
  return [
    route({
      method: "GET",
      path: "/v1/bridges",
      id: "listBridges",
      summary: "The bridges that are here, with their status.",
      scope: "read",
      answers: { 200: { description: "Bridges", schema: SERVICES["context-store"].bridges.result } },
    }, async ({ correlationId }) => json(await call("context-store", "bridges", {}, { correlationId }))),

    route(
      {
        method: "GET",
        path: "/v1/bridges/{address}",
        id: "getBridge",
        summary: "One bridge, by its address: `blender.ws-07`.",
        scope: "read",
        params,
        answers: { 200: { description: "The bridge", schema: Presence } },
      },
      async ({ params, correlationId }) =>
        json(await call("context-store", "bridge", parseAddress(params.address), { correlationId })),
    ),

    route({
      method: "GET",
      path: "/v1/bridges/{address}/state",
      id: "getBridgeState",
      summary: "The last state that the bridge reported, with its revision as ETag.",
      scope: "read",
      params,
      headers: [{ name: "If-None-Match", description: "The ETag of the state that the caller has." }],
      answers: {
        200: { description: "The state", schema: BridgeState },
        304: { description: "The caller has this state" },
      },
    }, async ({ params, correlationId, request }) => {
      const state = await call("context-store", "state", parseAddress(params.address), { correlationId });
      const headers = { ETag: `"${state.revision}-${state.instance}"`, "Cache-Control": "private, no-cache" };
      if (matchesEtag(request.headers.get("if-none-match"), headers.ETag)) {
        return new Response(null, { status: 304, headers });
      }
      return json(state, { headers });
    }),

    route(
      {
        method: "GET",
        path: "/v1/bridges/{address}/history",
        id: "getBridgeHistory",
        summary: "The results of the bridge's last commands, the latest first.",
        scope: "read",
        params,
        query,
        answers: { 200: { description: "Results", schema: SERVICES["context-store"].history.result } },
      },
      async ({ params, query, correlationId }) =>
        json(await call("context-store", "history", { ...parseAddress(params.address), ...query }, { correlationId })),
    ),
  ];
};
