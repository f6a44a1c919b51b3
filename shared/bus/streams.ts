/** Everything that Patchbay keeps in NATS, declared once: streams, key-value buckets, and the object store. */
import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import { PRESENCE_TTL_MS, SUBJECT_ROOT } from "@patchbay/contracts";

/** Counts up with each change of this file: an older process does not undo what a newer one declared. */
export const STORAGE_REVISION = 4;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const MIB = 1024 * 1024;

/** How long a repeated `Nats-Msg-Id` is recognized, in milliseconds. */
export const DUPLICATE_WINDOW_MS = 2 * MINUTE;

type Declared = Partial<StreamConfig> & Pick<StreamConfig, "subjects" | "max_bytes">;

/** What many bridges write in order: several messages at once, all or none. Servers before 2.12 have no such thing. */
const IN_ORDER = { allow_atomic: true };

const stream = (kind: string, config: Partial<StreamConfig> & { max_bytes: number }): Declared => ({
  subjects: [`${SUBJECT_ROOT}.${kind}.>`],
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.Old,
  duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  allow_direct: true,
  ...config,
});

/** Streams by name. All are bounded: by age, by size, and STATE by messages a subject. */
export const STREAMS = {
  /** The durable lane: a message stays until it is done. Full means that no more are accepted. */
  JOBS: stream("job", {
    description: "jobs that wait or run",
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    max_bytes: 512 * MIB,
  }),
  /** The history: who did what to which application. */
  RESULTS: stream("result", {
    ...IN_ORDER,
    description: "results of commands",
    max_age: nanos(30 * DAY),
    max_bytes: 1024 * MIB,
  }),
  /** Snapshots and patches: enough to catch up from the last snapshot. */
  STATE: stream("state", {
    ...IN_ORDER,
    description: "what the applications look like",
    max_age: nanos(7 * DAY),
    max_bytes: 256 * MIB,
    max_msgs_per_subject: 256,
  }),
  EVENTS: stream("evt", {
    ...IN_ORDER,
    description: "what happened in the applications",
    max_age: nanos(7 * DAY),
    max_bytes: 256 * MIB,
  }),
  /** What a person must look at. */
  ALERTS: stream("alert", { description: "alerts", max_age: nanos(30 * DAY), max_bytes: 64 * MIB }),
  /** What the server says of jobs that it has given up: kept until somebody has dealt with it. */
  DEAD_LETTERS: stream("dead", {
    description: "jobs that were given up",
    subjects: ["MAX_DELIVERIES", "MSG_TERMINATED"].map((what) => `$JS.EVENT.ADVISORY.CONSUMER.${what}.JOBS.>`),
    max_age: nanos(30 * DAY),
    max_bytes: 16 * MIB,
  }),
  /** Each time that a trigger fired, or why it did not. */
  TRIGGERS: stream("trigger", {
    description: "firings of triggers",
    max_age: nanos(30 * DAY),
    max_bytes: 64 * MIB,
    max_msgs_per_subject: 1_000,
  }),
  /** The log of each run. */
  RUNS: stream("run", { description: "logs of runs", max_age: nanos(90 * DAY), max_bytes: 1024 * MIB }),
} as const satisfies Record<string, Declared>;
export type StreamName = keyof typeof STREAMS;

/** How long the marker of an expired key can be seen by a watcher that was away. */
const MARKER_TTL_MS = MINUTE;

const bucket = (
  name: string,
  { ttlMs, expiry = "silent", ...config }: {
    ttlMs?: number;
    /** Whether watchers see that a key has expired. The server can do that only where anybody who writes one key may drop all. */
    expiry?: "silent" | "seen";
    description: string;
    max_bytes: number;
  },
): Declared => ({
  subjects: [`$KV.${name}.>`],
  retention: RetentionPolicy.Limits,
  // a full bucket refuses: discarding would lose somebody else's key
  discard: DiscardPolicy.New,
  max_msgs_per_subject: 1,
  allow_direct: true,
  deny_delete: true,
  duplicate_window: nanos(Math.min(DUPLICATE_WINDOW_MS, ttlMs ?? DUPLICATE_WINDOW_MS)),
  ...(ttlMs === undefined ? {} : { max_age: nanos(ttlMs) }),
  // a message with the header `Nats-Rollup: all` empties the whole bucket, whoever may write but one key of it
  ...(expiry === "silent" ? { allow_rollup_hdrs: false } : {
    allow_rollup_hdrs: true,
    allow_msg_ttl: true,
    subject_delete_marker_ttl: nanos(MARKER_TTL_MS),
  }),
  ...config,
});

