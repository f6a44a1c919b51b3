/**
 * One pull request to a consumer of JOBS: the server answers it with jobs as they come, until there were as many as asked
 * for or its time is over.
 */
import { createInbox, type Msg, nanos, type Subscription } from "@nats-io/nats-core";
import type { Bus } from "./bus.ts";
import { deliveredJob, type Job } from "./job.ts";

/** Why a pull is over: all came, its time is over (or nothing was there, for one that does not wait), or it broke. */
export type PullEnd = "complete" | "empty" | { broke: string };

export interface PullOptions {
  consumer: string;
  /** How many jobs at most. */
  batch: number;
  /** Whether it waits for jobs that are not there yet. */
  wait: boolean;
  onJob(job: Job): void;
  /** Called once, unless it was withdrawn. */
  onEnd(end: PullEnd): void;
  /** A job of it is out of our hands. */
  onSettled?(): void;
}

const EXPIRES_MS = 60_000;
const HEARTBEAT_MS = 10_000;
/** After this silence nobody answers any more: two heartbeats are missing. */
const SILENCE_MS = 2 * HEARTBEAT_MS + 1_000;

export class Pull implements Disposable {
  readonly #bus: Bus;
  readonly #options: PullOptions;
  readonly #subscription: Subscription;
  readonly #status: Disposable;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #left: number;
  #over = false;

  constructor(bus: Bus, options: PullOptions) {
    this.#bus = bus;
    this.#options = options;
    this.#left = options.batch;
    this.#subscription = bus.nc.subscribe(createInbox(bus.inboxPrefix), {
      callback: (error, message) => error === null ? this.#receive(message) : this.#end({ broke: error.message }),
    });
    this.#status = bus.onStatus(({ connected, reason }) => connected || this.#end({ broke: reason }));
    this.#heard();
    const { consumer, batch, wait } = options;
    const waiting = { expires: nanos(EXPIRES_MS), idle_heartbeat: nanos(HEARTBEAT_MS) };
    const request = { batch, ...(wait ? waiting : { no_wait: true }) };
    bus.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.JOBS.${consumer}`, JSON.stringify(request), {
      reply: this.#subscription.getSubject(),
    });
  }

  /** Takes nothing more: jobs that are already on their way are handed back. */
  [Symbol.dispose](): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#silence);
    this.#status[Symbol.dispose]();
    if (this.#subscription.isClosed()) return;
    // a drained subscription still gets what the server has sent before it learned of it
    if (this.#bus.connected && !this.#bus.nc.isDraining()) this.#subscription.drain().catch(() => {});
    else this.#subscription.unsubscribe();
  }

  #receive(message: Msg): void {
    this.#heard();
    const job = deliveredJob(this.#bus, message, () => this.#options.onSettled?.());
    if (job === undefined) return this.#control(message);
    if (this.#over) return handBack(this.#bus, message);
    this.#left--;
    this.#options.onJob(job);
    if (this.#left === 0) this.#end("complete");
  }

  #control({ headers }: Msg): void {
    const { code = 0, description = "" } = headers ?? {};
    if (code === 100) return;
    if (code === 404 || code === 408) return this.#end("empty");
    this.#end({ broke: code === 503 ? "there is no such consumer" : description || `status ${code}` });
  }

  #heard(): void {
    clearTimeout(this.#silence);
    if (this.#over) return;
    this.#silence = setTimeout(() => this.#end({ broke: "the server does not answer" }), SILENCE_MS);
  }

  #end(end: PullEnd): void {
    if (this.#over) return;
    this[Symbol.dispose]();
    this.#options.onEnd(end);
  }
}

function handBack(bus: Bus, delivery: Msg): void {
  deliveredJob(bus, delivery)?.nak();
}
