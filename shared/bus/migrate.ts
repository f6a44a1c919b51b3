/** Brings the server's streams to what {@linkcode STREAMS}, {@linkcode BUCKETS} and {@linkcode OBJECTS} declare. */
import { PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import type { Bus } from "./bus.ts";
import { API_TIMEOUT_MS, callApi } from "./jetstream_api.ts";
import { log } from "./log.ts";
import { canStoreTogether } from "./publish_together.ts";
import { declaredStreams, STORAGE_REVISION } from "./streams.ts";

export interface MigrateOptions {
  /** Copies of each stream in a cluster. @default 1 */
  replicas?: 1 | 3;
  /** @default "file" */
  storage?: "file" | "memory";
  signal?: AbortSignal;
}

const StreamInfo = z.looseObject({ config: z.record(z.string(), z.unknown()) });

/** A server that has less room than is asked for gets smaller limits, down to this share. */
const SMALLEST_SHARE = 1 / 256;

/**
 * Creates what is missing and updates what differs. Safe to repeat, and when several processes do it at once; an older
 * process leaves what a newer one declared.
 * @throws {PatchbayError} `STORAGE_FULL` when the server has no room even for small limits, `INTERNAL` when it refuses a
 *   change, `BUS_UNAVAILABLE`, `FORBIDDEN`, `CANCELLED`
 */
export async function migrate(
  bus: Bus,
  { replicas = 1, storage = "file", signal }: MigrateOptions = {},
): Promise<void> {
  const declared = declaredStreams({ replicas, storage }).map((wanted) => asServerKnows(bus, wanted));
  const present = await Promise.all(declared.map(({ name }) => describe(bus, name, signal)));
  for (const [i, wanted] of declared.entries()) {
    const config = present[i];
    if (config !== undefined) await update(bus, wanted, config, signal);
  }
  await create(bus, declared.filter((_, i) => present[i] === undefined), signal);
}

type Wanted = ReturnType<typeof declaredStreams>[number];

/** Without what an older server does not know: it would look different each time. */
function asServerKnows(bus: Bus, { allow_atomic, ...rest }: Wanted): Wanted {
  return allow_atomic === undefined || !canStoreTogether(bus) ? rest : { ...rest, allow_atomic };
}

/** The server reserves each limit. Where it has no room for all, all become smaller: they are new, and hold nothing yet. */
async function create(bus: Bus, missing: readonly Wanted[], signal: AbortSignal | undefined): Promise<void> {
  const created = new Set<string>();
  for (let share = 1;; share /= 4) {
    try {
      for (const wanted of missing) {
        const config = { ...wanted, max_bytes: Math.floor(wanted.max_bytes * share) };
        await change(bus, created.has(wanted.name) ? "UPDATE" : "CREATE", config, signal);
        created.add(wanted.name);
      }
      if (share < 1) log.warn("streams get {share} of their size: the server has no room for more", { share });
      return;
    } catch (error) {
      if (!isFull(error) || share <= SMALLEST_SHARE) throw error;
    }
  }
}

async function update(
  bus: Bus,
  wanted: Wanted,
  present: Record<string, unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (revisionOf(present) > STORAGE_REVISION || !differs(wanted, present)) return;
  // what cannot be changed later stays as it was made; so does what the server or an administrator added
  const { storage: _storage, retention: _retention, ...changes } = wanted;
  // it would bring back the rollups that it needs
  const { subject_delete_marker_ttl: _markers, ...kept } = present;
  await change(bus, "UPDATE", {
    ...kept,
    ...changes,
    // a smaller size stays: nats-server lets a stream grow past what it has, and then has no room for the next one
    max_bytes: Math.min(wanted.max_bytes, bytesOf(present)),
    metadata: { ...record(present["metadata"]), ...wanted.metadata },
  }, signal);
  log.info("updated {stream}", { stream: wanted.name });
}

const isFull = (error: unknown) => error instanceof PatchbayError && error.code === "STORAGE_FULL";

async function describe(bus: Bus, name: string, signal: AbortSignal | undefined) {
  try {
    return (await callApi(bus, `STREAM.INFO.${name}`, undefined, StreamInfo, { signal })).config;
  } catch (error) {
    if (error instanceof PatchbayError && error.context["jetstream"] === STREAM_NOT_FOUND) return undefined;
    throw error;
  }
}

const STREAM_NOT_FOUND = 10059;
const NAME_IN_USE = 10058;

/** Creates or updates; that another process was faster is what we wanted. */
async function change(
  bus: Bus,
  verb: "CREATE" | "UPDATE",
  config: Wanted,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await callApi(bus, `STREAM.${verb}.${config.name}`, config, z.looseObject({}), {
      signal,
      timeoutMs: 2 * API_TIMEOUT_MS,
    });
  } catch (error) {
    if (error instanceof PatchbayError && error.context["jetstream"] === NAME_IN_USE) return;
    throw error;
  }
}

/** Whether the server's stream has other values than ours in what we declare. A smaller size stays: there was no room. */
function differs(wanted: Wanted, present: Record<string, unknown>): boolean {
  const { storage: _storage, retention: _retention, metadata: _metadata, max_bytes, ...rest } = wanted;
  if (revisionOf(present) !== STORAGE_REVISION) return true;
  if (bytesOf(present) > max_bytes) return true;
  return Object.entries(rest).some(([name, value]) => JSON.stringify(present[name]) !== JSON.stringify(value));
}

function revisionOf(config: Record<string, unknown>): number {
  const revision = Number(record(config["metadata"])["patchbay.storage"]);
  return Number.isInteger(revision) ? revision : 0;
}

/** How large a stream may be, in bytes. */
function bytesOf({ max_bytes }: Record<string, unknown>): number {
  return typeof max_bytes === "number" && max_bytes > 0 ? max_bytes : Infinity;
}

const record = (value: unknown) => z.record(z.string(), z.string()).catch({}).parse(value);
