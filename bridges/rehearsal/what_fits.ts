/** A rehearsal as far as one message holds it: what says least goes first. */
import type { Rehearsal, RehearsedStep } from "@patchbay/contracts";

const encoder = new TextEncoder();
const bytes = (value: unknown) => encoder.encode(JSON.stringify(value)).length;

/** Of each step less and less, until they fit together. */
const LESS: readonly ((step: RehearsedStep) => RehearsedStep)[] = [
  (step) => step,
  ({ value: _, ...step }) => step,
  (step) => ({ ...step, changes: step.changes.map(({ before: _, after: __, ...change }) => change) }),
  (step) => ({ ...step, changes: [], moreChanges: step.moreChanges + step.changes.length }),
];

/** @param maxBytes of the whole as JSON */
export function whatFits(rehearsal: Rehearsal, maxBytes: number): Rehearsal {
  let { steps } = rehearsal;
  const left = maxBytes - bytes({ ...rehearsal, steps: [] }) - 100;
  let sizes: number[] = [];
  for (const less of LESS) {
    steps = steps.map(less);
    sizes = steps.map((step) => bytes(step) + 1);
    if (sum(sizes) <= left) return { ...rehearsal, steps };
  }
  let used = 0;
  const fitting = steps.filter((_, i) => (used += sizes[i]!) <= left);
  return { ...rehearsal, steps: fitting, moreSteps: steps.length - fitting.length };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
