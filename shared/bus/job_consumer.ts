/** Consuming jobs: a bridge's own, as many as fit, and those for any bridge, one at a time and only when asked. */
import {
  ANY_BRIDGE,
  type AppName,
  type BridgeId,
  PatchbayError,
  Priority,
  subjects,
  WILDCARD,
} from "@patchbay/contracts";
import { nanos } from "@nats-io/nats-core";
import { z } from "zod";
import { backoffMs, pause } from "./backoff.ts";
import { type Bus, whenConnected } from "./bus.ts";
import type { Job } from "./job.ts";
import { Pull, type PullEnd } from "./job_pull.ts";
import { callApi } from "./jetstream_api.ts";
import { log } from "./log.ts";

export interface JobConsumerOptions {
  app: AppName;
  bridge: BridgeId;
  /** How long a job that is held is not given to anybody else without a `working()`, in milliseconds. @default 30_000 */
  ackWaitMs?: number;
  /** So many of its own jobs a bridge holds at most. @default 256 */
  window?: number;
}

const ACK_WAIT_MS = 30_000;
const WINDOW = 256;
/**
 * A safety net. How often a job may break its bridge is counted in the ledger; one that was only held when its bridge
 * ended has done nothing wrong, however often that was.
 */
const MAX_DELIVER = 1_000;

/** The consumer of a bridge's own jobs. The `=` keeps the names of two bridges apart: no name has one. */
export const ownConsumer = (app: string, bridge: string): string => `${app}=${bridge}`;
/** The consumer that the bridges of an application share. */
export const anyConsumer = (app: string, priority: Priority): string => `${app}=${ANY_BRIDGE}=${priority}`;

/** So many bridges may wait for jobs of one application at once, and have one. */
const MANY = 10_000;

interface Consumer {
  name: string;
  filter: string;
  ackWaitMs: number | undefined;
  /** So many jobs may be out at once. */
  held: number;
}

async function ensureConsumer(
  bus: Bus,
  { name, filter, ackWaitMs = ACK_WAIT_MS, held }: Consumer,
  signal: AbortSignal,
) {
  const config = {
    name,
    durable_name: name,
    filter_subject: filter,
    deliver_policy: "all",
    ack_policy: "explicit",
    replay_policy: "instant",
    ack_wait: nanos(ackWaitMs),
    max_ack_pending: held,
    max_waiting: MANY,
    max_deliver: MAX_DELIVER,
  };
  const body = { stream_name: "JOBS", config };
  await callApi(bus, `CONSUMER.CREATE.JOBS.${name}.${filter}`, body, z.looseObject({}), { signal });
}

/** The jobs of one bridge, as they come. Disposing closes it; what is held stays held. */
export interface OwnJobs extends AsyncDisposable {
  /** Pulls from now on. */
  open(): void;
  /** Pulls no more: what is on its way is handed back, what is held stays held. */
  close(): void;
}

/**
 * The jobs that were sent to this bridge, greedily: up to `window` are held at once. Closed at first. It comes back by
 * itself when the connection broke, the server restarted or the consumer was deleted.
 */
export function ownJobs(bus: Bus, options: JobConsumerOptions & { onJob(job: Job): void }): OwnJobs {
  return new OwnConsumer(bus, options);
}

class OwnConsumer implements OwnJobs {
  readonly #bus: Bus;
  readonly #options: JobConsumerOptions & { onJob(job: Job): void };
  readonly #name: string;
  readonly #ending = new AbortController();
  #held = 0;
  #open = false;
  #made = false;
  #pull: Pull | undefined;
  #preparing: Promise<void> | undefined;

  constructor(bus: Bus, options: JobConsumerOptions & { onJob(job: Job): void }) {
    this.#bus = bus;
    this.#options = options;
    this.#name = ownConsumer(options.app, options.bridge);
  }

  open(): void {
    this.#open = true;
    this.#next();
  }

  close(): void {
    this.#open = false;
    this.#pull?.[Symbol.dispose]();
    this.#pull = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.close();
    await this.#preparing;
  }

  #next(failures = 0): void {
    const room = (this.#options.window ?? WINDOW) - this.#held;
    if (!this.#open || room <= 0 || this.#pull !== undefined || this.#preparing !== undefined) return;
    if (!this.#made || failures > 0 || !this.#bus.connected) {
      this.#preparing = this.#prepare(failures).then(() => {
        this.#preparing = undefined;
        this.#next();
      });
      return;
    }
    this.#pull = new Pull(this.#bus, {
      consumer: this.#name,
      batch: room,
      wait: true,
      onJob: (job) => {
        this.#held++;
        this.#options.onJob(job);
      },
      onSettled: () => {
        this.#held--;
        this.#next();
      },
      onEnd: (end) => this.#ended(end),
    });
  }

  #ended(end: PullEnd): void {
    this.#pull = undefined;
    if (typeof end === "string") return this.#next();
    if (this.#bus.connected) log.warn("{consumer} pulls again: {reason}", { consumer: this.#name, reason: end.broke });
    this.#made = false;
    this.#next(1);
  }

  /** Waits for the bus, and sees that the consumer is there. */
  async #prepare(failures: number): Promise<void> {
    const { signal } = this.#ending;
    const { app, bridge, ackWaitMs, window: held = WINDOW } = this.#options;
    const consumer = { name: this.#name, filter: subjects.job(app, bridge, WILDCARD), ackWaitMs, held };
    this.#made = await prepared(this.#bus, consumer, { signal, failures });
  }
}

