/** What goes wrong in one run, drawn from a seed: who is struck, how, and at which transition. */
import type { SeededRandom } from "@patchbay/testing";
import type { Hold } from "./gate.ts";
import { type Moment, OF_BRIDGES, OF_CONDUCTORS, type Transition } from "./transitions.ts";

/**
 * `self` is whoever stands at the transition, `others` a process of the other kind: of a conductor a bridge, of a bridge all
 * conductors.
 */
export type Victim = "self" | "others" | "broker" | "all conductors";

export interface Strike extends Hold {
  victim: Victim;
  /** Killed, or made to stand still. */
  manner: "killed" | "stopped";
  /** How long it stays so, in milliseconds. */
  forMs: number;
}

const MOMENTS: readonly Moment[] = ["before", "sent", "after"];
/** Every place where a process can be struck: each comes about as often as any other. */
export const PLACES: readonly Pick<Hold, "transition" | "moment">[] = [...OF_CONDUCTORS, ...OF_BRIDGES].flatMap(
  (transition) =>
    MOMENTS.flatMap((moment) => transition === "effect" && moment === "sent" ? [] : [{ transition, moment }]),
);
/** What comes once in a run, or a few times. */
const RARE: ReadonlySet<Transition> = new Set([
  "RUN_STARTED",
  "STEP_WAITING",
  "STEP_CANCELLED",
  "RUN_CANCEL_REQUESTED",
  "RUN_FINISHED",
  "lease taken",
  "lease given back",
  "record runs",
  "record settled",
]);
/** Longer than the lease of a run lasts. */
const STANDSTILL_MS = [2_300, 3_500] as const;

export const isOfBridges = (transition: Transition): boolean => (OF_BRIDGES as readonly string[]).includes(transition);

/** @param n which run it is: the places take turns, so that none is left out */
export function drawStrikes(random: SeededRandom, n: number): Strike[] {
  const count = random.pick([1, 1, 2, 2, 3]);
  return Array.from({ length: count }, (_, i) => {
    // a stride that meets all of them
    const place = i === 0 ? PLACES[(n * 23) % PLACES.length]! : random.pick(PLACES);
    const { transition } = place;
    const nth = RARE.has(transition) ? 1 : random.integer(1, 8);
    return { id: `${n}-${i + 1}`, ...place, nth, ...drawManner(random, transition) };
  });
}

function drawManner(random: SeededRandom, transition: Transition): Pick<Strike, "victim" | "manner" | "forMs"> {
  const chance = random.next();
  if (chance < 0.15) return { victim: "broker", manner: "killed", forMs: random.integer(50, 1_000) };
  if (chance < 0.25) return { victim: "others", manner: "killed", forMs: random.integer(0, 800) };
  if (isOfBridges(transition)) return { victim: "self", manner: "killed", forMs: random.integer(0, 800) };
  if (chance < 0.35) return { victim: "all conductors", manner: "killed", forMs: random.integer(0, 500) };
  if (chance < 0.6) return { victim: "self", manner: "stopped", forMs: random.integer(...STANDSTILL_MS) };
  return { victim: "self", manner: "killed", forMs: random.integer(0, 1_500) };
}

export const tellStrike = ({ victim, manner, transition, moment, nth, forMs }: Strike): string =>
  `${victim} ${manner} for ${forMs} ms ${moment} ${transition} no. ${nth}`;
