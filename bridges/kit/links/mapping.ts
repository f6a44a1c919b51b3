/** The numeric part of a link's mapping: scale with its curve, clamp, smoothing, deadband. Lists are mapped item by item. */
import type { LinkMapping } from "@patchbay/contracts";
import { CURVES } from "./curve.ts";

/** A value that the mapping can do nothing with: a sentence for a person. */
export class MappingError extends Error {
  override readonly name = "MappingError";
}

/** Smoothing ends at its goal after so many time constants: a thousandth is left then. */
const SETTLED_AFTER = 7;

export class Mapping {
  readonly #mapping: LinkMapping;
  /** What smoothing goes towards, and how far it is. */
  #smooth:
    | { goal: readonly number[]; goalAt: number; value: readonly number[]; at: number; single: boolean }
    | undefined;
  /** What went out last. */
  #out: readonly number[] | undefined;

  constructor(mapping: LinkMapping) {
    this.#mapping = mapping;
  }

  /**
   * What goes out for a value, or `undefined` where nothing does: what is not finite, and changes within the deadband.
   * @param at the sample's time, in milliseconds
   * @throws {MappingError} for a text or an object where a stage takes numbers
   */
  run(value: unknown, at: number): { value: unknown } | undefined {
    if (value === undefined) return undefined;
    if (!this.#isNumeric) return hasFiniteNumbers(value) ? { value } : undefined;
    const single = !Array.isArray(value);
    const numbers = (single ? [value] : value).map(asNumber);
    const mapped = numbers.map((number) => this.#clamp(this.#scale(number)));
    if (!mapped.every(Number.isFinite)) return undefined;
    return this.#rest(this.#smoothed(mapped, at, single), single);
  }

  /** Whether smoothing is still on its way to the last value: then {@linkcode settle} takes it further. */
  get settling(): boolean {
    return this.#smooth !== undefined && this.#smooth.value.some((number, i) => number !== this.#smooth?.goal[i]);
  }

  /** What goes out where no new value has come. */
  settle(at: number): { value: unknown } | undefined {
    if (this.#smooth === undefined) return undefined;
    const { goal, goalAt, single } = this.#smooth;
    const end = goalAt + SETTLED_AFTER * (this.#mapping.smoothingMs ?? 0);
    const value = this.#smoothed(goal, at >= end ? Infinity : at, single);
    this.#smooth = { goal, goalAt, value, at, single };
    return this.#rest(value, single);
  }

  /** The next value goes out however little it has changed: the last one did not arrive. */
  forget(): void {
    this.#out = undefined;
  }

  get #isNumeric(): boolean {
    const { scale, clamp, smoothingMs, deadband } = this.#mapping;
    return [scale, clamp, smoothingMs, deadband].some((stage) => stage !== undefined);
  }

  #scale(number: number): number {
    const { scale } = this.#mapping;
    if (scale === undefined) return number;
    const { from, to, curve } = scale;
    const t = (number - from[0]) / (from[1] - from[0]);
    // only a straight line goes on beyond its ends
    const shaped = curve === "linear" ? t : CURVES[curve](Math.min(Math.max(t, 0), 1));
    return to[0] * (1 - shaped) + to[1] * shaped;
  }

  #clamp(number: number): number {
    const { clamp } = this.#mapping;
    return clamp === undefined ? number : Math.min(Math.max(number, clamp[0]), clamp[1]);
  }

  #smoothed(goal: readonly number[], at: number, single: boolean): readonly number[] {
    const { smoothingMs } = this.#mapping;
    if (smoothingMs === undefined) return goal;
    const before = this.#smooth;
    let value = goal;
    if (before !== undefined && before.value.length === goal.length && at !== Infinity) {
      const step = 1 - Math.exp(-Math.max(0, at - before.at) / smoothingMs);
      value = goal.map((number, i) => this.#clamp(between(before.value[i] ?? number, number, step)));
    }
    this.#smooth = { goal, goalAt: at, value, at: Math.max(at, before?.at ?? at), single };
    return value;
  }

  #rest(numbers: readonly number[], single: boolean): { value: unknown } | undefined {
    const { deadband } = this.#mapping;
    const last = this.#out;
    if (
      deadband !== undefined && last?.length === numbers.length &&
      numbers.every((number, i) => Math.abs(number - (last[i] ?? NaN)) < deadband)
    ) return undefined;
    this.#out = numbers;
    return { value: single ? numbers[0] : numbers };
  }
}

/** No farther than the goal, whatever rounding does. */
function between(from: number, to: number, step: number): number {
  const value = from * (1 - step) + to * step;
  return Math.min(Math.max(value, Math.min(from, to)), Math.max(from, to));
}

function asNumber(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  const found = value === null
    ? "nothing"
    : typeof value === "string"
    ? "a text"
    : "an object: name a number in it with `path`";
  throw new MappingError(`the mapping takes numbers and lists of numbers, and this is ${found}`);
}

function hasFiniteNumbers(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(hasFiniteNumbers);
}
