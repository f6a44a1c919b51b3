/** A fault plan at work: which rules are in force, whom they hit, and what they have done so far. */
import {
  type FaultDirection,
  type FaultName,
  FaultPlan,
  type FaultPlanInput,
  FaultRule,
  type FaultRuleInput,
  type MessageKind,
  type RuleOf,
} from "./fault_plan.ts";
import { type SeededRandom, seededRandom } from "./random.ts";

/** Something that went wrong on purpose. */
export interface FaultRecord {
  /** By `performance.now()`. */
  at: number;
  /** Where: `tcp 1 up`, `application`. */
  lane: string;
  fault: FaultName;
  detail: string;
}

/** What a rule is asked about. */
export interface FaultItem {
  direction?: FaultDirection;
  kind?: MessageKind | undefined;
  /** What `on` may name. */
  names?: readonly string[];
}

/** One rule that was added at run time: disposing it heals. */
export interface AddedFault extends Disposable {
  /** How often it has struck. */
  readonly struck: number;
}

interface RuleState {
  readonly id: number;
  readonly rule: FaultRule;
  inForce: boolean;
  fitting: number;
  struck: number;
}

/** More records say nothing new. */
const MAX_RECORDS = 5_000;

/** The weather of one test: give it to every proxy and wrapper of it. Dispose it: rules with times have timers. */
export class Faults implements Disposable {
  readonly seed: number;
  readonly history: FaultRecord[] = [];
  readonly #startedAt = performance.now();
  readonly #rules = new Map<number, RuleState>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  readonly #listeners = new Set<(begun?: FaultRule) => void>();
  #nextId = 0;

  constructor(plan: FaultPlanInput) {
    const { seed, rules } = FaultPlan.parse(plan);
    this.seed = seed;
    for (const rule of rules) this.#add(rule);
  }

  /** From now on this goes wrong as well, until what is returned is disposed. */
  add(rule: FaultRuleInput): AddedFault {
    const state = this.#add(FaultRule.parse(rule));
    return {
      get struck() {
        return state.struck;
      },
      [Symbol.dispose]: () => this.#heal(state),
    };
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    for (const state of this.#rules.values()) this.#heal(state);
  }

  /** A place where things go wrong, with chances of its own. */
  lane(name: string): FaultLane {
    return new FaultLane(this, name);
  }

  /** Called whenever a rule comes into force, with that rule, or goes out of it. */
  onChange(listener: (begun?: FaultRule) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** The seed, and every fault so far, a line each. */
  print(): string {
    const lines = this.history.map(({ at, lane, fault, detail }) =>
      `+${(at - this.#startedAt).toFixed(1)} ms  ${lane}: ${fault}${detail === "" ? "" : ` ${detail}`}`
    );
    return [`fault seed ${this.seed}, ${lines.length} fault(s)`, ...lines].join("\n");
  }

  record(lane: string, fault: FaultName, detail = ""): void {
    if (this.history.length < MAX_RECORDS) this.history.push({ at: performance.now(), lane, fault, detail });
  }

  /** The rules of these faults that are in force for the item, each with how often it has struck. */
  *inForce(names: readonly FaultName[], item: FaultItem): Generator<RuleState> {
    for (const state of this.#rules.values()) {
      if (state.inForce && names.includes(state.rule.fault) && fits(state.rule, item)) yield state;
    }
  }

  #add(rule: FaultRule): RuleState {
    const state: RuleState = { id: this.#nextId++, rule, inForce: false, fitting: 0, struck: 0 };
    this.#rules.set(state.id, state);
    const begin = () => {
      state.inForce = true;
      this.#changed(rule);
    };
    if (rule.fromMs === undefined) begin();
    else this.#at(rule.fromMs, begin);
    if (rule.untilMs !== undefined) this.#at(rule.untilMs, () => this.#heal(state));
    return state;
  }

  #at(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, Math.max(0, this.#startedAt + ms - performance.now()));
    this.#timers.add(timer);
  }

  #heal(state: RuleState): void {
    state.inForce = false;
    if (this.#rules.delete(state.id)) this.#changed();
  }

  #changed(begun?: FaultRule): void {
    for (const listener of [...this.#listeners]) listener(begun);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.heal();
  }
}

/** Where things go wrong: one direction of one connection, or one application. */
export class FaultLane {
  readonly random: SeededRandom;
  readonly #randoms = new Map<number, SeededRandom>();
  readonly #noted = new Set<number>();

  constructor(readonly faults: Faults, readonly name: string) {
    this.random = seededRandom(faults.seed).fork(name);
  }

  /** The rules that strike this item, in their order: chance decides, and what strikes is counted. */
  strike<N extends FaultName>(
    names: readonly N[],
    item: FaultItem = {},
    where: (rule: RuleOf<N>) => boolean = () => true,
  ): RuleOf<N>[] {
    const striking: RuleOf<N>[] = [];
    for (const state of this.faults.inForce(names, item)) {
      const rule = state.rule as RuleOf<N>;
      if (!where(rule)) continue;
      if (++state.fitting <= rule.skip || state.struck >= rule.times) continue;
      if (!this.#random(state.id).chance(rule.probability)) continue;
      state.struck++;
      striking.push(rule);
    }
    return striking;
  }

  /** Whether a condition that lasts, such as a partition, is in force here. */
  holds<N extends FaultName>(name: N, item: FaultItem = {}): RuleOf<N> | undefined {
    for (const state of this.faults.inForce([name], item)) {
      if (!this.#noted.has(state.id)) this.record(name);
      this.#noted.add(state.id);
      return state.rule as RuleOf<N>;
    }
    return undefined;
  }

  record(fault: FaultName, detail = ""): void {
    this.faults.record(this.name, fault, detail);
  }

  /** Each rule has chances of its own, so that one that is added changes nothing for the others. */
  #random(id: number): SeededRandom {
    let random = this.#randoms.get(id);
    if (random === undefined) this.#randoms.set(id, random = this.random.fork(`rule ${id}`));
    return random;
  }
}

/** A plan, or faults that several share. */
export type FaultSource = Faults | FaultPlanInput | undefined;

/** Faults that their owner disposes, or those that were given. @default none, with the seed 0 */
export function faultsOf(source: FaultSource): { faults: Faults } & Disposable {
  if (source instanceof Faults) return { faults: source, [Symbol.dispose]: () => {} };
  const faults = new Faults(source ?? { seed: 0 });
  return { faults, [Symbol.dispose]: () => faults[Symbol.dispose]() };
}

function fits(rule: FaultRule, { direction, kind, names = [] }: FaultItem): boolean {
  if (rule.direction !== undefined && direction !== undefined && rule.direction !== direction) return false;
  if (rule.kind !== undefined && rule.kind !== kind) return false;
  return rule.on === undefined || names.includes(rule.on);
}
