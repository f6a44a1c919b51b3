/** Policies: what runs at once, what a person is asked for, what never runs. The ETag is their revision. */
import { Policies, PoliciesRecord } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { GatewayDeps } from "../deps.ts";
import { ifMatchHeader, preconditionFailed, seenRevision } from "../if_match.ts";
import { json, route } from "../route.ts";

const log = logger("gateway");

export const policyRoutes = ({ call }: Pick<GatewayDeps, "call">) => [
  route({
    method: "GET",
    path: "/v1/policies",
    id: "getPolicies",
    summary: "The rules in their order: the first that matches a step decides; else the default of its effect.",
    scope: "read",
    answers: { 200: { description: "The policies, with their revision as ETag", schema: PoliciesRecord } },
  }, async ({ correlationId }) => answer(await call("conductor", "policies", {}, { correlationId }))),

  route({
    method: "PUT",
    path: "/v1/policies",
    id: "putPolicies",
    summary: "Changes the policies: they hold for every run that begins from now on.",
    scope: "admin",
    body: Policies,
    headers: [ifMatchHeader("policies")],
    answers: { 200: { description: "The policies, with their revision as ETag", schema: PoliciesRecord } },
  }, async ({ body: policies, key, request, correlationId }) => {
    const revision = seenRevision(request, "policies");
    const asked = revision === undefined ? { policies } : { policies, revision };
    const record = await call("conductor", "put_policies", asked, { correlationId }).catch((error) => {
      throw preconditionFailed(error, request);
    });
    log.info("key {key} changed the policies to revision {revision}", { key: key?.id, revision: record.revision });
    return answer(record);
  }),
];

const answer = (record: PoliciesRecord) =>
  json(record, { headers: { ETag: `"${record.revision}"`, "Cache-Control": "private, no-cache" } });
