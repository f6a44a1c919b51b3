/** One rehearsal in a worker of its own: begun, listened to, and ended, whatever it does. */
import { endChild, type StartedChild } from "@patchbay/bridge-kit/rehearsal";
import { type Bus, getAsset } from "@patchbay/bus";
import {
  type AssetId,
  type AssetRef,
  fromProblem,
  PatchbayError,
  type RehearsedStep,
  type StepId,
  toProblem,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { FromWorker, RehearsalJob, ToWorker } from "./messages.ts";

export interface RunWorkerOptions {
  bus: Bus;
  job: RehearsalJob;
  /** Makes the worker; its module calls `serveRehearsal`. */
  worker: () => Worker;
  onStep(step: RehearsedStep): void;
  /** Ends the rehearsal. */
  signal: AbortSignal;
}

/** How far it came. */
export interface Worked {
  steps: Map<StepId, RehearsedStep>;
  /** What is to be said of each target. */
  notes: Map<number, string[]>;
  /** The step that it was at, where it was ended. */
  at: StepId | undefined;
  /** Why it was ended before its end. */
  ended: PatchbayError | undefined;
}

const log = logger("rehearsal");
/** How long it may take to close its stages, in milliseconds: then its thread is taken away. */
const CLOSING_MS = 3_000;

/** Resolves once nothing of it is left. Never rejects for what the plan or a simulator did. */
export async function runWorker({ bus, job, worker: make, onStep, signal }: RunWorkerOptions): Promise<Worked> {
  const worked: Worked = { steps: new Map(), notes: new Map(), at: undefined, ended: undefined };
  if (signal.aborted) return { ...worked, ended: reasonOf(signal) };
  const worker = make();
  const tell = (message: ToWorker) => worker.postMessage(message);
  const over = Promise.withResolvers<void>();
  const children = new Map<number, StartedChild>();
  let closing: ReturnType<typeof setTimeout> | undefined;
  const end = (reason: PatchbayError) => {
    if (worked.ended !== undefined) return;
    worked.ended = reason;
    tell({ type: "stop" });
    closing = setTimeout(over.resolve, CLOSING_MS);
  };
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    switch (data.type) {
      case "began":
        return void (worked.at = data.stepId);
      case "step":
        worked.at = undefined;
        worked.steps.set(data.step.stepId, data.step);
        return onStep(data.step);
      case "stage":
        return void worked.notes.set(data.target, data.notes);
      case "asset":
        return void answerAsset(bus, data, job.limits.fileBytes, signal).then(tell);
      case "child":
        if (data.news.kind === "started") children.set(data.news.child.pid, data.news.child);
        else children.delete(data.news.child.pid);
        return;
      case "done":
        if (data.problem !== undefined) worked.ended ??= fromProblem(data.problem);
        return over.resolve();
    }
  };
  // an error that nobody catches would end this process with the worker
  worker.onerror = (event) => {
    event.preventDefault();
    log.error("a rehearsal's worker ended: {error}", { error: event.message });
    worked.ended ??= new PatchbayError("INTERNAL", "The rehearsal ended unexpectedly", { cause: event.message });
    over.resolve();
  };
  const late = setTimeout(() => end(timeIsUp(job.limits.timeMs)), job.limits.timeMs);
  const onAbort = () => end(reasonOf(signal));
  signal.addEventListener("abort", onAbort, { once: true });
  tell({ type: "begin", job });
  await over.promise;
  clearTimeout(late);
  clearTimeout(closing);
  signal.removeEventListener("abort", onAbort);
  worker.terminate();
  for (const child of children.values()) endChild(child);
  return worked;
}

const timeIsUp = (ms: number) =>
  new PatchbayError("DEADLINE_EXCEEDED", `The rehearsal took longer than ${ms} ms, and was ended`);

const reasonOf = ({ reason }: AbortSignal): PatchbayError =>
  reason instanceof PatchbayError ? reason : new PatchbayError("CANCELLED", "The rehearsal was cancelled");

/** A real file, read through the bus: whole, and so within a limit. */
async function answerAsset(
  bus: Bus,
  { request, id }: { request: number; id: AssetId },
  maxBytes: number,
  signal: AbortSignal,
): Promise<ToWorker> {
  try {
    return { type: "asset", request, found: await readAsset(bus, id, maxBytes, signal) };
  } catch (error) {
    return { type: "asset", request, found: undefined, problem: toProblem(error) };
  }
}

async function readAsset(
  bus: Bus,
  id: AssetId,
  maxBytes: number,
  signal: AbortSignal,
): Promise<{ ref: AssetRef; content: Uint8Array } | undefined> {
  const found = await getAsset(bus, id, { signal });
  if (found === undefined) return undefined;
  if (found.ref.size > maxBytes) {
    await found.content.cancel();
    throw PatchbayError.of("STORAGE_FULL", `'${found.ref.name}' is too large for a rehearsal`, {
      context: { size: found.ref.size, maxBytes, beyondSimulator: true },
      remedy: "Run the plan without a rehearsal.",
    });
  }
  return { ref: found.ref, content: await new Response(found.content).bytes() };
}
