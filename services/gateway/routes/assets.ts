/** Files that move between applications: put, get, list. */
import { z } from "zod";
import { getAsset, listAssets, putAsset } from "@patchbay/bus";
import { AssetId, AssetName, AssetRef, PatchbayError, ValidationError } from "@patchbay/contracts";
import { parseByteRange, sliceStream } from "../byte_range.ts";
import { contentDisposition } from "../content_disposition.ts";
import type { GatewayDeps } from "../deps.ts";
import { matchesEtag } from "../etag.ts";
import { tooLarge } from "../json_body.ts";
import { HttpRefusal } from "../refusal.ts";
import { json, route } from "../route.ts";

const MediaType = AssetRef.shape.mediaType;
const UNKNOWN_TYPE = "application/octet-stream";

type Deps = Pick<GatewayDeps, "bus" | "limits" | "signal">;

export const assetRoutes = (deps: Deps) => [
  upload(deps, "PUT", "putAsset"),
  upload(deps, "POST", "postAsset"),

  route({
    method: "GET",
    path: "/v1/assets",
    id: "listAssets",
    summary: "All assets.",
    scope: "read",
    answers: { 200: { description: "References", schema: z.object({ assets: z.array(AssetRef) }) } },
  }, async () => json({ assets: await listAssets(deps.bus) })),

  route({
    method: "GET",
    path: "/v1/assets/{id}",
    id: "getAsset",
    summary: "The content of an asset, or one range of its bytes.",
    scope: "read",
    params: z.object({ id: AssetId }),
    headers: [
      { name: "Range", description: "One range: `bytes=0-1023`." },
      { name: "If-None-Match", description: "The ETag that the caller has." },
    ],
    answers: {
      200: { description: "The content", mediaType: "*/*" },
      206: { description: "The range", mediaType: "*/*" },
      304: { description: "The caller has it" },
    },
  }, async ({ params: { id }, request }) => {
    const found = await getAsset(deps.bus, id, { signal: deps.signal });
    if (found === undefined) {
      throw new PatchbayError("NOT_FOUND", `Cannot get asset '${id}': there is none with this digest`);
    }
    return await contentResponse(request, found.ref, found.content);
  }),
];

const upload = ({ bus, limits, signal }: Deps, method: "PUT" | "POST", id: string) =>
  route({
    method,
    path: "/v1/assets",
    id,
    summary: "Stores the request's body as an asset; its type is the Content-Type.",
    scope: "write",
    query: z.object({ name: AssetName.default("unnamed") }),
    rawBody: "*/*",
    answers: { 201: { description: "The reference", schema: AssetRef } },
  }, async ({ query: { name }, request }) => {
    const size = Number(request.headers.get("content-length") ?? 0);
    if (size > limits.assetBytes) throw tooLarge(limits.assetBytes);
    const mediaType = mediaTypeOf(request.headers.get("content-type"));
    const content = request.body ?? new Uint8Array();
    const ref = await putAsset(bus, { name, mediaType }, content, { signal, maxBytes: limits.assetBytes });
    return json(ref, { status: 201, headers: { Location: `/v1/assets/${ref.id}` } });
  });

function mediaTypeOf(header: string | null): string {
  const essence = (header ?? UNKNOWN_TYPE).split(";", 1)[0]!.trim().toLowerCase();
  const parsed = MediaType.safeParse(essence);
  if (!parsed.success) {
    throw ValidationError.fromZod("INVALID_REQUEST", "Cannot store asset", parsed.error, ["header", "Content-Type"]);
  }
  return parsed.data;
}

async function contentResponse(
  request: Request,
  ref: AssetRef,
  content: ReadableStream<Uint8Array>,
): Promise<Response> {
  const etag = `"${ref.id}"`;
  const headers: Record<string, string> = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Disposition": contentDisposition(ref.name, ref.mediaType),
    "Content-Security-Policy": "default-src 'none'; sandbox",
    ETag: etag,
  };
  if (matchesEtag(request.headers.get("if-none-match"), etag)) {
    await content.cancel();
    return new Response(null, { status: 304, headers });
  }
  const sameVersion = (request.headers.get("if-range") ?? etag) === etag;
  const range = sameVersion ? parseByteRange(request.headers.get("range") ?? undefined, ref.size) : undefined;
  if (range === "unsatisfiable") {
    await content.cancel();
    throw new HttpRefusal(416, "INVALID_REQUEST", `Cannot send range: the asset has ${ref.size} bytes`, {
      headers: { "Content-Range": `bytes */${ref.size}` },
    });
  }
  headers["Content-Type"] = ref.mediaType;
  headers["Content-Length"] = String(range === undefined ? ref.size : range.end - range.start + 1);
  if (range !== undefined) headers["Content-Range"] = `bytes ${range.start}-${range.end}/${ref.size}`;
  const status = range === undefined ? 200 : 206;
  if (request.method === "HEAD") {
    await content.cancel();
    return new Response(null, { status, headers });
  }
  return new Response(range === undefined ? content : sliceStream(content, range), { status, headers });
}
