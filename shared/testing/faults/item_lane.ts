/** Carries whole items one way, datagrams or messages, as badly as the rules in force want it. */
import type { FaultDirection, MessageKind } from "./fault_plan.ts";
import type { FaultLane } from "./faults.ts";

/** What the rules are asked about an item. */
export interface ItemFacts {
  names: readonly string[];
  kind?: MessageKind;
}

export interface ItemLaneOptions<T> {
  lane: FaultLane;
  direction: FaultDirection;
  deliver(item: T): void;
  /** Whether a partition keeps items until it heals, or loses them. */
  partition: "hold" | "lose";
  /** Damages an item, where items can be damaged. */
  damage?(item: T): T;
}

interface Held<T> {
  item: T;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class ItemLane<T> implements Disposable {
  readonly #options: ItemLaneOptions<T>;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #listening: Disposable;
  #waiting: { item: T; facts: ItemFacts }[] = [];
  #held: Held<T> | undefined;
  #blocks = 0;
  #over = false;

  constructor(options: ItemLaneOptions<T>) {
    this.#options = options;
    this.#listening = options.lane.faults.onChange(() => this.#drain());
  }

  push(item: T, facts: ItemFacts): void {
    if (this.#over) return;
    if (this.#waiting.length > 0 || this.#stopped()) this.#waiting.push({ item, facts });
    else this.#send(item, facts);
  }

  /** Nothing passes until what is returned is disposed; then what waited does. */
  block(): Disposable {
    this.#blocks++;
    let blocking = true;
    return {
      [Symbol.dispose]: () => {
        if (!blocking) return;
        blocking = false;
        this.#blocks--;
        this.#drain();
      },
    };
  }

  #stopped(): boolean {
    const { lane, direction, partition } = this.#options;
    return this.#blocks > 0 || partition === "hold" && lane.holds("partition", { direction }) !== undefined;
  }

  #drain(): void {
    while (!this.#over && this.#waiting.length > 0 && !this.#stopped()) {
      const { item, facts } = this.#waiting.shift()!;
      this.#send(item, facts);
    }
  }

  #send(item: T, facts: ItemFacts): void {
    const { lane, direction, damage } = this.#options;
    const about = { direction, ...facts };
    if (this.#isLost(facts)) return;
    const passing = damage === undefined ? item : damage(item);
    const again: number[] = [];
    for (const { copies, afterMs } of lane.strike(["duplicate"], about)) {
      lane.record("duplicate", describe(facts));
      for (let copy = 0; copy < copies; copy++) again.push(afterMs);
    }
    for (const { afterMs } of facts.kind === "reply" ? lane.strike(["reply_twice"], about) : []) {
      lane.record("reply_twice", describe(facts));
      again.push(afterMs);
    }
    let delayMs = 0;
    for (const { ms, jitterMs } of lane.strike(["delay"], about)) {
      delayMs += ms + lane.random.next() * jitterMs;
      lane.record("delay", `${describe(facts)} ${delayMs.toFixed(1)} ms`);
    }
    this.#after(delayMs, () => this.#inOrder(passing, facts));
    for (const afterMs of again) this.#after(delayMs + afterMs, () => this.#options.deliver(passing));
  }

  #isLost(facts: ItemFacts): boolean {
    const { lane, direction, partition } = this.#options;
    const about = { direction, ...facts };
    if (lane.holds("black_hole", about) !== undefined) return true;
    if (partition === "lose" && lane.holds("partition", about) !== undefined) return true;
    const [lost] = lane.strike(facts.kind === "reply" ? ["lose", "never_reply"] : ["lose"], about);
    if (lost !== undefined) lane.record(lost.fault, describe(facts));
    return lost !== undefined;
  }

  #inOrder(item: T, facts: ItemFacts): void {
    const { lane, direction, deliver } = this.#options;
    const [reorder] = this.#held === undefined ? lane.strike(["reorder"], { direction, ...facts }) : [];
    if (reorder !== undefined) {
      lane.record("reorder", describe(facts));
      this.#held = { item, timer: this.#after(Math.max(1, reorder.ms), () => this.#letGo()) };
      return;
    }
    deliver(item);
    this.#letGo();
  }

  #letGo(): void {
    if (this.#held === undefined) return;
    const { item, timer } = this.#held;
    this.#held = undefined;
    if (timer !== undefined) this.#timers.delete(timer);
    clearTimeout(timer);
    this.#options.deliver(item);
  }

  #after(ms: number, act: () => void): ReturnType<typeof setTimeout> | undefined {
    if (ms <= 0) return void act();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#waiting = [];
    this.#listening[Symbol.dispose]();
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

const describe = ({ names, kind }: ItemFacts) => [kind, names.at(-1)].filter((word) => word !== undefined).join(" ");
