/** Bringing content into the object store, chunk by chunk; what it is called is known only at its end. */
import { createHash } from "node:crypto";
import { nuid } from "@nats-io/nats-core";
import { HEADERS, PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import { orCancelled } from "./abort.ts";
import { chunkSubject } from "./asset_object.ts";
import type { Bus } from "./bus.ts";
import { callApi } from "./jetstream_api.ts";
import { log } from "./log.ts";
import { store } from "./publish.ts";
import { objectsStream } from "./streams.ts";

export interface Upload {
  nuid: string;
  sha256: Uint8Array;
  size: number;
  chunks: number;
  chunkBytes: number;
}

const CHUNK_BYTES = 256 * 1024;
/** What a chunk's headers take of the server's limit, at most. */
const HEADER_BYTES = 512;
const CHUNK_TIMEOUT_MS = 10_000;

/**
 * Stores the chunks, one after the other: their order in the stream is the content.
 * @throws {PatchbayError} `PAYLOAD_TOO_LARGE` past `maxBytes`, and as {@linkcode store}; the chunks are removed then
 */
export async function uploadChunks(
  bus: Bus,
  content: ReadableStream<Uint8Array>,
  { action, signal, maxBytes = Infinity }: { action: string; signal: AbortSignal | undefined; maxBytes?: number },
): Promise<Upload> {
  const upload = nuid.next();
  const chunkBytes = Math.min(CHUNK_BYTES, bus.maxPayload - HEADER_BYTES);
  const hash = createHash("sha256");
  let size = 0;
  let chunks = 0;
  try {
    for await (const chunk of rechunk(content, chunkBytes, action, signal)) {
      size += chunk.length;
      if (size > maxBytes) {
        throw new PatchbayError("PAYLOAD_TOO_LARGE", `${action}: it has more than ${maxBytes} bytes`, {
          context: { limitBytes: maxBytes },
        });
      }
      hash.update(chunk);
      await store(bus, {
        subject: chunkSubject(upload),
        data: chunk,
        headers: { [HEADERS.messageId]: `${upload}.${chunks++}` },
        timeoutMs: CHUNK_TIMEOUT_MS,
        signal,
      });
    }
  } catch (error) {
    await removeChunks(bus, upload);
    throw error;
  }
  return { nuid: upload, sha256: new Uint8Array(hash.digest()), size, chunks, chunkBytes };
}

/** Removes what an upload left; what cannot be removed now goes with the store's age limit. */
export async function removeChunks(bus: Bus, upload: string): Promise<void> {
  try {
    const body = { filter: chunkSubject(upload) };
    await callApi(bus, `STREAM.PURGE.${objectsStream("assets")}`, body, z.looseObject({}));
  } catch (error) {
    // a bridge may not remove what others stored, so neither its own
    if (error instanceof PatchbayError && error.code === "FORBIDDEN") return;
    log.warn("chunks of upload {upload} stay: {error}", { upload, error });
  }
}

/** The same bytes in chunks of one size, the last one shorter. */
export async function* rechunk(
  content: ReadableStream<Uint8Array>,
  chunkBytes: number,
  action: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const reader = content.getReader();
  const onAbort = () => void reader.cancel(signal?.reason).catch(() => {});
  signal?.addEventListener("abort", onAbort, { once: true });
  let chunk = new Uint8Array(chunkBytes);
  let filled = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      await orCancelled(action, signal, () => Promise.resolve(signal?.throwIfAborted()));
      if (done) break;
      for (let at = 0; at < value.length;) {
        const taken = value.subarray(at, at + chunkBytes - filled);
        chunk.set(taken, filled);
        filled += taken.length;
        at += taken.length;
        if (filled < chunkBytes) continue;
        yield chunk;
        chunk = new Uint8Array(chunkBytes);
        filled = 0;
      }
    }
    if (filled > 0) yield chunk.subarray(0, filled);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    // whoever gives us the content learns that nobody reads on
    await reader.cancel().catch(() => {});
  }
}
