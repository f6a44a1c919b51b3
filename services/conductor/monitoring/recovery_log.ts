/** What was done about errors lately, whichever replica did it: read from the alerts. */
import { type Bus, readStream } from "@patchbay/bus";
import { Alert, type AppName, type Id, Recovery, subjects, WILDCARD } from "@patchbay/contracts";
import { jetstreamManager } from "@nats-io/jetstream";
import { z } from "zod";

/** So many alerts back it looks when it begins, and so many recoveries it keeps. */
const ALERTS_BACK = 500;
const MOST_KEPT = 200;

const OfRecovery = z.looseObject({ recovery: Recovery });

export class RecoveryLog implements AsyncDisposable {
  readonly #recoveries = new Map<Id, Recovery>();
  readonly #stop = new AbortController();
  #following: Promise<unknown> = Promise.resolve();

  private constructor() {}

  static async start(bus: Bus, signal: AbortSignal): Promise<RecoveryLog> {
    const kept = new RecoveryLog();
    const { state } = await (await jetstreamManager(bus.nc, { checkAPI: false })).streams.info("ALERTS");
    const from = Math.max(1, state.first_seq, state.last_seq - ALERTS_BACK);
    const options = { subject: subjects.alert(WILDCARD), payload: Alert, from, follow: true } as const;
    const follow = async () => {
      const until = AbortSignal.any([signal, kept.#stop.signal]);
      for await (const { message } of readStream(bus, "ALERTS", { ...options, signal: until })) {
        const parsed = OfRecovery.safeParse(message.payload.context);
        if (parsed.success) kept.#keep(parsed.data.recovery);
      }
    };
    kept.#following = follow().then(() => undefined, (error: unknown) => error);
    return kept;
  }

  /** Resolves when it follows no longer; with the error that ended it, if one did. */
  get ended(): Promise<unknown> {
    return this.#following;
  }

  /** The latest first. */
  latest(app?: AppName): Recovery[] {
    return [...this.#recoveries.values()].filter((recovery) => app === undefined || recovery.app === app).reverse();
  }

  #keep(recovery: Recovery): void {
    this.#recoveries.set(recovery.id, recovery);
    for (const id of this.#recoveries.keys()) {
      if (this.#recoveries.size <= MOST_KEPT) return;
      this.#recoveries.delete(id);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }
}
