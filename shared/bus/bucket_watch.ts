/** Reading whole buckets, once or for as long as one likes. */
import { ValidationError } from "@patchbay/contracts";
import { cancelled } from "./abort.ts";
import type { Bus } from "./bus.ts";
import type { StoredMessage } from "./feed.ts";
import { isDeletion } from "./direct_get.ts";
import { log } from "./log.ts";
import { readFeed } from "./read_stream.ts";
import { type BucketName, bucketStream } from "./streams.ts";

export interface BucketEntry<V> {
  key: string;
  value: V;
  revision: number;
}

export type BucketChange<V> =
  | { kind: "put"; key: string; value: V; revision: number }
  | { kind: "delete"; key: string; revision: number; value?: undefined }
  /** All that was there has been given. */
  | { kind: "ready" };

type Read<V> = (key: string, data: Uint8Array) => V;

/** The values of the keys that match, in the order of their last change. */
export async function readEntries<V>(
  bus: Bus,
  name: BucketName,
  filter: string,
  read: Read<V>,
  signal: AbortSignal | undefined,
): Promise<BucketEntry<V>[]> {
  const entries = new Map<string, BucketEntry<V>>();
  for await (const item of feed(bus, name, filter, signal)) {
    if (item.kind === "caught-up") break;
    if (item.kind === "gap") entries.clear();
    if (item.kind !== "message") continue;
    const key = keyOf(name, item.message);
    entries.delete(key);
    const value = isDeletion(item.message) ? undefined : readOrSkip(name, key, item.message, read);
    if (value !== undefined) entries.set(key, { key, value: value.value, revision: item.message.seq });
  }
  if (signal?.aborted) throw cancelled(`Cannot read bucket ${name}`, signal);
  return [...entries.values()];
}

/** What is there, `ready`, and what changes. After a gap all is read again, and compared with what was known. */
export async function* watchBucket<V>(
  bus: Bus,
  name: BucketName,
  filter: string,
  read: Read<V>,
  signal: AbortSignal | undefined,
): AsyncGenerator<BucketChange<V>, void> {
  const known = new Map<string, number>();
  const seen = new Set<string>();
  let ready = false;
  let reading = true;
  for await (const item of feed(bus, name, filter, signal)) {
    if (item.kind === "gap") {
      seen.clear();
      reading = true;
    } else if (item.kind === "caught-up") {
      reading = false;
      // what went while nobody looked may have left no marker
      for (const [key, revision] of [...known]) {
        if (seen.has(key)) continue;
        known.delete(key);
        yield { kind: "delete", key, revision };
      }
      if (!ready) yield { kind: "ready" };
      ready = true;
    } else {
      const { message } = item;
      const key = keyOf(name, message);
      if (reading) seen.add(key);
      if (known.get(key) === message.seq) continue;
      if (isDeletion(message)) {
        if (known.delete(key)) yield { kind: "delete", key, revision: message.seq };
        continue;
      }
      const value = readOrSkip(name, key, message, read);
      if (value === undefined) continue;
      known.set(key, message.seq);
      yield { kind: "put", key, value: value.value, revision: message.seq };
    }
  }
}

const feed = (bus: Bus, name: BucketName, filter: string, signal: AbortSignal | undefined) =>
  readFeed(bus, bucketStream(name), {
    filters: [`$KV.${name}.${filter}`],
    from: "last-per-subject",
    signal,
    after: "again",
  });

const keyOf = (name: BucketName, { subject }: StoredMessage) => subject.slice(`$KV.${name}.`.length);

function readOrSkip<V>(
  name: BucketName,
  key: string,
  { data }: StoredMessage,
  read: Read<V>,
): { value: V } | undefined {
  try {
    return { value: read(key, data) };
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    log.warn("ignored {key} of bucket {name}: {error}", { key, name, error: error.message });
    return undefined;
  }
}
