/** Assets: files in the object store, named by the SHA-256 of their content. They pass through in chunks, never whole. */
import { createHash } from "node:crypto";
import {
  AssetId,
  AssetName,
  AssetRef,
  ConflictError,
  type ErrorCode,
  HEADERS,
  newId,
  PatchbayError,
  UnavailableError,
  ValidationError,
} from "@patchbay/contracts";
import { z } from "zod";
import { cancelled } from "./abort.ts";
import {
  type AssetMeta,
  AssetObject,
  chunkSubject,
  describeObject,
  hex,
  META_SUBJECTS,
  metaSubject,
  refOf,
} from "./asset_object.ts";
import { removeChunks, type Upload, uploadChunks } from "./asset_upload.ts";
import type { Bus } from "./bus.ts";
import { API_TIMEOUT_MS } from "./jetstream_api.ts";
import { lastMessage } from "./direct_get.ts";
import { log } from "./log.ts";
import { store } from "./publish.ts";
import { readFeed } from "./read_stream.ts";
import { objectsStream } from "./streams.ts";

export type { AssetMeta };

const Meta = z.object({ name: AssetName, mediaType: AssetRef.shape.mediaType });

/**
 * Stores content, and returns what it is called from now on. Content that is there already is not stored twice.
 * @throws {ValidationError} `INVALID_ARGUMENTS` for a name or media type that cannot be
 * @throws {PatchbayError} `PAYLOAD_TOO_LARGE` past `maxBytes`, `STORAGE_FULL`, `BUS_UNAVAILABLE`, `CANCELLED`; nothing is kept that has no name then
 */
export async function putAsset(
  bus: Bus,
  meta: AssetMeta,
  content: ReadableStream<Uint8Array> | Uint8Array,
  { signal, maxBytes }: { signal?: AbortSignal; maxBytes?: number } = {},
): Promise<AssetRef> {
  const parsed = Meta.safeParse(meta);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_ARGUMENTS", "Cannot store asset", parsed.error);
  if (content instanceof Uint8Array) {
    const id = createHash("sha256").update(content).digest("hex");
    const present = await find(bus, id, signal);
    if (present?.object.size === content.length) return { ...refOf(present.object), ...parsed.data };
  }
  const upload = await uploadChunks(bus, content instanceof Uint8Array ? oneChunk(content) : content, {
    action: `Cannot store asset '${meta.name}'`,
    signal,
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  return await name(bus, parsed.data, upload, signal);
}

/** Gives the uploaded chunks their name, unless the same content has it already. */
async function name(bus: Bus, meta: AssetMeta, upload: Upload, signal: AbortSignal | undefined): Promise<AssetRef> {
  const object = describeObject(meta, upload);
  try {
    const present = await find(bus, object.name, signal);
    if (present?.object.size === object.size && !present.object.deleted) {
      throw new ConflictError("CONFLICT", `Asset ${object.name} is there already`);
    }
    await store(bus, {
      subject: metaSubject(object.name),
      data: new TextEncoder().encode(JSON.stringify(object)),
      headers: { [HEADERS.messageId]: newId() },
      timeoutMs: API_TIMEOUT_MS,
      signal,
      expectLastSubjectSequence: present?.revision ?? 0,
    });
  } catch (error) {
    if (!mayHaveHappened(error)) await removeChunks(bus, upload.nuid);
    // the other one has the same content: its name says so
    if (!(error instanceof ConflictError)) throw error;
  }
  return refOf(object);
}

/** Whether the name may be there although its receipt is not: then its content stays, or nobody could store it again. */
function mayHaveHappened(error: unknown): boolean {
  return !(error instanceof PatchbayError) || !NOTHING_STORED.has(error.code);
}

const NOTHING_STORED: ReadonlySet<ErrorCode> = new Set([
  "CONFLICT",
  "FORBIDDEN",
  "PAYLOAD_TOO_LARGE",
  "STORAGE_FULL",
]);

/**
 * Finds an asset; its content is read as it is asked for, and checked: content that does not match its name ends with an
 * error instead of with its last chunk.
 * @returns `undefined` when there is no such asset
 * @throws {ValidationError} `INVALID_ARGUMENTS` for what is no asset id
 */
export async function getAsset(
  bus: Bus,
  id: AssetId,
  { signal }: { signal?: AbortSignal } = {},
): Promise<{ ref: AssetRef; content: ReadableStream<Uint8Array> } | undefined> {
  const parsed = AssetId.safeParse(id);
  if (!parsed.success) throw ValidationError.fromZod("INVALID_ARGUMENTS", "Cannot read asset", parsed.error);
  const found = await find(bus, parsed.data, signal);
  if (found === undefined || found.object.deleted) return undefined;
  return { ref: refOf(found.object), content: streamOf(readChunks(bus, found.object, signal)) };
}

/** All assets, in the order in which they were stored. */
export async function listAssets(bus: Bus, { signal }: { signal?: AbortSignal } = {}): Promise<AssetRef[]> {
  const assets = new Map<AssetId, AssetRef>();
  const feed = readFeed(bus, objectsStream("assets"), {
    filters: [META_SUBJECTS],
    from: "last-per-subject",
    signal,
    after: "again",
  });
  for await (const item of feed) {
    if (item.kind === "caught-up") break;
    if (item.kind === "gap") assets.clear();
    if (item.kind !== "message") continue;
    const object = parseObject(item.message.data);
    if (object === undefined) {
      log.warn("ignored an object that is no asset: {subject}", { subject: item.message.subject });
    } else if (!object.deleted) assets.set(object.name, refOf(object));
  }
  if (signal?.aborted) throw cancelled("Cannot list assets", signal);
  return [...assets.values()];
}

async function find(bus: Bus, id: AssetId, signal: AbortSignal | undefined) {
  const last = await lastMessage(bus, objectsStream("assets"), metaSubject(id), signal);
  if (last === undefined) return undefined;
  const object = parseObject(last.data);
  return object === undefined ? undefined : { object, revision: last.revision };
}

function parseObject(data: Uint8Array): AssetObject | undefined {
  try {
    return AssetObject.safeParse(JSON.parse(new TextDecoder().decode(data))).data;
  } catch {
    return undefined;
  }
}

async function* readChunks(bus: Bus, object: AssetObject, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let left = object.size;
  if (left > 0) {
    const filters = [chunkSubject(object.nuid)];
    for await (const item of readFeed(bus, objectsStream("assets"), { filters, from: "start", signal })) {
      if (item.kind === "caught-up" && left > 0) throw corrupted(object, `${left} bytes are missing`);
      if (item.kind !== "message") continue;
      const { data } = item.message;
      hash.update(data);
      left -= data.length;
      // the last chunk is given only once all of it is known to be right
      if (left <= 0) {
        if (left < 0 || hex(new Uint8Array(hash.digest())) !== object.name) {
          throw corrupted(object, "the content does not match its name");
        }
        yield data;
        return;
      }
      yield data;
    }
    const action = `Cannot read asset ${object.name}`;
    if (signal?.aborted) throw cancelled(action, signal);
    throw new UnavailableError("BUS_UNAVAILABLE", `${action}: the connection was closed`);
  }
}

function corrupted({ name: id }: AssetObject, found: string): PatchbayError {
  return new PatchbayError("INTERNAL", `Cannot read asset ${id}: ${found}`, {
    context: { asset: id },
    remedy: "Store the file again: what the bus has of it is damaged.",
  });
}

/** A stream that asks for the next chunk only when somebody reads. */
function streamOf(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  }, { highWaterMark: 0 });
}

const oneChunk = (content: Uint8Array) => new Blob([new Uint8Array(content)]).stream();
