/** How an asset lies in the object store: NATS's own layout, so that `nats object` can read it. The object's name is the asset's id. */
import { AssetId, AssetName, AssetRef } from "@patchbay/contracts";
import { z } from "zod";

/** Chunks of one upload. */
export const chunkSubject = (upload: string) => `$O.assets.C.${upload}`;
/** What the object is. */
export const metaSubject = (id: AssetId) => `$O.assets.M.${base64url(new TextEncoder().encode(id))}`;
export const META_SUBJECTS = "$O.assets.M.>";

/** The object's description, as NATS has it. */
export const AssetObject = z.looseObject({
  name: AssetId,
  bucket: z.literal("assets"),
  /** Names the upload, and with it the chunks. */
  nuid: z.string().regex(/^\w+$/),
  size: z.number().int().nonnegative(),
  chunks: z.number().int().nonnegative(),
  /** `SHA-256=<base64url>` */
  digest: z.string(),
  deleted: z.boolean().default(false),
  metadata: z.looseObject({ name: AssetName, mediaType: AssetRef.shape.mediaType }),
});
export type AssetObject = z.infer<typeof AssetObject>;

export interface AssetMeta {
  /** What people call the file. */
  name: string;
  /** `image/png` */
  mediaType: string;
}

export function describeObject(
  meta: AssetMeta,
  upload: { nuid: string; sha256: Uint8Array; size: number; chunks: number; chunkBytes: number },
): AssetObject {
  return {
    name: hex(upload.sha256),
    bucket: "assets",
    nuid: upload.nuid,
    size: upload.size,
    chunks: upload.chunks,
    digest: `SHA-256=${base64url(upload.sha256)}`,
    deleted: false,
    mtime: new Date().toISOString(),
    options: { max_chunk_size: upload.chunkBytes },
    metadata: { name: meta.name, mediaType: meta.mediaType },
  };
}

export function refOf({ name: id, size, metadata: { name, mediaType } }: AssetObject): AssetRef {
  return { id, name, mediaType, size, digest: `sha-256:${id}` };
}

export const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const base64url = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
