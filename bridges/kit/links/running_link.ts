/** One link at its target: what comes from its source is mapped, and given to the applier for its time. */
import { type Link, type LinkStatus, sameJson, valueAt } from "@patchbay/contracts";
import { compileLinkExpression, ExpressionError, type LinkExpression } from "@patchbay/contracts/link-expression";
import { Applier } from "./applier.ts";
import type { Clock } from "./clock.ts";
import { Mapping, MappingError } from "./mapping.ts";
import type { Sample } from "./source_feed.ts";
import { describeSource, type LinkSources } from "./sources.ts";

export interface RunningLinkOptions {
  revision: number;
  clock: Clock;
  sources: Pick<LinkSources, "listen">;
  /** Why the application takes nothing now, if it does not. */
  away(): string | undefined;
  /** Carries a value into the application. @throws what it answers */
  apply(link: Link, value: unknown, signal: AbortSignal): Promise<void>;
  /** What is wrong with the link, if something is: then it is not begun. */
  fault(link: Link): string | undefined;
  /** The status may have changed. */
  onChange(): void;
}

/** What a link has done since its bridge started. */
export type LinkCounts = Pick<LinkStatus, "received" | "applied" | "dropped" | "failed">;

/** A channel that says nothing for so long is silent, in milliseconds. */
const SILENCE_MS = 5_000;
/** How often smoothing goes on while nothing comes, in milliseconds. */
const SETTLE_MS = 33;
/** A longer value is not shown. */
const MAX_SHOWN = 1_000;

export class RunningLink implements AsyncDisposable {
  readonly #link: Link;
  readonly #options: RunningLinkOptions;
  readonly #mapping: Mapping;
  readonly #applier: Applier;
  readonly #before: LinkCounts;
  #expression: LinkExpression | undefined;
  #listening: Disposable | undefined;
  /** Why it cannot run at all. */
  #fault: string | undefined;
  /** Why nothing comes, where that is known. */
  #deaf: string | undefined;
  #received = 0;
  #dropped = 0;
  #heardAt = -Infinity;
  #last: Sample | undefined;
  /** What waits for the expression, and whether it is busy. */
  #newest: Sample | undefined;
  #evaluating: Promise<void> | undefined;
  #settling: Disposable | undefined;
  #ended = false;

