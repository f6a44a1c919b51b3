/** Triggers: when this happens, run that. The ETag of a trigger is its revision. */
import { z } from "zod";
import {
  type Id,
  JsonObject,
  newId,
  PatchbayError,
  SERVICES,
  Trigger,
  TriggerId,
  TriggerRecord,
  ValidationError,
} from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { ifMatchHeader, preconditionFailed, seenRevision } from "../if_match.ts";
import { type ApiKey, effectsOf, scopeFor } from "../keys.ts";
import { mergePatch } from "../merge_patch.ts";
import { requireScope } from "../middleware/auth.ts";
import { requirePlanScopes } from "../plan_scopes.ts";
import { HttpRefusal } from "../refusal.ts";
import { json, route } from "../route.ts";

const params = z.object({ id: TriggerId });
const query = z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) });
const Body = Trigger.extend({ id: TriggerId.optional() });
const answers = { 200: { description: "The trigger, its revision, and where it stands", schema: TriggerRecord } };
const headers = [ifMatchHeader("trigger")];
const creating = { name: "If-None-Match", description: "`*`: only where there is no trigger with this id yet." };

/** Who asks for what. */
interface Asked {
  request: Request;
  correlationId: Id;
  key: ApiKey | undefined;
}

export const triggerRoutes = ({ call, manifests }: Pick<GatewayDeps, "call" | "manifests">) => {
  const put = async (trigger: Trigger, revision: number | undefined, { request, correlationId }: Asked) => {
    const asked = revision === undefined ? { trigger } : { trigger, revision };
    try {
      return await call("conductor", "put_trigger", asked, { correlationId });
    } catch (error) {
      throw preconditionFailed(error, request);
    }
  };
  /** The trigger as the caller's own: it does what they may do. @throws {PatchbayError} `FORBIDDEN` for what they may not */
  const owned = async (trigger: Trigger, { key, correlationId }: Asked): Promise<Trigger> => {
    const { then } = trigger;
    if ("plan" in then) {
      const plan = await call("conductor", "plan", { id: then.plan }, { correlationId }).catch(noneOf);
      if (plan !== undefined) requirePlanScopes(plan.plan, manifests, (scope) => requireScope(key, scope));
    } else requireScope(key, scopeFor(manifests.command(then.app, then.bridge, then.command).effect));
    const { owner: _, ...rest } = trigger;
    return key === undefined ? rest : { ...rest, owner: { key: key.id, name: key.name, effects: effectsOf(key) } };
  };

  return [
    route({
      method: "GET",
      path: "/v1/triggers",
      id: "listTriggers",
      summary: "All triggers, and where they stand.",
      scope: "read",
      answers: { 200: { description: "Triggers", schema: SERVICES.conductor.triggers.result } },
    }, async ({ correlationId }) => json(await call("conductor", "triggers", {}, { correlationId }))),

    route({
      method: "POST",
      path: "/v1/triggers",
      id: "createTrigger",
      summary:
        "Runs a command or a plan when something happens, or when it is time. The key needs the scopes of what is run.",
      scope: "write",
      body: Body,
      answers: { 201: { description: "The trigger", schema: TriggerRecord } },
    }, async ({ body, ...asked }) => {
      const record = await put(await owned({ ...body, id: body.id ?? newId() }, asked), 0, asked);
      return answer(record, { status: 201, headers: { Location: `/v1/triggers/${record.trigger.id}` } });
    }),

    route({
      method: "GET",
      path: "/v1/triggers/{id}",
      id: "getTrigger",
      summary: "One trigger, and where it stands, with its revision as ETag.",
      scope: "read",
      params,
      answers,
    }, async ({ params, correlationId }) => answer(await call("conductor", "trigger", params, { correlationId }))),

    route({
      method: "PUT",
      path: "/v1/triggers/{id}",
      id: "putTrigger",
      summary:
        "Creates a trigger, or puts this one in its place; one that was suspended goes on. It belongs to the key from then on.",
      scope: "write",
      params,
      body: Body,
      headers: [...headers, creating],
      answers,
    }, async ({ params: { id }, body, ...asked }) => {
      const isNew = onlyNew(asked.request);
      const trigger = await owned(triggerOf(body, id), asked);
      try {
        return answer(await put(trigger, isNew ? 0 : seenRevision(asked.request, "trigger"), asked));
      } catch (error) {
        throw isNew && isConflict(error) ? new HttpRefusal(412, "CONFLICT", error.message) : error;
      }
    }),

    route({
      method: "PATCH",
      path: "/v1/triggers/{id}",
      id: "changeTrigger",
      summary: "Changes a trigger by a JSON Merge Patch (RFC 7396). Whoever may write may pause any.",
      scope: "write",
      params,
      body: JsonObject,
      headers,
      answers,
    }, async ({ params: { id }, body, ...asked }) => {
      const seen = seenRevision(asked.request, "trigger");
      for (let attempt = 1;; attempt++) {
        const { correlationId } = asked;
        const { trigger, revision } = await call("conductor", "trigger", { id }, { correlationId });
        const changed = triggerOf(mergePatch(trigger, body), id);
        try {
          // it stays its owner's, and does nothing
          const next = isPause(body) ? { ...trigger, paused: true } : await owned(changed, asked);
          return answer(await put(next, seen ?? revision, asked));
        } catch (error) {
          if (!isConflict(error) || seen !== undefined || attempt === 5) throw error;
        }
      }
    }),

    route({
      method: "DELETE",
      path: "/v1/triggers/{id}",
      id: "deleteTrigger",
      summary: "Ends a trigger; what it has begun goes on.",
      scope: "write",
      params,
      headers,
      answers: { 204: { description: "It is gone" } },
    }, async ({ params: { id }, request, correlationId }) => {
      const revision = seenRevision(request, "trigger");
      const asked = revision === undefined || revision === 0 ? { id } : { id, revision };
      try {
        await call("conductor", "delete_trigger", asked, { correlationId });
      } catch (error) {
        throw preconditionFailed(error, request);
      }
      return new Response(null, { status: 204 });
    }),

    route(
      {
        method: "GET",
        path: "/v1/triggers/{id}/firings",
        id: "listFirings",
        summary: "Each time that a trigger fired, or why it did not, the latest first.",
        scope: "read",
        params,
        query,
        answers: { 200: { description: "Firings", schema: SERVICES.conductor.firings.result } },
      },
      async ({ params, query, correlationId }) =>
        json(await call("conductor", "firings", { ...params, ...query }, { correlationId })),
    ),
  ];
};