/** Tries until the consumer is there; `false` when the signal has fired or the connection was closed for good. */
async function prepared(
  bus: Bus,
  consumer: Consumer,
  { signal, failures }: { signal: AbortSignal; failures: number },
): Promise<boolean> {
  for (let attempt = failures; !signal.aborted && !bus.nc.isClosed(); attempt++) {
    try {
      if (attempt > 0) await pause(backoffMs(attempt), signal);
      if (!await whenConnected(bus, RECONNECT_MS, signal)) continue;
      await ensureConsumer(bus, consumer, signal);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      log.warn("{consumer} cannot take jobs yet: {error}", { consumer: consumer.name, error });
      if (error instanceof PatchbayError && error.code === "FORBIDDEN") attempt += FORBIDDEN_PATIENCE;
    }
  }
  return false;
}

const RECONNECT_MS = 60_000;
/** A right that is missing does not come soon. */
const FORBIDDEN_PATIENCE = 5;

/** The jobs for any bridge of an application. */
export interface AnyJobs {
  /**
   * Waits for one job: high before normal before low. What comes beside it is handed back at once.
   * @returns `undefined` when the signal fires first, or the connection was closed for good
   */
  take(signal: AbortSignal): Promise<Job | undefined>;
}

/** Only an idle bridge asks: a job that is taken is a job that no other bridge gets. */
export function anyJobs(bus: Bus, options: JobConsumerOptions): AnyJobs {
  const { app, ackWaitMs } = options;
  const there = consumersThere(bus, app);
  const prepare = async (signal: AbortSignal, failures: number) => {
    for (const priority of PRIORITIES) {
      const filter = subjects.job(app, ANY_BRIDGE, priority);
      const consumer = { name: anyConsumer(app, priority), filter, ackWaitMs, held: MANY };
      if (!await prepared(bus, consumer, { signal, failures })) return false;
    }
    return true;
  };
  return {
    async take(signal) {
      for (let failures = 0; !signal.aborted && !bus.nc.isClosed();) {
        there.made ??= prepare(signal, failures);
        const made = there.made;
        if (!await made) {
          // maybe it was another bridge's signal that fired
          if (there.made === made) there.made = undefined;
          continue;
        }
        const job = await takeOne(bus, app, signal);
        if (job !== "broke") {
          if (job !== undefined) return job;
          failures = 0;
        } else {
          if (there.made === made) there.made = undefined;
          failures++;
        }
      }
      return undefined;
    },
  };
}

/** Whether the consumers of an application's `any` are there, for all of its bridges on one connection. */
interface ConsumersThere {
  made: Promise<boolean> | undefined;
}

const THERE = new WeakMap<Bus, Map<AppName, ConsumersThere>>();

function consumersThere(bus: Bus, app: AppName): ConsumersThere {
  let apps = THERE.get(bus);
  if (apps === undefined) THERE.set(bus, apps = new Map());
  let there = apps.get(app);
  if (there === undefined) apps.set(app, there = { made: undefined });
  return there;
}

const PRIORITIES = Priority.options;

/** What is there, by priority; else what comes first; `undefined` when nothing came in its time. */
async function takeOne(bus: Bus, app: AppName, signal: AbortSignal): Promise<Job | undefined | "broke"> {
  for (const priority of PRIORITIES) {
    const job = await race(bus, [anyConsumer(app, priority)], false, signal);
    if (job !== undefined) return job;
  }
  return await race(bus, PRIORITIES.map((priority) => anyConsumer(app, priority)), true, signal);
}

/** The first job of several pulls; the others are withdrawn. */
function race(
  bus: Bus,
  consumers: readonly string[],
  wait: boolean,
  signal: AbortSignal,
): Promise<Job | undefined | "broke"> {
  const { promise, resolve } = Promise.withResolvers<Job | undefined | "broke">();
  if (signal.aborted || !bus.connected) return Promise.resolve(signal.aborted ? undefined : "broke");
  const withdraw = (with_: Job | undefined | "broke") => {
    signal.removeEventListener("abort", onAbort);
    for (const pull of pulls) pull[Symbol.dispose]();
    resolve(with_);
  };
  const onAbort = () => withdraw(undefined);
  const pulls = consumers.map((consumer) =>
    new Pull(bus, {
      consumer,
      batch: 1,
      wait,
      onJob: withdraw,
      onEnd: (end) => end === "complete" || withdraw(end === "empty" ? undefined : "broke"),
    })
  );
  signal.addEventListener("abort", onAbort, { once: true });
  return promise;
}
