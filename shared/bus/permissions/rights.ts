/** What somebody may do on the bus, in words and in subjects: the pieces that the table is made of. */
import { type BucketName, bucketStream, type ObjectsName, objectsStream, type StreamName } from "../streams.ts";

/** One thing that somebody may do, and the subjects that it takes. */
export interface Right {
  /** For the table in `docs/security.md`: "answers `context-store` calls". */
  what: string;
  publish?: readonly string[];
  subscribe?: readonly string[];
}

export const publishTo = (what: string, ...subjects: string[]): Right => ({ what, publish: subjects });
export const subscribeTo = (what: string, ...subjects: string[]): Right => ({ what, subscribe: subjects });

/** Follows a stream or reads from it, through consumers that deliver to the own inbox. */
function reading(what: string, stream: string): Right {
  return {
    what,
    publish: [
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.DIRECT.GET.${stream}`,
      `$JS.API.DIRECT.GET.${stream}.>`,
      `$JS.API.CONSUMER.CREATE.${stream}.*`,
      `$JS.API.CONSUMER.CREATE.${stream}.*.>`,
      `$JS.API.CONSUMER.DELETE.${stream}.*`,
      // flow control: the server asks, the reader answers
      "$JS.FC.>",
    ],
  };
}

export const readStream = (stream: StreamName): Right => reading(`reads the stream ${stream}`, stream);
export const readBucket = (bucket: BucketName): Right =>
  reading(`reads and watches the bucket ${bucket}`, bucketStream(bucket));
export const readAssets = (name: ObjectsName = "assets"): Right => reading("reads assets", objectsStream(name));

/** Reads one key of a bucket, and no other. */
export const readKey = (bucket: BucketName, key: string): Right => ({
  what: `reads \`${key}\` of the bucket ${bucket}`,
  publish: [
    `$JS.API.STREAM.INFO.${bucketStream(bucket)}`,
    `$JS.API.DIRECT.GET.${bucketStream(bucket)}.$KV.${bucket}.${key}`,
  ],
});

/** Reads the last message of a subject, and no other. */
export const readLast = (stream: StreamName, subject: string): Right => ({
  what: `reads the last \`${subject}\``,
  publish: [`$JS.API.DIRECT.GET.${stream}.${subject}`],
});

/** Reads and watches the keys of a bucket that match a pattern, and no others. */
export const watchKeys = (bucket: BucketName, pattern: string): Right => ({
  what: `reads and watches \`${pattern}\` of the bucket ${bucket}`,
  publish: [
    `$JS.API.STREAM.INFO.${bucketStream(bucket)}`,
    `$JS.API.DIRECT.GET.${bucketStream(bucket)}.$KV.${bucket}.${pattern}`,
    `$JS.API.CONSUMER.CREATE.${bucketStream(bucket)}.*.$KV.${bucket}.${pattern}`,
    `$JS.API.CONSUMER.DELETE.${bucketStream(bucket)}.*`,
    "$JS.FC.>",
  ],
});

/** Writes keys of a bucket; `key` is a subject pattern below it. */
export const writeBucket = (bucket: BucketName, key = ">"): Right => ({
  what: key === ">" ? `writes the bucket ${bucket}` : `writes \`${key}\` of the bucket ${bucket}`,
  publish: [`$KV.${bucket}.${key}`],
});

/** Stores new assets. What lies there cannot be removed with this: the content is named by its digest. */
export const writeAssets = (name: ObjectsName = "assets"): Right => ({
  what: "stores assets",
  publish: [`$O.${name}.C.>`, `$O.${name}.M.>`],
});

/** Takes back what an upload left that broke off. Could take back any asset, so it is not for bridges: theirs expire. */
export const cleanAssets = (name: ObjectsName = "assets"): Right => ({
  what: "removes what broken uploads left",
  publish: [`$JS.API.STREAM.PURGE.${objectsStream(name)}`],
});

/** Creates and updates the declared streams. */
export const manageStorage = (streams: readonly string[]): Right => ({
  what: "creates and updates the streams, buckets and the object store",
  publish: streams.flatMap((stream) => ["INFO", "CREATE", "UPDATE"].map((verb) => `$JS.API.STREAM.${verb}.${stream}`)),
});

/** Takes jobs through one consumer of its own or shared, which gets only what `filter` names, and ends them there. */
export const takeJobs = (what: string, consumer: string, filter: string): Right => ({
  what,
  publish: [
    // the server sees that the filter in the subject is the only one
    `$JS.API.CONSUMER.CREATE.JOBS.${consumer}.${filter}`,
    `$JS.API.CONSUMER.MSG.NEXT.JOBS.${consumer}`,
    // before and since nats-server 2.15
    `$JS.ACK.JOBS.${consumer}.>`,
    `$JS.ACK.*.*.JOBS.${consumer}.>`,
  ],
});

/** Begins commands that were sent to one address, and keeps what came of them. */
export const keepLedger = (address: string): Right => ({
  what: `keeps the ledger of commands for \`${address}\``,
  publish: [`$KV.ledger.${address}.*`, `$JS.API.DIRECT.GET.KV_ledger.$KV.ledger.${address}.*`],
  subscribe: [`$KV.ledger.${address}.*`],
});

/** Is seen by service discovery (ADR-32), which asks everybody. */
export const DISCOVERABLE: Right = {
  what: "is found by `nats micro ls`",
  subscribe: ["$SRV.PING", "$SRV.INFO", "$SRV.STATS", "$SRV.*.*", "$SRV.*.*.*"],
};
