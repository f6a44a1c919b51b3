/**
 * The durable lane of a bridge: its own jobs, as many as it may hold, and one of those for any bridge whenever it has
 * nothing else to do. They wait their turn beside what comes on the interactive lane: one of each priority at a time.
 */
import { type Id, PatchbayError, Priority } from "@patchbay/contracts";
import { type AnyJobs, anyJobs, type Job, type OwnJobs, ownJobs } from "@patchbay/bus";
import { logger } from "@patchbay/telemetry";
import { HeldJob } from "./held_job.ts";
import type { JobParts } from "./job_parts.ts";
import { recover } from "./recovery.ts";

const ACK_WAIT_MS = 30_000;
/** So often within `ackWaitMs` a job that is held gives a sign of life. */
const SIGNS_OF_LIFE = 3;
/** A bridge that is busy for less than this keeps asking for jobs of any bridge, in milliseconds. */
const BRIEFLY_MS = 100;
const log = logger("bridge");

export class Jobs<S> {
  readonly #parts: JobParts<S>;
  /** By their sequence in the stream. */
  readonly #held = new Map<number, HeldJob<S>>();
  readonly #lanes: Record<Priority, Set<HeldJob<S>>> = { high: new Set(), normal: new Set(), low: new Set() };
  readonly #running = new Map<Priority, HeldJob<S>>();
  #own: OwnJobs | undefined;
  #any: AnyJobs | undefined;
  #taking: AbortController | undefined;
  #taken: Promise<void> = Promise.resolve();
  #busy: ReturnType<typeof setTimeout> | undefined;
  #hesitation: ReturnType<typeof setTimeout> | undefined;
  #signs: ReturnType<typeof setInterval> | undefined;
  #draining = false;
  #empty: PromiseWithResolvers<void> | undefined;

  constructor(parts: JobParts<S>) {
    this.#parts = parts;
  }

  /** Jobs that are held and wait for their turn; those in the command queue are counted there. */
  get waiting(): number {
    return Priority.options.reduce((sum, priority) => sum + this.#lanes[priority].size, 0);
  }

  start(ended: AbortSignal): void {
    if (this.#draining) return;
    const { options: { bus, manifest: { app }, bridge, ackWaitMs = ACK_WAIT_MS } } = this.#parts;
    const consumer = { app, bridge, ackWaitMs };
    this.#own = ownJobs(bus, { ...consumer, onJob: (job) => this.#accept(job) });
    this.#any = anyJobs(bus, consumer);
    this.#signs = setInterval(() => {
      for (const held of this.#held.values()) held.job.working();
    }, ackWaitMs / SIGNS_OF_LIFE);
    void recover(this.#parts, ended);
    this.changed();
  }

  changed(): void {
    if (this.#own === undefined || this.#draining) return;
    const { application } = this.#parts;
    if (application.session === undefined) {
      this.#own.close();
    } else {
      this.#own.open();
      for (const held of this.#held.values()) held.wake();
    }
    this.#ask();
  }

  cancel(commandId: Id, reason?: string): void {
    const why = reason === undefined ? "" : `: ${reason}`;
    for (const held of this.#held.values()) {
      if (held.commandId !== commandId) continue;
      held.cancel(new PatchbayError("CANCELLED", `The job was cancelled${why}`, { context: { started: false } }));
      // it need not wait for its turn to say so
      if (this.#lanes[held.job.priority].delete(held)) void this.#run(held);
    }
  }

  async drain(): Promise<void> {
    this.#draining = true;
    clearTimeout(this.#busy);
    this.#taking?.abort();
    for (const lane of Object.values(this.#lanes)) {
      for (const held of lane) {
        held.handBack();
        this.#done(held);
      }
      lane.clear();
    }
    for (const held of this.#held.values()) held.recall();
    await this.#own?.[Symbol.asyncDispose]();
    await this.#taken;
    if (this.#held.size > 0) await (this.#empty = Promise.withResolvers()).promise;
    clearInterval(this.#signs);
  }

  #accept(job: Job): void {
    if (this.#draining) return job.nak();
    const known = this.#held.get(job.seq);
    // its time ran out while the bus was away: it never left this bridge
    if (known !== undefined) return known.deliveredAgain(job);
    const held = new HeldJob(this.#parts, job);
    this.#held.set(job.seq, held);
    this.#lanes[job.priority].add(held);
    this.#next(job.priority);
    this.#ask();
  }

  #next(priority: Priority): void {
    if (this.#running.has(priority)) return;
    const [held] = this.#lanes[priority];
    if (held === undefined) return;
    this.#lanes[priority].delete(held);
    this.#running.set(priority, held);
    void Promise.race([this.#run(held), held.turnIsOver]).then(() => {
      this.#running.delete(priority);
      this.#next(priority);
    });
  }

  async #run(held: HeldJob<S>): Promise<void> {
    try {
      await held.run();
    } catch (error) {
      // it comes again, to this bridge or to another one, and the ledger knows how far it came
      log.error("job {seq} is handed back: {error}", { seq: held.job.seq, error });
      held.handBack();
    }
    this.#done(held);
  }

  #done(held: HeldJob<S>): void {
    clearTimeout(this.#hesitation);
    this.#held.delete(held.job.seq);
    if (this.#held.size === 0) this.#empty?.resolve();
    this.#ask();
  }

  /** Asks for a job of any bridge while there is nothing else to do. */
  #ask(): void {
    const { application, queue, fence } = this.#parts;
    const ready = !this.#draining && application.status === "idle" && this.#held.size === 0 && fence.valid();
    const busy = queue.executing || queue.waiting > 0;
    if (!ready) return this.#taking?.abort();
    if (!busy) {
      clearTimeout(this.#busy);
      this.#busy = undefined;
      if (this.#taking === undefined) this.#taken = this.#take();
    } else if (this.#taking !== undefined) {
      this.#busy ??= setTimeout(() => {
        this.#busy = undefined;
        if (queue.executing || queue.waiting > 0) this.#taking?.abort();
      }, BRIEFLY_MS);
    }
  }

  /** A job for any bridge that came as something else had begun: unless its turn comes soon, another bridge may have it. */
  #hesitate(seq: number): void {
    const held = this.#held.get(seq);
    clearTimeout(this.#hesitation);
    this.#hesitation = setTimeout(() => held?.recall(), BRIEFLY_MS);
  }

  async #take(): Promise<void> {
    const taking = this.#taking = new AbortController();
    try {
      const job = await this.#any?.take(taking.signal);
      const { queue } = this.#parts;
      const busy = queue.executing || queue.waiting > 0;
      if (job !== undefined) this.#accept(job);
      if (job !== undefined && busy) this.#hesitate(job.seq);
    } catch (error) {
      log.error("cannot take jobs for any bridge: {error}", { error });
    } finally {
      this.#taking = undefined;
    }
    if (taking.signal.aborted) this.#ask();
  }
}
