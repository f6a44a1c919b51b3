/** Does the jobs of a counter as a bridge does: the ledger, the stored result, the acknowledgement. */
import {
  type Bus,
  isReadableJob,
  type Job,
  keyOfJob,
  ledgerFacts,
  openBucket,
  openLedger,
  ownJobs,
  publish,
  store,
  subscribe,
} from "@patchbay/bus";
import {
  Cancel,
  envelope,
  newId,
  PatchbayError,
  Presence,
  type Result,
  subjects,
  toProblem,
  WILDCARD,
} from "@patchbay/contracts";
import { presence } from "./services.ts";

export interface JobWorker extends AsyncDisposable {
  /** The ids of the jobs that it has begun. */
  readonly begun: readonly string[];
  /** Resolves once so many have begun. */
  hasBegun(count: number): Promise<void>;
  /** Lets the job that runs end. */
  release(): void;
}

/** A bridge of the counter that does one job at a time, each until it is released or cancelled. */
export async function startJobWorker(bus: Bus, bridge = "ws-01"): Promise<JobWorker> {
  const instance = newId();
  const ledger = openLedger(bus);
  const begun: string[] = [];
  const news = new EventTarget();
  let release = Promise.withResolvers<void>();
  const running = new Map<string, AbortController>();
  const cancels = subscribe(bus, subjects.cancel(WILDCARD), { payload: Cancel });
  const hearing = (async () => {
    for await (const { message } of cancels) running.get(message.payload.commandId)?.abort();
  })();

  async function work(job: Job): Promise<void> {
    if (!isReadableJob(job)) return job.term("unreadable");
    const { message } = job.content;
    const { id } = message;
    const facts = { ...ledgerFacts(message), bridge, instance, fencing: 1 };
    const entry = await ledger.begin(job, keyOfJob(job), facts);
    if (!entry.begun) return await job.ack();
    const cancelled = new AbortController();
    running.set(id, cancelled);
    begun.push(id);
    news.dispatchEvent(new Event("begun"));
    const stop = Promise.withResolvers<void>();
    cancelled.signal.addEventListener("abort", () => stop.resolve(), { once: true });
    await Promise.race([release.promise, stop.promise]);
    release = Promise.withResolvers();
    running.delete(id);
    const made = {
      commandId: id,
      app: "counter",
      bridge,
      command: message.payload.command,
      startedAt: 1,
      durationMs: 1,
    };
    const result: Result = cancelled.signal.aborted
      ? { ...made, ok: false, problem: toProblem(new PatchbayError("CANCELLED", "The job was cancelled")) }
      : { ...made, ok: true, value: { count: begun.length } };
    await store(bus, entry.complete(result));
    const stored = envelope({ type: "result", payload: result, source: `counter.${bridge}` });
    await publish(bus, subjects.result("counter", bridge, made.command), stored);
    await job.ack();
  }

  let tail: Promise<void> = Promise.resolve();
  const jobs = ownJobs(bus, {
    app: "counter",
    bridge,
    onJob: (job) => {
      tail = tail.then(() => work(job));
    },
  });
  const here = await openBucket(bus, "presence", Presence);
  await here.put(`counter.${bridge}`, { ...presence, bridge, instance });
  jobs.open();
  return {
    begun,
    release: () => release.resolve(),
    hasBegun: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (begun.length < count) return;
          news.removeEventListener("begun", look);
          resolve();
        };
        news.addEventListener("begun", look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      await jobs[Symbol.asyncDispose]();
      for (const controller of running.values()) controller.abort();
      await tail;
      await cancels[Symbol.asyncDispose]();
      await hearing;
    },
  };
}
