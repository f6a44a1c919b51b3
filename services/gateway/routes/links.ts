/** Links: what drives what between applications. The ETag of a link is its revision. */
import { z } from "zod";
import {
  type Id,
  JsonObject,
  Link,
  LinkId,
  LinkRecord,
  newId,
  PatchbayError,
  SERVICES,
  ValidationError,
} from "@patchbay/contracts";
import type { GatewayDeps } from "../deps.ts";
import { ifMatchHeader, preconditionFailed, seenRevision } from "../if_match.ts";
import { mergePatch } from "../merge_patch.ts";
import { json, route } from "../route.ts";

const params = z.object({ id: LinkId });
const Body = Link.extend({ id: LinkId.optional() });
const answers = { 200: { description: "The link, its revision, and how it does", schema: LinkRecord } };
const headers = [ifMatchHeader("link")];

export const linkRoutes = ({ call }: Pick<GatewayDeps, "call">) => {
  type Call = { id: LinkId; request: Request; correlationId: Id };
  const put = async (link: Link, revision: number | undefined, { request, correlationId }: Omit<Call, "id">) => {
    const asked = revision === undefined ? { link } : { link, revision };
    try {
      return await call("context-store", "put_link", asked, { correlationId });
    } catch (error) {
      throw preconditionFailed(error, request);
    }
  };
  /** Changes what is there now; where somebody else does so too, once more, unless the caller named a revision. */
  const change = async ({ id, request, correlationId }: Call, make: (link: Link) => unknown) => {
    const seen = seenRevision(request, "link");
    for (let attempt = 1;; attempt++) {
      const { link, revision } = await call("context-store", "link", { id }, { correlationId });
      try {
        return answer(await put(linkOf(make(link), id), seen ?? revision, { request, correlationId }));
      } catch (error) {
        const isBeaten = error instanceof PatchbayError && error.code === "CONFLICT";
        if (!isBeaten || seen !== undefined || attempt === 5) throw error;
      }
    }
  };
  const pausing = (verb: "pause" | "resume", paused: boolean) =>
    route({
      method: "POST",
      path: `/v1/links/{id}/${verb}`,
      id: `${verb}Link`,
      summary: paused ? "Stops a link for now." : "Lets a paused link go on.",
      scope: "write",
      params,
      headers,
      answers,
    }, ({ params: { id }, ...call }) => change({ id, ...call }, (link) => ({ ...link, paused })));

  return [
    route({
      method: "GET",
      path: "/v1/links",
      id: "listLinks",
      summary: "All links, and how they do.",
      scope: "read",
      answers: { 200: { description: "Links", schema: SERVICES["context-store"].links.result } },
    }, async ({ correlationId }) => json(await call("context-store", "links", {}, { correlationId }))),

    route({
      method: "POST",
      path: "/v1/links",
      id: "createLink",
      summary: "Links a channel or a state of one application to an argument of another one's command.",
      scope: "write",
      body: Body,
      answers: { 201: { description: "The link", schema: LinkRecord } },
    }, async ({ body, request, correlationId }) => {
      const record = await put({ ...body, id: body.id ?? newId() }, 0, { request, correlationId });
      return answer(record, { status: 201, headers: { Location: `/v1/links/${record.link.id}` } });
    }),

    route({
      method: "GET",
      path: "/v1/links/{id}",
      id: "getLink",
      summary: "One link, and how it does, with its revision as ETag.",
      scope: "read",
      params,
      answers,
    }, async ({ params, correlationId }) => answer(await call("context-store", "link", params, { correlationId }))),

    route(
      {
        method: "PUT",
        path: "/v1/links/{id}",
        id: "putLink",
        summary: "Creates a link, or puts this one in its place.",
        scope: "write",
        params,
        body: Body,
        headers,
        answers,
      },
      async ({ params: { id }, body, request, correlationId }) =>
        answer(await put(linkOf(body, id), seenRevision(request, "link"), { request, correlationId })),
    ),

    route({
      method: "PATCH",
      path: "/v1/links/{id}",
      id: "changeLink",
      summary: "Changes a link while it runs, by a JSON Merge Patch (RFC 7396).",
      scope: "write",
      params,
      body: JsonObject,
      headers,
      answers,
    }, ({ params: { id }, body, ...call }) => change({ id, ...call }, (link) => mergePatch(link, body))),

    route({
      method: "DELETE",
      path: "/v1/links/{id}",
      id: "deleteLink",
      summary: "Ends a link.",
      scope: "write",
      params,
      headers,
      answers: { 204: { description: "It is gone" } },
    }, async ({ params: { id }, request, correlationId }) => {
      const revision = seenRevision(request, "link");
      try {
        await call("context-store", "delete_link", revision === undefined ? { id } : { id, revision }, {
          correlationId,
        });
      } catch (error) {
        throw preconditionFailed(error, request);
      }
      return new Response(null, { status: 204 });
    }),

    pausing("pause", true),
    pausing("resume", false),
  ];
};

function answer(record: LinkRecord, { status = 200, headers = {} } = {}): Response {
  return json(record, {
    status,
    headers: { ...headers, ETag: `"${record.revision}"`, "Cache-Control": "private, no-cache" },
  });
}

/** @throws {ValidationError} `INVALID_REQUEST` for what is no link, or another one's id */
function linkOf(value: unknown, id: LinkId): Link {
  const parsed = Body.safeParse(value);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_REQUEST", "Cannot read link", parsed.error);
  const link = { ...parsed.data, id: parsed.data.id ?? id };
  if (link.id === id) return link;
  const message = `expected '${id}': the id of a link stays`;
  throw new ValidationError("INVALID_REQUEST", `Cannot read link: id: ${message}`, {
    issues: [{ path: ["id"], message }],
  });
}