function answer(record: TriggerRecord, { status = 200, headers = {} } = {}): Response {
  return json(record, {
    status,
    headers: { ...headers, ETag: `"${record.revision}"`, "Cache-Control": "private, no-cache" },
  });
}

/** @throws {ValidationError} `INVALID_REQUEST` for what is no trigger, or another one's id */
function triggerOf(value: unknown, id: TriggerId): Trigger {
  const parsed = Body.safeParse(value);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_REQUEST", "Cannot read trigger", parsed.error);
  const trigger = { ...parsed.data, id: parsed.data.id ?? id };
  if (trigger.id === id) return trigger;
  const message = `expected '${id}': the id of a trigger stays`;
  throw new ValidationError("INVALID_REQUEST", `Cannot read trigger: id: ${message}`, {
    issues: [{ path: ["id"], message }],
  });
}

/** @throws {HttpRefusal} for an `If-None-Match` that names more than `*` */
function onlyNew(request: Request): boolean {
  const header = request.headers.get("if-none-match")?.trim();
  if (header === undefined || header === "*") return header === "*";
  throw new HttpRefusal(412, "CONFLICT", "Cannot put trigger: If-None-Match takes '*' only");
}

/** A patch that does no more than pause. */
const isPause = (patch: JsonObject) => Object.keys(patch).length === 1 && patch["paused"] === true;

const isConflict = (error: unknown): error is PatchbayError =>
  error instanceof PatchbayError && error.code === "CONFLICT";

/** Whoever keeps the trigger says what is wrong with it. */
function noneOf(error: unknown): undefined {
  if (!(error instanceof PatchbayError) || error.code !== "NOT_FOUND") throw error;
}
