/** Publishes what the application looks like: a snapshot on connect, then patches, at most ten a second. */
import {
  type AppName,
  type BridgeId,
  type Id,
  JsonValue,
  PatchbayError,
  type StateCause,
  type StateUpdate,
  ValidationError,
} from "@patchbay/contracts";
import { logger } from "@patchbay/telemetry";
import type { z } from "zod";
import { pause } from "../supervision/backoff.ts";
import { diffStates } from "./patch.ts";

export interface StateReporterOptions {
  app: AppName;
  bridge: BridgeId;
  instance: Id;
  schema: z.ZodType;
  /** Asks the application. @throws where it is gone: then the next connection brings a snapshot */
  take(): Promise<unknown>;
  /** Resolves once the update is stored, or kept to be stored later. @throws where it never can be */
  publish(update: StateUpdate): Promise<void>;
  /** Whether an update still waits to be stored: the next one is a snapshot, and takes its place. */
  behind(): boolean;
  /** The least time between two updates, in milliseconds. @default 100 */
  intervalMs?: number;
  /** So many patches, then a snapshot again, so that a reader need not go far back. @default 100 */
  patchesPerSnapshot?: number;
}

const log = logger("bridge");

/** A patch of so few characters is sent even where the whole state is smaller. */
const SMALL = 1024;

/** A cause that says more wins over one that says less, where several changes meet in one update. */
const WEIGHT: Record<StateCause, number> = { application: 0, command: 1, human: 2, connect: 3 };

export class StateReporter {
  readonly #options: StateReporterOptions;
  /** What the readers have; `undefined` where they need a snapshot. */
  #known: { state: unknown; size: number } | undefined;
  #last: StateUpdate | undefined;
  #failure: string | undefined;
  #revision = 0;
  #patches = 0;
  #cause: StateCause | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(options: StateReporterOptions) {
    this.#options = options;
  }

  /** The state may have changed. */
  changed(cause: StateCause): void {
    if (this.#cause === undefined || WEIGHT[cause] > WEIGHT[this.#cause]) this.#cause = cause;
    this.#wake.resolve();
  }

  /** The application is another one now: readers get all of it. */
  connected(): void {
    this.#known = undefined;
    this.changed("connect");
  }

  /** The last state that was published, whole, at its revision. @throws {PatchbayError} `APP_NOT_CONNECTED` before the first */
  snapshot(): StateUpdate {
    if (this.#last === undefined) {
      throw PatchbayError.of(
        "APP_NOT_CONNECTED",
        "Cannot give a snapshot: the application has not shown its state yet",
      );
    }
    return this.#last;
  }

  /** Publishes until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    // no race with one promise for the whole life: it would remember every change
    signal.addEventListener("abort", () => this.#wake.resolve(), { once: true });
    while (!signal.aborted) {
      await this.#wake.promise;
      if (signal.aborted) return;
      const cause = this.#cause ?? "application";
      this.#cause = undefined;
      this.#wake = Promise.withResolvers();
      await this.#report(cause).catch((error) => this.#failed(error, signal));
      await pause(this.#options.intervalMs ?? 100, signal);
    }
  }

  async #report(cause: StateCause): Promise<void> {
    const known = this.#known;
    const taken = this.#parse(await this.#options.take());
    // another connection came meanwhile: it asks again
    if (known !== this.#known) return;
    const update = this.#update(cause, known, taken);
    if (update === undefined) return;
    // whether it was stored is not known when publishing fails: then a snapshot follows, and no revision is used twice
    this.#known = undefined;
    this.#revision = update.revision;
    await this.#options.publish(update);
    this.#patches = update.kind === "patch" ? this.#patches + 1 : 0;
    const { app, bridge, instance } = this.#options;
    const { revision } = update;
    this.#last = { kind: "snapshot", app, bridge, instance, revision, cause, state: taken.state };
    this.#known = taken;
    this.#failure = undefined;
  }

  #update(
    cause: StateCause,
    known: { state: unknown; size: number } | undefined,
    { state, size }: { state: unknown; size: number },
  ): StateUpdate | undefined {
    const { app, bridge, instance, behind, patchesPerSnapshot = 100 } = this.#options;
    const origin = { app, bridge, instance, cause, revision: this.#revision + 1 };
    const patch = known === undefined ? undefined : diffStates(known.state, state);
    if (patch?.length === 0) return undefined;
    if (
      patch === undefined || this.#patches >= patchesPerSnapshot || behind() ||
      JSON.stringify(patch).length > Math.max(size, SMALL)
    ) {
      return { ...origin, kind: "snapshot", state };
    }
    return { ...origin, kind: "patch", patch };
  }

  /** As the readers will see it: what the schema keeps, through JSON. */
  #parse(taken: unknown): { state: unknown; size: number } {
    const parsed = this.#options.schema.safeParse(taken);
    if (!parsed.success) throw ValidationError.fromZod("INVALID_RESULT", "Cannot read the state", parsed.error);
    const text = JSON.stringify(parsed.data) ?? "null";
    return { state: JsonValue.parse(JSON.parse(text)), size: text.length };
  }

  #failed(error: unknown, signal: AbortSignal): void {
    // an application that is not there has no state to tell: the bridge's own status says why
    if (error instanceof PatchbayError && error.code === "APP_NOT_CONNECTED") return;
    const why = error instanceof Error ? error.message : String(error);
    // a state that is too large is so at each change: once is enough
    if (signal.aborted || why === this.#failure) return;
    this.#failure = why;
    log.warn("{app}.{bridge} could not report its state: {error}", {
      app: this.#options.app,
      bridge: this.#options.bridge,
      error: why,
    });
  }
}
