/** The wire format of NATS key-value buckets: one stream, one subject a key, and the sequence as revision. */
import { ConflictError, HEADERS, newId } from "@patchbay/contracts";
import type { Bus } from "./bus.ts";
import { lastMessage, type LastValue } from "./direct_get.ts";
import { API_TIMEOUT_MS } from "./jetstream_api.ts";
import { store } from "./publish.ts";
import { type BucketName, bucketStream } from "./streams.ts";

export interface WriteOptions {
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** How long the key lives, in milliseconds, at least a second; only in buckets that allow it. */
  ttlMs?: number;
  /** Refuses the write unless the key is at this revision; 0 for a key that never was. */
  revision?: number;
}

export interface KeyValueStore {
  last(key: string, signal?: AbortSignal): Promise<LastValue | undefined>;
  write(key: string, data: Uint8Array, options?: WriteOptions): Promise<number>;
  /** @throws {ConflictError} the key exists */
  create(key: string, data: Uint8Array, options?: Omit<WriteOptions, "revision">): Promise<number>;
  delete(key: string, options?: WriteOptions): Promise<void>;
}

/** A key that somebody else writes at the same moment may look free several times. */
const CREATE_TRIES = 5;

export function openStore(bus: Bus, name: BucketName): KeyValueStore {
  const subjectOf = (key: string) => `$KV.${name}.${key}`;
  const write = async (key: string, data: Uint8Array, headers: Record<string, string>, options: WriteOptions) => {
    const { signal, timeoutMs = API_TIMEOUT_MS, ttlMs, revision } = options;
    const { seq } = await store(bus, {
      subject: subjectOf(key),
      data,
      headers: {
        [HEADERS.messageId]: newId(),
        ...headers,
        ...(ttlMs === undefined ? {} : { "Nats-TTL": `${Math.max(1, Math.ceil(ttlMs / 1000))}s` }),
      },
      timeoutMs,
      signal,
      expectLastSubjectSequence: revision,
    });
    return seq;
  };
  const last = (key: string, signal?: AbortSignal) => lastMessage(bus, bucketStream(name), subjectOf(key), signal);
  return {
    last,
    write: (key, data, options = {}) => write(key, data, {}, options),
    async create(key, data, options = {}) {
      for (let tries = 1, revision = 0;; tries++) {
        try {
          return await write(key, data, {}, { ...options, revision });
        } catch (error) {
          if (!(error instanceof ConflictError) || tries === CREATE_TRIES) throw error;
          const found = await last(key, options.signal);
          if (found?.deleted === false) {
            throw new ConflictError("CONFLICT", `Cannot create ${key} of bucket ${name}: it exists`, {
              cause: error,
              context: { revision: found.revision },
            });
          }
          revision = found?.revision ?? 0;
        }
      }
    },
    async delete(key, options = {}) {
      await write(key, new Uint8Array(), { "KV-Operation": "DEL" }, options);
    },
  };
}
