/** The last progress of commands that run, for whoever looks at one now and then. */
import { type Bus, subscribe } from "@patchbay/bus";
import { type Id, Progress, subjects, WILDCARD } from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";

/** Commands that are remembered; the one that was silent for the longest goes first. */
const REMEMBERED = 1_000;
const log = logger("gateway");

export class LastProgress {
  readonly #last = new Map<Id, Progress>();

  /** Listens until the signal fires. */
  async follow(bus: Bus, signal: AbortSignal): Promise<void> {
    try {
      const progress = subscribe(bus, subjects.progress(WILDCARD), { payload: Progress, signal });
      for await (const { message: { payload } } of progress) this.#keep(payload);
    } catch (error) {
      if (!signal.aborted) log.warn("Cannot listen to the progress of commands", { error });
    }
  }

  of(id: Id): Progress | undefined {
    return this.#last.get(id);
  }

  #keep(progress: Progress): void {
    const { commandId } = progress;
    this.#last.delete(commandId);
    this.#last.set(commandId, progress);
    const [oldest] = this.#last.keys();
    if (this.#last.size > REMEMBERED && oldest !== undefined) this.#last.delete(oldest);
  }
}