/** Key-value buckets by name; each keeps the last value of a key. */
export const BUCKETS = {
  /** `<app>.<bridge>`: who is here. A key that is not renewed expires, and watchers see it. */
  presence: bucket("presence", {
    description: "bridges that are here",
    ttlMs: PRESENCE_TTL_MS,
    expiry: "seen",
    max_bytes: 16 * MIB,
  }),
  /** `<app>.<bridge>`: what each bridge's application offers. */
  manifests: bucket("manifests", { description: "what bridges offer", max_bytes: 64 * MIB }),
  /** `<planId>` */
  plans: bucket("plans", { description: "plans", max_bytes: 256 * MIB }),
  /** Who does what only one may do. Each key has its own time to live. */
  leases: bucket("leases", { description: "leases", expiry: "seen", max_bytes: 16 * MIB }),
  /**
   * `<app>.<bridge|any>.<digest of the idempotency key>`: what was started and what came of it. A full one forgets the
   * oldest: refusing would stop every application.
   */
  ledger: {
    ...bucket("ledger", { description: "commands by idempotency key", ttlMs: 7 * DAY, max_bytes: 512 * MIB }),
    discard: DiscardPolicy.Old,
  },
  /** `<target app>.<target bridge>.<link id>`: what drives what. */
  links: bucket("links", { description: "links between applications", max_bytes: 16 * MIB }),
  /** `<triggerId>`; `_position.<what>` is how far the conductor has come. */
  triggers: bucket("triggers", { description: "triggers", max_bytes: 16 * MIB }),
  /** `<what>`: what the studio has set for itself, such as `policies`. */
  settings: bucket("settings", { description: "settings of the studio", max_bytes: 16 * MIB }),
  /** `<planId>`: the last rehearsal of each plan. */
  rehearsals: bucket("rehearsals", { description: "rehearsals of plans", ttlMs: 7 * DAY, max_bytes: 128 * MIB }),
  /** `<app>.<bridge>`: the last whole state of each application. */
  state: bucket("state", { description: "last states", max_bytes: 256 * MIB }),
} as const satisfies Record<string, Declared>;
export type BucketName = keyof typeof BUCKETS;

/** The object store: content in chunks under `C`, what it is under `M`, as NATS's own object store has it. */
export const OBJECTS = {
  assets: {
    description: "files that move between applications",
    subjects: ["$O.assets.C.>", "$O.assets.M.>"],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    allow_rollup_hdrs: false,
    allow_direct: true,
    max_age: nanos(30 * DAY),
    max_bytes: 16 * 1024 * MIB,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
  },
} as const satisfies Record<string, Declared>;
export type ObjectsName = keyof typeof OBJECTS;

/** The stream that holds a bucket. */
export const bucketStream = (name: BucketName) => `KV_${name}`;
/** The stream that holds an object store. */
export const objectsStream = (name: ObjectsName) => `OBJ_${name}`;

/** All declarations, by the name of their stream. */
export function declaredStreams(
  { replicas, storage }: { replicas: 1 | 3; storage: "file" | "memory" },
): ({ name: string } & Declared)[] {
  const common = {
    num_replicas: replicas,
    storage: storage === "file" ? StorageType.File : StorageType.Memory,
    metadata: { "patchbay.storage": String(STORAGE_REVISION) },
  };
  return [
    ...Object.entries(STREAMS).map(([name, config]) => ({ name, ...common, ...config })),
    ...Object.entries(BUCKETS).map(([name, config]) => ({ name: `KV_${name}`, ...common, ...config })),
    ...Object.entries(OBJECTS).map(([name, config]) => ({ name: `OBJ_${name}`, ...common, ...config })),
  ];
}

const OF_KIND: Readonly<Record<string, StreamName>> = {
  job: "JOBS",
  result: "RESULTS",
  state: "STATE",
  evt: "EVENTS",
  run: "RUNS",
  trigger: "TRIGGERS",
  alert: "ALERTS",
};

/** The stream that keeps a subject, if one does. */
export function streamOf(subject: string): string | undefined {
  const [first, second, third] = subject.split(".");
  if (first === "$KV") return `KV_${second}`;
  if (first === "$O") return `OBJ_${second}`;
  return `${first}.${second}` === SUBJECT_ROOT && third !== undefined ? OF_KIND[third] : undefined;
}
