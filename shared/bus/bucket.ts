/** Key-value buckets: typed values, optimistic concurrency, and watchers that repair their own gaps. */
import { ConflictError, type PatchbayError, ValidationError } from "@patchbay/contracts";
import { z } from "zod";
import { type Bus } from "./bus.ts";
import { type BucketChange, type BucketEntry, readEntries, watchBucket } from "./bucket_watch.ts";
import { callApi } from "./jetstream_api.ts";
import { checkFilter, checkKey } from "./key.ts";
import { type KeyValueStore, openStore } from "./key_value.ts";
import { checkKeyOrigin } from "./origin.ts";
import { type BucketName, bucketStream } from "./streams.ts";

export type { BucketChange, BucketEntry };

/**
 * A bucket of values of one kind. Values that do not fit are an error for `get`, and left out (and logged) elsewhere.
 * Every call throws `BUS_UNAVAILABLE` when the bus stays away for five seconds.
 */
export interface Bucket<V> {
  /** On a cluster, a value may be a moment old: decide by revision. */
  get(key: string): Promise<{ value: V; revision: number } | undefined>;
  /** @throws {ConflictError} the key exists. Returns the revision. */
  create(key: string, value: V): Promise<number>;
  /** @throws {ConflictError} the key has another revision */
  update(key: string, value: V, revision: number): Promise<number>;
  put(key: string, value: V): Promise<number>;
  /** Deletes the key, if it is there; with `revision`, only that one. @throws {ConflictError} it has another revision */
  delete(key: string, revision?: number): Promise<void>;
  /** All values, or those whose keys match: `blender.*`. */
  entries(filter?: string): Promise<BucketEntry<V>[]>;
  /**
   * What is there, then `ready`, then what changes; a key that expires or is deleted gives `delete`. After a gap it gives
   * what was missed. Ends quietly when the signal fires.
   */
  watch(options?: { filter?: string; signal?: AbortSignal }): AsyncIterable<BucketChange<V>>;
}

/**
 * Opens a bucket that {@linkcode migrate} made.
 * @throws {UnavailableError} `BUS_UNAVAILABLE` when it is not there
 * @example
 * ```ts
 * import { type Bus, openBucket } from "@patchbay/bus";
 * import { Presence } from "@patchbay/contracts";
 *
 * async function announce(bus: Bus, here: Presence): Promise<void> {
 *   const presence = await openBucket(bus, "presence", Presence);
 *   await presence.put("blender.ws-07", here);
 * }
 * ```
 */
export async function openBucket<V extends z.ZodType>(
  bus: Bus,
  name: BucketName,
  schema: V,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Bucket<z.output<V>>> {
  await callApi(bus, `STREAM.INFO.${bucketStream(name)}`, undefined, z.looseObject({}), { signal });
  const store = openStore(bus, name);
  return typed(bus, name, store, schema, signal);
}

/** As {@linkcode openBucket}, but asks nothing: for the many in one process that know it to be there. */
export function bucketHandle<V extends z.ZodType>(
  bus: Bus,
  name: BucketName,
  schema: V,
  { signal }: { signal?: AbortSignal } = {},
): Bucket<z.output<V>> {
  return typed(bus, name, openStore(bus, name), schema, signal);
}

function typed<V extends z.ZodType>(
  bus: Bus,
  name: BucketName,
  store: KeyValueStore,
  schema: V,
  signal: AbortSignal | undefined,
): Bucket<z.output<V>> {
  const write = (value: z.output<V>) => new TextEncoder().encode(JSON.stringify(value));
  const read = (key: string, data: Uint8Array): z.output<V> => {
    const parsed = schema.safeParse(parseJson(data));
    if (parsed.success) {
      if (KEYED_BY_BRIDGE.has(name)) checkKeyOrigin(key, parsed.data);
      return parsed.data;
    }
    throw ValidationError.fromZod("INVALID_MESSAGE", `Cannot read ${key} of bucket ${name}`, parsed.error);
  };
  return {
    async get(key) {
      const last = await store.last(checkKey(key), signal);
      if (last === undefined || last.deleted) return undefined;
      return { value: read(key, last.data), revision: last.revision };
    },
    create: (key, value) => store.create(checkKey(key), write(value), { signal }),
    async update(key, value, revision) {
      try {
        return await store.write(checkKey(key), write(value), { signal, revision });
      } catch (error) {
        throw explained(error, `Cannot update ${key} of bucket ${name}: it is no longer at revision ${revision}`);
      }
    },
    put: (key, value) => store.write(checkKey(key), write(value), { signal }),
    async delete(key, revision) {
      try {
        await store.delete(checkKey(key), { signal, ...(revision === undefined ? {} : { revision }) });
      } catch (error) {
        throw explained(error, `Cannot delete ${key} of bucket ${name}: it is no longer at revision ${revision}`);
      }
    },
    entries: (filter = ">") => readEntries(bus, name, checkFilter(filter), read, signal),
    watch: ({ filter = ">", signal: stop = signal } = {}) => watchBucket(bus, name, checkFilter(filter), read, stop),
  };
}

/** What the bridges write, each under its own address. */
const KEYED_BY_BRIDGE: ReadonlySet<BucketName> = new Set<BucketName>(["presence", "manifests", "state"]);

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    // no schema of ours takes it: the error then names the key
    return undefined;
  }
}

function explained(error: unknown, message: string): unknown {
  if (!(error instanceof ConflictError)) return error;
  return new ConflictError("CONFLICT", message, { cause: error }) satisfies PatchbayError;
}
