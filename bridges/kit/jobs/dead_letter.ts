/** Jobs that nobody can do: a person is told. */
import {
  type Alert,
  envelope,
  type Id,
  Id as IdSchema,
  type PatchbayError,
  type Problem,
  subjects,
  toProblem,
} from "@patchbay/contracts";
import { type Job, jobMessageId } from "@patchbay/bus";
import type { JobParts } from "./job_parts.ts";

/** Says what a person must look at; it is in its stream once the bus is there. */
export function raiseAlert<S>(
  { options: { manifest: { app }, bridge }, self, spool }: JobParts<S>,
  { code, detail, remedy, context = {} }: Problem,
  { commandId, ...more }: { commandId?: Id | undefined; seq?: number },
): void {
  const payload: Alert = {
    severity: "error",
    code,
    message: detail,
    remedy,
    at: Date.now(),
    app,
    bridge,
    ...(commandId === undefined ? {} : { commandId }),
    context: JSON.parse(JSON.stringify({ ...context, ...more })),
  };
  spool.add(subjects.alert("error"), envelope({ type: "error", payload, source: self.source }));
}

/** A message that is no command: nobody can run it, and whoever looks at the queue should not meet it again. */
export function buryUnreadable<S>(parts: JobParts<S>, job: Job, error: PatchbayError): void {
  const commandId = IdSchema.safeParse(jobMessageId(job)).data;
  raiseAlert(parts, toProblem(error), { commandId, seq: job.seq });
  job.term(error.message.replace(/\s+/g, " "));
}
