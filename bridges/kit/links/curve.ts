/** The curves of a scale: from 0 to 1, beginning at 0, ending at 1, and never going back. */
import type { LinkCurve } from "@patchbay/contracts";

/** How steep `exponential` is: it has risen to 1/32 of the whole at its middle. */
const STEEPNESS = 10;

export const CURVES: Readonly<Record<LinkCurve, (t: number) => number>> = {
  linear: (t) => t,
  ease_in: (t) => t * t,
  ease_out: (t) => 1 - (1 - t) ** 2,
  ease_in_out: (t) => t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) ** 2,
  exponential: (t) => (2 ** (STEEPNESS * t) - 1) / (2 ** STEEPNESS - 1),
  logarithmic: (t) => Math.log2(1 + t * (2 ** STEEPNESS - 1)) / STEEPNESS,
};
