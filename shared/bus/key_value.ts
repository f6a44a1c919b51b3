/** The wire format of NATS key-value buckets: one stream, one subject a key, and the sequence as revision. */
import type { MsgHdrs } from "@nats-io/nats-core";
import { ConflictError, HEADERS, newId, UnavailableError } from "@patchbay/contracts";
import type { Bus } from "./bus.ts";
import { API_TIMEOUT_MS } from "./jetstream_api.ts";
import { store } from "./publish.ts";
import { askUntilAnswered } from "./retry.ts";
import { type BucketName, bucketStream } from "./streams.ts";

/** The last message of a key: a value, or that it was deleted or has expired. */
export interface LastValue {
  data: Uint8Array;
  revision: number;
  deleted: boolean;
}

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

const NOT_FOUND = 404;

/** The last message of a subject, of whichever copy of the stream answers. */
export async function lastMessage(
  bus: Bus,
  stream: string,
  subject: string,
  signal?: AbortSignal,
): Promise<LastValue | undefined> {
  const action = `Cannot read ${subject}`;
  const answer = await askUntilAnswered(bus, {
    action,
    subject: `$JS.API.DIRECT.GET.${stream}.${subject}`,
    data: new Uint8Array(),
    headers: {},
    timeoutMs: API_TIMEOUT_MS,
    signal,
  });
  if (answer.headers?.code === NOT_FOUND) return undefined;
  const revision = Number(answer.headers?.get("Nats-Sequence"));
  if (!Number.isInteger(revision) || revision < 1) {
    throw new UnavailableError("BUS_UNAVAILABLE", `${action}: ${answer.headers?.description ?? "no sequence"}`);
  }
  return { data: answer.data, revision, deleted: isDeletion(answer) };
}

/** Whether a message of a bucket says that its key is gone: deleted by somebody, or expired. */
export function isDeletion({ headers }: { headers?: MsgHdrs | undefined }): boolean {
  if (headers === undefined) return false;
  const operation = headers.get("KV-Operation");
  return operation === "DEL" || operation === "PURGE" || headers.has("Nats-Marker-Reason");
}
