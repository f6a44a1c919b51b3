/** Files that an MCP server sends inside its messages, stored as assets. */
import { type AssetRef, PatchbayError } from "@patchbay/contracts";
import type { AdapterHost } from "@patchbay/bridge-kit";

type Store = Pick<AdapterHost, "putAsset">;

const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+$/;
const ENDINGS: Record<string, string> = {
  "application/json": "json",
  "application/pdf": "pdf",
  "audio/mpeg": "mp3",
  "audio/wav": "wav",
  "image/gif": "gif",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/webp": "webp",
  "text/html": "html",
  "text/plain": "txt",
};

/** @throws {PatchbayError} `INVALID_RESULT` for what is no base64 */
export async function storeBase64(
  host: Store,
  data: string,
  meta: { name: string; mediaType: string | undefined },
): Promise<AssetRef> {
  return await storeFile(host, decoded(data), meta);
}

/** @param meta.name without an ending; the media type is the server's word, and taken where it is one */
export async function storeFile(
  host: Store,
  content: Uint8Array,
  { name, mediaType = "" }: { name: string; mediaType: string | undefined },
): Promise<AssetRef> {
  const plain = mediaType.split(";")[0]?.trim().toLowerCase() ?? "";
  const known = MEDIA_TYPE.test(plain) ? plain : "application/octet-stream";
  return await host.putAsset({ name: `${name}.${ENDINGS[known] ?? "bin"}`, mediaType: known }, content);
}

function decoded(data: string): Uint8Array {
  try {
    return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw PatchbayError.of("INVALID_RESULT", "Cannot read a file of the server's answer: it is no base64", { cause });
  }
}
