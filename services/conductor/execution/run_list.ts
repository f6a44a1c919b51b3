/** The runs, a line each: from how each log begins and how it ends, without what lies between. */
import { type Bus, firstMessage, readStream, whatFits } from "@patchbay/bus";
import {
  eventsOf,
  type Id,
  parseSubject,
  type RunEvent,
  RunLogEntry,
  type RunStatus,
  type RunSummary,
  subjects,
  ValidationError,
  WILDCARD,
} from "@patchbay/contracts";

/** How a run began, which does not change. */
type Begun = Pick<RunSummary, "id" | "planId" | "kind" | "of" | "instruction" | "startedAt" | "steps">;

/** How many beginnings are asked for at once, and how many are remembered. */
const AT_ONCE = 32;
const REMEMBERED = 2_000;

export class RunList {
  readonly #bus: Bus;
  readonly #begun = new Map<Id, Begun>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** The last that began first. @param planId those of this plan only */
  async list({ planId, limit, signal }: { planId?: Id | undefined; limit: number; signal: AbortSignal }) {
    // an id does not tell when its run began: an undo's follows from the run that it takes back
    const last = [...await this.#lastEvents(signal)].sort(([, a], [, b]) => b.at - a.at);
    const found: RunSummary[] = [];
    for (let from = 0; from < last.length; from += AT_ONCE) {
      const some = last.slice(from, from + AT_ONCE);
      // whatever ended before all of these began, began before them too
      const earliest = found.length < limit ? -Infinity : found[limit - 1]!.startedAt;
      if (some[0]![1].at < earliest) break;
      const begun = await Promise.all(some.map(([id]) => this.#beginning(id, signal)));
      begun.forEach((run, index) => {
        if (run === undefined || (planId !== undefined && run.planId !== planId)) return;
        found.push({ ...run, ...standOf(some[index]![1]) });
      });
      found.sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
    }
    return whatFits(this.#bus, found.slice(0, limit));
  }

  async #lastEvents(signal: AbortSignal): Promise<Map<Id, RunEvent>> {
    const last = new Map<Id, RunEvent>();
    const all = {
      subject: subjects.run(WILDCARD),
      payload: RunLogEntry,
      from: "last-per-subject",
      follow: false,
    } as const;
    for await (const { subject, message } of readStream(this.#bus, "RUNS", { ...all, signal })) {
      const parsed = parseSubject(subject);
      const event = eventsOf(message.payload).at(-1);
      if (parsed?.kind === "run" && event !== undefined) last.set(parsed.runId, event);
    }
    signal.throwIfAborted();
    return last;
  }

  async #beginning(id: Id, signal: AbortSignal): Promise<Begun | undefined> {
    const known = this.#begun.get(id);
    if (known !== undefined) return known;
    const first = await this.#firstEvent(id, signal);
    if (first?.type !== "RUN_STARTED") return undefined;
    const { plan, at, kind = "run", of } = first;
    const begun: Begun = {
      id,
      planId: plan.id,
      kind,
      ...(of === undefined ? {} : { of }),
      ...(plan.instruction === undefined ? {} : { instruction: plan.instruction }),
      startedAt: at,
      steps: plan.steps.length,
    };
    this.#begun.set(id, begun);
    const [oldest] = this.#begun.keys();
    if (this.#begun.size > REMEMBERED && oldest !== undefined) this.#begun.delete(oldest);
    return begun;
  }

  async #firstEvent(id: Id, signal: AbortSignal): Promise<RunEvent | undefined> {
    try {
      const options = { subject: subjects.run(id), payload: RunLogEntry, signal };
      const first = await firstMessage(this.#bus, "RUNS", options);
      return first === undefined ? undefined : eventsOf(first.payload)[0];
    } catch (error) {
      // a log that cannot be read is no run that could be shown
      if (error instanceof ValidationError) return undefined;
      throw error;
    }
  }
}

function standOf(last: RunEvent | undefined): { status: RunStatus; finishedAt?: number } {
  if (last?.type === "RUN_FINISHED") return { status: last.status, finishedAt: last.at };
  return { status: last?.type === "RUN_PAUSED" ? "awaiting_approval" : "running" };
}
