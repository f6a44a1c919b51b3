/** The durable lane: jobs wait in the stream JOBS until a bridge has done them, also one that is switched off now. */
import {
  type ANY_BRIDGE,
  type AppName,
  type BridgeId,
  type Command,
  HEADERS,
  type Priority,
} from "@patchbay/contracts";
import { type EnvelopeOf, subjects, WILDCARD } from "@patchbay/contracts";
import type { Bus } from "./bus.ts";
import { packed, type PublishReceipt, store } from "./publish.ts";
import { removeMessage } from "./remove_message.ts";

/** Whose job it is: a bridge's, or that of any bridge of the application. */
export interface JobAddress {
  app: AppName;
  bridge: BridgeId | typeof ANY_BRIDGE;
  priority: Priority;
}

export interface EnqueueJobOptions {
  /** When the job is of no use any more, in milliseconds since 1970, even if nobody has begun it. @default it waits for ever */
  deadline?: number;
  /** How long it is tried. @default 10_000 */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * Puts a job into the queue; it is accepted once this resolves. The same command again within two minutes is a duplicate;
 * later than that it is a second message, and the ledger sees that it runs once.
 * @throws {PatchbayError} `STORAGE_FULL` when no more jobs are accepted, and as `publish`
 * @example
 * ```ts
 * import { type Bus, enqueueJob } from "@patchbay/bus";
 * import { type Command, envelope } from "@patchbay/contracts";
 *
 * async function renderTonight(bus: Bus, payload: Command): Promise<number> {
 *   const message = envelope({ type: "command", payload, source: "gateway", target: "blender.ws-07" });
 *   const { seq } = await enqueueJob(bus, { app: "blender", bridge: "ws-07", priority: "low" }, message);
 *   return seq;
 * }
 * ```
 */
export async function enqueueJob(
  bus: Bus,
  { app, bridge, priority }: JobAddress,
  message: EnvelopeOf<Command>,
  { deadline, timeoutMs, signal }: EnqueueJobOptions = {},
): Promise<PublishReceipt> {
  const { subject, data, headers } = packed(subjects.job(app, bridge, priority), message);
  headers[HEADERS.priority] = priority;
  if (deadline !== undefined) headers[HEADERS.deadline] = String(deadline);
  return await store(bus, { subject, data, headers, signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
}

/**
 * Takes a job out of the queue, by its sequence in the stream.
 * @returns whether it was there
 */
export const removeJob = (bus: Bus, seq: number, signal?: AbortSignal): Promise<boolean> =>
  removeMessage(bus, "JOBS", seq, signal);

/** Which jobs: all, an application's, or those of one address. */
export interface JobFilter {
  app?: AppName;
  bridge?: BridgeId | typeof ANY_BRIDGE;
}

export const jobsOf = ({ app, bridge }: JobFilter): string =>
  subjects.job(app ?? WILDCARD, bridge ?? WILDCARD, WILDCARD);
