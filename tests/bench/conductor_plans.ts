/** Plans of the echo application, and runs of them by the conductor that is there. */
import { type Bus, callService, readStream } from "@patchbay/bus";
import {
  eventsOf,
  type Id,
  newId,
  type Plan,
  type RunEvent,
  RunLogEntry,
  SERVICES,
  type Step,
  subjects,
} from "@patchbay/contracts";
import { TEXT } from "./echo_app.ts";

const VERBS = SERVICES.conductor;

/** So many steps, all at once or each after the one before. */
export function planOf(count: number, command: "echo" | "write", order: "independent" | "sequential"): Plan {
  const steps = Array.from({ length: count }, (_, i): Step => ({
    id: `s${i}`,
    app: "echo",
    command,
    args: TEXT,
    dependsOn: order === "sequential" && i > 0 ? [`s${i - 1}`] : [],
    onError: "stop",
  }));
  return { id: newId(), steps, provenance: { provider: "hand", createdAt: 0 } };
}

export async function savePlan(bus: Bus, plan: Plan): Promise<void> {
  const { result } = VERBS.save_plan;
  await callService(bus, "conductor", "save_plan", { plan }, { result, source: "bench" });
}

/** Begins a run of a plan that is saved. */
export async function beginRun(bus: Bus, planId: Id): Promise<Id> {
  const { result } = VERBS.run_plan;
  return (await callService(bus, "conductor", "run_plan", { planId }, { result, source: "bench" })).runId;
}

/** The events of a run, as they come, each message's together. Ends with the run. */
export async function* followRun(bus: Bus, runId: Id): AsyncGenerator<readonly RunEvent[]> {
  const log = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: true } as const;
  for await (const { message } of readStream(bus, "RUNS", { ...log, signal: AbortSignal.timeout(120_000) })) {
    const events = eventsOf(message.payload);
    yield events;
    if (events.at(-1)?.type === "RUN_FINISHED") return;
  }
  throw new Error(`run ${runId} did not end`);
}

/** Runs a plan to its end. @returns milliseconds from the request to the log's last event. @throws {Error} where it fails */
export async function runToEnd(bus: Bus, plan: Plan): Promise<number> {
  const began = performance.now();
  const runId = await beginRun(bus, plan.id);
  let last: RunEvent | undefined;
  for await (const events of followRun(bus, runId)) last = events.at(-1);
  const took = performance.now() - began;
  if (last?.type !== "RUN_FINISHED" || last.status !== "succeeded") {
    throw new Error(`run ${runId} ended so: ${JSON.stringify(last)}`);
  }
  // its plan may be run again once its record says so
  const { result } = VERBS.plan;
  for (;;) {
    const { status } = await callService(bus, "conductor", "plan", { id: plan.id }, { result, source: "bench" });
    if (status === "succeeded") return took;
  }
}
