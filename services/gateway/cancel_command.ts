/** Cancels a command, wherever it is: in the queue of jobs, at a bridge, or on its way. */
import { cancelJob, findJob, isReadableJob, sendCancel } from "@patchbay/bus";
import type { CommandRecord, Id } from "@patchbay/contracts";
import { findCommand, type Looking, recordOf } from "./find_command.ts";

const REASON = "cancelled over HTTP";

/** The record of a command that has ended, or that it is being cancelled: then it will say itself what became of it. */
export async function cancelCommand(deps: Looking, id: Id, correlationId: Id): Promise<CommandRecord> {
  const { bus, commands, signal } = deps;
  if (!commands.isRunning(id)) {
    const job = await findJob(bus, id, { signal });
    if (job !== undefined && isReadableJob(job)) {
      const ended = await cancelJob(bus, job, { reason: REASON, source: "gateway", signal });
      return ended === undefined ? { id, status: "cancelling" } : recordOf(id, ended);
    }
    const record = await findCommand(deps, id);
    if (record !== undefined && record.status !== "running") return record;
  }
  sendCancel(bus, { commandId: id, reason: REASON, correlationId, source: "gateway" });
  return { id, status: "cancelling" };
}
