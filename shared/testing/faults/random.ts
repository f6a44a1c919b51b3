/** Chance that can be repeated: one seed gives the same numbers on every machine. Not for secrets. */

export interface SeededRandom {
  readonly seed: number;
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number, both ends included. */
  integer(min: number, max: number): number;
  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean;
  /** One of them. @throws {RangeError} where there is none */
  pick<T>(items: readonly T[]): T;
  /** An independent stream of numbers that depends on this seed and the name only, not on what was drawn before. */
  fork(name: string): SeededRandom;
}

/** @example `const random = seededRandom(42); random.integer(1, 6);` */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    // a counter that visits all 32-bit values, scrambled
    state = (state + 0x9e3779b9) >>> 0;
    return scramble(state) / 2 ** 32;
  };
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    seed,
    next,
    integer,
    chance: (probability) => next() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError("Cannot pick: there is nothing to pick from");
      return items[integer(0, items.length - 1)]!;
    },
    fork: (name) => seededRandom(digest(name, seed)),
  };
}

/** A new seed, for tests that explore: print it, so that what it found can be repeated. */
export const anySeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]!;

function scramble(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function digest(text: string, seed: number): number {
  let sum = scramble(seed >>> 0);
  for (let i = 0; i < text.length; i++) sum = scramble(sum ^ text.charCodeAt(i));
  return sum;
}
