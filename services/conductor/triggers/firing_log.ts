/** Each time that a trigger fired, or why it did not: stream TRIGGERS. */
import { type Bus, publish, readStream } from "@patchbay/bus";
import { envelope, type Id, subjects, TriggerFiring, type TriggerId } from "@patchbay/contracts";

/** Writes a firing down. One that is there already is not written twice, for as long as the stream knows its id. */
export async function writeFiring(bus: Bus, firing: TriggerFiring, signal: AbortSignal): Promise<void> {
  const { id, triggerId, runId = id } = firing;
  const message = envelope({ type: "event", payload: firing, source: "conductor", id, correlationId: runId });
  await publish(bus, subjects.trigger(triggerId), message, { signal });
}

/** The firings of a trigger, the first one first; each once, however often it was written. */
export async function readFirings(bus: Bus, triggerId: TriggerId, signal: AbortSignal): Promise<TriggerFiring[]> {
  const found = new Map<Id, TriggerFiring>();
  const all = { subject: subjects.trigger(triggerId), payload: TriggerFiring, from: "start", follow: false } as const;
  for await (const { message: { payload } } of readStream(bus, "TRIGGERS", { ...all, signal })) {
    if (!found.has(payload.id)) found.set(payload.id, payload);
  }
  signal.throwIfAborted();
  return [...found.values()];
}
