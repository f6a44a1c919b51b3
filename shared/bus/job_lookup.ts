/** Looking at what lies in the queue of jobs, without taking it. */
import type { Id } from "@patchbay/contracts";
import type { Bus } from "./bus.ts";
import { directBatch } from "./direct_batch.ts";
import { jobMessageId, type QueuedJob, readQueuedJob } from "./job.ts";
import { type JobFilter, jobsOf } from "./job_queue.ts";
import { wasReplayBefore } from "./replay.ts";

/** So many are read at once. */
const BATCH = 256;

/**
 * The jobs that wait or run, in the order in which they came.
 * @throws {PatchbayError} `BUS_UNAVAILABLE`, `FORBIDDEN`, `CANCELLED`
 * @example
 * ```ts
 * import { type Bus, listJobs } from "@patchbay/bus";
 *
 * async function waiting(bus: Bus): Promise<number> {
 *   let count = 0;
 *   for await (const _job of listJobs(bus, { app: "blender" })) count++;
 *   return count;
 * }
 * ```
 */
export async function* listJobs(
  bus: Bus,
  filter: JobFilter = {},
  { signal }: { signal?: AbortSignal } = {},
): AsyncGenerator<QueuedJob, void> {
  for (let seq = 1;;) {
    const { messages, more } = await directBatch(bus, "JOBS", { subject: jobsOf(filter), seq, batch: BATCH, signal });
    for (const { subject, seq, data, headers } of messages) {
      yield readQueuedJob({ subject, seq, data, headers }, wasReplayBefore(headers));
    }
    const last = messages.at(-1);
    if (!more || last === undefined) return;
    seq = last.seq + 1;
  }
}

/** The job with this command; `undefined` where it is done, or never was. @param filter where to look: the narrower, the faster */
export async function findJob(
  bus: Bus,
  commandId: Id,
  { signal, ...filter }: JobFilter & { signal?: AbortSignal } = {},
): Promise<QueuedJob | undefined> {
  for await (const job of listJobs(bus, filter, signal === undefined ? {} : { signal })) {
    if (jobMessageId(job) === commandId) return job;
  }
  return undefined;
}
