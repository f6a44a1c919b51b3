/** Which triggers led to an event: through the run whose command it happened during. */
import { type Bus, readStream } from "@patchbay/bus";
import { eventsOf, type Id, RunLogEntry, subjects, type TriggerId } from "@patchbay/contracts";

/** So many are remembered. */
const LIMIT = 1_000;
const NONE: readonly TriggerId[] = [];

/** What a trigger begins has a correlation of its own: the id of its run. The run's log says what led to it. */
export class Chains {
  readonly #bus: Bus;
  readonly #known = new Map<Id, readonly TriggerId[]>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** The first one first; none for what a person did, or asked for. */
  async ledTo(
    { correlationId, causationId }: { correlationId: Id; causationId?: Id | undefined },
    signal: AbortSignal,
  ): Promise<readonly TriggerId[]> {
    if (causationId === undefined) return NONE;
    const chain = this.#known.get(correlationId) ?? await this.#read(correlationId, signal);
    this.remember(correlationId, chain);
    return chain;
  }

  /** What led to a run. */
  remember(runId: Id, chain: readonly TriggerId[]): void {
    this.#known.delete(runId);
    this.#known.set(runId, chain);
    const [oldest] = this.#known.keys();
    if (this.#known.size > LIMIT && oldest !== undefined) this.#known.delete(oldest);
  }

  async #read(runId: Id, signal: AbortSignal): Promise<readonly TriggerId[]> {
    const log = { subject: subjects.run(runId), payload: RunLogEntry, from: "start", follow: false, signal } as const;
    for await (const { message: { payload } } of readStream(this.#bus, "RUNS", log)) {
      const [first] = eventsOf(payload);
      return first?.type === "RUN_STARTED" ? first.chain ?? NONE : NONE;
    }
    signal.throwIfAborted();
    return NONE;
  }
}
