/** A bucket's values in memory, kept as the bucket is by its watcher. */
import type { z } from "zod";
import { openBucket } from "./bucket.ts";
import type { BucketChange } from "./bucket_watch.ts";
import type { Bus } from "./bus.ts";
import type { BucketName } from "./streams.ts";

/** Disposing ends the watching. */
export interface BucketMirror<V> extends AsyncDisposable {
  /** By key, in the order of their first appearance. */
  readonly values: ReadonlyMap<string, { value: V; revision: number }>;
  /** Resolves when the watching has ended; with the error that ended it, if one did. */
  readonly ended: Promise<unknown>;
}

export interface MirrorOptions<V> {
  /** Which keys: `blender.*`. @default all */
  filter?: string;
  signal?: AbortSignal;
  /** Called after each change, once the mirror shows it. */
  onChange?(change: Exclude<BucketChange<V>, { kind: "ready" }>): void;
}

/**
 * Mirrors a bucket; resolves once all that was there is in the mirror.
 * @throws {UnavailableError} `BUS_UNAVAILABLE` when the bucket is not there
 */
export async function mirrorBucket<V extends z.ZodType>(
  bus: Bus,
  name: BucketName,
  schema: V,
  { filter, signal, onChange }: MirrorOptions<z.output<V>> = {},
): Promise<BucketMirror<z.output<V>>> {
  const stop = new AbortController();
  const until = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const bucket = await openBucket(bus, name, schema, { signal: until });
  const values = new Map<string, { value: z.output<V>; revision: number }>();
  const { promise: ready, resolve: onReady } = Promise.withResolvers<void>();
  const follow = async () => {
    for await (const change of bucket.watch({ signal: until, ...(filter === undefined ? {} : { filter }) })) {
      if (change.kind === "ready") {
        onReady();
        continue;
      }
      if (change.kind === "put") values.set(change.key, { value: change.value, revision: change.revision });
      else values.delete(change.key);
      onChange?.(change);
    }
  };
  const ended = follow().then(() => undefined, (error: unknown) => error ?? new Error("the watcher failed"));
  const failed = await Promise.race([ready, ended]);
  if (failed !== undefined) throw failed;
  until.throwIfAborted();
  return {
    values,
    ended,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}