  constructor(link: Link, options: RunningLinkOptions, before?: LinkCounts) {
    this.#link = link;
    this.#options = options;
    this.#before = before ?? { received: 0, applied: 0, dropped: 0, failed: 0 };
    this.#mapping = new Mapping(link.mapping);
    this.#applier = new Applier({
      clock: options.clock,
      intervalMs: link.rateHz === undefined ? 0 : 1000 / link.rateHz,
      isThere: () => options.away() === undefined,
      apply: (value, signal) => options.apply(link, value, signal),
      onChange: options.onChange,
      onFailed: () => this.#mapping.forget(),
    });
    if (!link.paused) this.#begin();
  }

  get counts(): LinkCounts {
    const { counts: { applied, failed }, dropped } = this.#applier;
    return {
      received: this.#before.received + this.#received,
      applied: this.#before.applied + applied,
      dropped: this.#before.dropped + this.#dropped + dropped,
      failed: this.#before.failed + failed,
    };
  }

  status(now: number): LinkStatus {
    const { applied, latencyMs } = this.#applier;
    const isShown = applied !== undefined && JSON.stringify(applied.value).length <= MAX_SHOWN;
    const { status, reason } = this.#state(now);
    return {
      id: this.#link.id,
      revision: this.#options.revision,
      status,
      reason: reason.slice(0, 500),
      ...this.counts,
      ...(isShown ? { value: applied.value } : {}),
      ...(applied === undefined ? {} : { appliedAt: Math.floor(applied.at) }),
      ...(latencyMs === undefined ? {} : { latencyMs }),
      at: Math.floor(now),
    };
  }

  /** The application has come or gone. */
  applicationChanged(): void {
    this.#mapping.forget();
    this.#applier.reset();
    // a state is said once: an application that has just come shall have it too
    if (this.#isState && this.#last !== undefined && this.#options.away() === undefined) this.#map(this.#last);
  }

  #begin(): void {
    const { fault, sources, onChange } = this.#options;
    const { source, mapping: { expression } } = this.#link;
    this.#fault = fault(this.#link);
    if (this.#fault !== undefined) return;
    if (expression !== undefined) this.#expression = compileLinkExpression(expression);
    this.#listening = sources.listen(source, {
      sample: (sample) => this.#receive(sample),
      failed: (reason) => {
        this.#deaf = reason;
        onChange();
      },
    });
  }

  get #isState(): boolean {
    return "state" in this.#link.source;
  }

  #receive(whole: Sample): void {
    const { source } = this.#link;
    const value = valueAt(whole.value, "state" in source ? source.state : source.path);
    if (value === undefined) return;
    // a state says more than this link is about
    if (this.#isState && this.#last !== undefined && sameJson(this.#last.value, value)) return;
    const wasSilent = this.#isSilent(whole.arrivedAt);
    this.#received++;
    this.#heardAt = whole.arrivedAt;
    this.#last = { ...whole, value };
    if (wasSilent) this.#options.onChange();
    this.#map(this.#last);
  }

  /** Through the expression, if there is one: one value at a time, and of what waits only the newest. */
  #map(sample: Sample): void {
    if (this.#expression === undefined) return this.#pass(() => this.#mapping.run(sample.value, sample.at), sample);
    if (this.#newest !== undefined) this.#dropped++;
    this.#newest = sample;
    this.#evaluating ??= this.#evaluate(this.#expression);
  }

  async #evaluate(expression: LinkExpression): Promise<void> {
    for (let sample; (sample = this.#newest) !== undefined && !this.#ended;) {
      this.#newest = undefined;
      const { value, at } = sample;
      try {
        const evaluated = await expression.evaluate(value, at);
        if (!this.#ended) this.#pass(() => this.#mapping.run(evaluated, at), sample);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        this.#applier.refuse(error.message);
      }
    }
    // at once, so that a value that comes now begins again
    this.#evaluating = undefined;
  }

  /** Through the stages for numbers, and on to the application. */
  #pass(run: () => { value: unknown } | undefined, sample: Sample): void {
    this.#settling?.[Symbol.dispose]();
    this.#settling = undefined;
    try {
      const out = run();
      if (out === undefined) this.#dropped++;
      else this.#applier.add({ ...out, due: this.#dueOf(sample), arrivedAt: sample.arrivedAt });
    } catch (error) {
      if (!(error instanceof MappingError)) throw error;
      this.#applier.refuse(error.message);
    }
    if (this.#mapping.settling) {
      const { clock } = this.#options;
      this.#settling = clock.after(SETTLE_MS, () => {
        const later = { ...sample, at: sample.at + clock.now() - sample.arrivedAt };
        const next = { ...later, arrivedAt: clock.now() };
        this.#pass(() => this.#mapping.settle(later.at), next);
      });
    }
  }

  #dueOf({ at, offsetMs }: Sample): number {
    const { delayMs } = this.#link;
    return delayMs === 0 ? -Infinity : at + offsetMs + delayMs;
  }

  #isSilent(now: number): boolean {
    return this.#heardAt === -Infinity || !this.#isState && now - this.#heardAt > SILENCE_MS;
  }

  #state(now: number): Pick<LinkStatus, "status" | "reason"> {
    const source = describeSource(this.#link.source);
    const away = this.#options.away();
    if (this.#link.paused) return { status: "paused", reason: "somebody has paused it" };
    if (this.#fault !== undefined) return { status: "failing", reason: this.#fault };
    if (this.#deaf !== undefined) return { status: "failing", reason: this.#deaf };
    if (away !== undefined) return { status: "waiting", reason: away };
    if (this.#applier.failure !== undefined) return { status: "failing", reason: this.#applier.failure };
    if (this.#heardAt === -Infinity) return { status: "waiting", reason: `nothing has come from ${source} yet` };
    if (this.#isSilent(now)) return { status: "waiting", reason: `nothing comes from ${source}` };
    return { status: "live", reason: `follows ${source}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#listening?.[Symbol.dispose]();
    this.#settling?.[Symbol.dispose]();
    await this.#evaluating;
    await this.#applier[Symbol.asyncDispose]();
  }
}
