/** The log of a run that was asked for and never began: it says so, and ends, so that whoever follows it learns of it. */
import { type Bus, publish } from "@patchbay/bus";
import {
  envelope,
  type Id,
  MAX_EVENTS_TOGETHER,
  type Plan,
  type RunEvent,
  type RunRequest,
  subjects,
} from "@patchbay/contracts";

/**
 * Writes the whole log. Its first message both begins and ends the run, so that whoever finds no more than that one leaves
 * every step undone too.
 * @throws {ConflictError} the run has a log
 */
export async function writeWithdrawnRun(
  bus: Bus,
  plan: Plan,
  { runId, correlationId, by, trigger, withdrawn = {} }: RunRequest,
  { at, signal }: { at: number; signal: AbortSignal },
): Promise<void> {
  const asked = { ...(by === undefined ? {} : { by }), ...(trigger === undefined ? {} : { trigger }) };
  const ends: RunEvent[] = [
    ...plan.steps.map(({ id: stepId }) => ({ type: "STEP_CANCELLED" as const, at, stepId })),
    { type: "RUN_FINISHED", at, status: "cancelled" },
  ];
  let last = await append(bus, runId, correlationId, 0, signal, [
    { type: "RUN_STARTED", at, runId, plan, correlationId, ...asked },
    { type: "RUN_CANCEL_REQUESTED", at, ...withdrawn },
  ]);
  for (let next = 0; next < ends.length; next += MAX_EVENTS_TOGETHER) {
    last = await append(bus, runId, correlationId, last, signal, ends.slice(next, next + MAX_EVENTS_TOGETHER));
  }
}

async function append(
  bus: Bus,
  runId: Id,
  correlationId: Id,
  expectLastSubjectSequence: number,
  signal: AbortSignal,
  events: RunEvent[],
): Promise<number> {
  const payload = events.length === 1 ? events[0]! : { type: "RUN_EVENTS" as const, events };
  const message = envelope({ type: "event", payload, source: "conductor", correlationId });
  const { seq } = await publish(bus, subjects.run(runId), message, { signal, expectLastSubjectSequence });
  return seq;
}
