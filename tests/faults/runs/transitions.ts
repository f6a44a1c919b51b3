/** What a process is about to do to the bus, by name: the moments at which something can be struck. */
import { eventsOf, type RunEvent, RunLogEntry } from "@patchbay/contracts";
import { z } from "zod";

/** Of conductors. */
export const OF_CONDUCTORS = [
  "RUN_STARTED",
  "STEP_STARTED",
  "STEP_WAITING",
  "STEP_FINISHED",
  "STEP_ERROR",
  "STEP_SKIPPED",
  "STEP_CANCELLED",
  "RUN_CANCEL_REQUESTED",
  "RUN_FINISHED",
  "lease taken",
  "lease given back",
  "record runs",
  "record settled",
  "command sent",
  "job sent",
] as const;
/** Of bridges: a command that changes something is entered in the ledger, done, stored, and entered again. */
export const OF_BRIDGES = ["ledger begun", "effect", "result stored", "ledger completed"] as const;

export const Transition = z.enum([...OF_CONDUCTORS, ...OF_BRIDGES]);
export type Transition = z.infer<typeof Transition>;

/** Before it is sent; when it is sent and no receipt is there; when the receipt is there, and nobody has learned of it. */
export const Moment = z.enum(["before", "sent", "after"]);
export type Moment = z.infer<typeof Moment>;

const Envelope = z.looseObject({ payload: z.unknown() });
const Record = z.looseObject({ status: z.string() });
const json = (data: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(data));

/** @param held leases of runs that the process has; kept up to date */
export function transitionsOf(
  subject: string,
  data: Uint8Array,
  headers: Readonly<{ [name: string]: string }>,
  held: Set<string>,
): readonly Transition[] {
  if (subject.startsWith("patchbay.v1.run.")) {
    const entry = RunLogEntry.parse(Envelope.parse(json(data)).payload);
    const types = eventsOf(entry).map(({ type }: RunEvent) => Transition.safeParse(type).data);
    return types.filter((type) => type !== undefined);
  }
  if (subject.startsWith("patchbay.v1.cmd.")) return ["command sent"];
  if (subject.startsWith("patchbay.v1.job.")) return ["job sent"];
  if (subject.startsWith("patchbay.v1.result.")) return ["result stored"];
  if (subject.startsWith("$KV.plans.")) {
    return [Record.parse(json(data)).status === "running" ? "record runs" : "record settled"];
  }
  if (subject.startsWith("$KV.ledger.")) {
    // forgotten
    if (data.length === 0) return [];
    return [Record.parse(json(data)).status === "started" ? "ledger begun" : "ledger completed"];
  }
  if (subject.startsWith("$KV.leases.run.")) {
    if (headers["KV-Operation"] === "DEL") return held.delete(subject) ? ["lease given back"] : [];
    if (held.has(subject)) return [];
    held.add(subject);
    return ["lease taken"];
  }
  return [];
}
