/** What came of many runs, in numbers. */
import type { Struck } from "./arena.ts";
import type { RunStory } from "./run_story.ts";
import { isOfBridges } from "./strikes.ts";

export class Summary {
  readonly #began = performance.now();
  readonly #runs: Counts = {};
  readonly #takenBack: Counts = {};
  readonly #steps: Counts = {};
  readonly #codes: Counts = {};
  readonly #strikes: Counts = {};
  readonly #transitions: Counts = {};
  #missed = 0;
  #events = 0;
  #messages = 0;
  #takeovers = 0;
  effects = 0;

  add({ run, log }: RunStory): void {
    count(run.of === undefined ? this.#runs : this.#takenBack, run.status);
    for (const { status, problem } of Object.values(run.steps)) {
      count(this.#steps, status);
      if (problem !== undefined) count(this.#codes, problem.code);
    }
    this.#messages += log.length;
    for (const { events } of log) this.#events += events.length;
  }

  addStrikes(struck: readonly Struck[], missed: number): void {
    this.#missed += missed;
    for (const { victim, manner, transition, moment, hit } of struck) {
      if (hit.length === 0) continue;
      count(this.#strikes, `${whom(victim, transition)} ${manner}`);
      count(this.#transitions, `${moment} ${transition}`);
      if (hit.some((name) => name.startsWith("conductor"))) this.#takeovers++;
    }
  }

  toJSON() {
    return {
      runs: total(this.#runs),
      statuses: this.#runs,
      undos: this.#takenBack,
      steps: this.#steps,
      problems: this.#codes,
      outcomeUnknown: this.#codes["OUTCOME_UNKNOWN"] ?? 0,
      effects: this.effects,
      messages: this.#messages,
      events: this.#events,
      strikes: total(this.#strikes),
      notReached: this.#missed,
      byKind: this.#strikes,
      byTransition: this.#transitions,
      conductorsLost: this.#takeovers,
      seconds: Math.round((performance.now() - this.#began) / 1_000),
    };
  }
}

type Counts = Record<string, number>;
const count = (counts: Counts, name: string) => void (counts[name] = (counts[name] ?? 0) + 1);
const total = (counts: Counts) => Object.values(counts).reduce((sum, one) => sum + one, 0);

function whom(victim: Struck["victim"], transition: Struck["transition"]): string {
  if (victim === "self") return isOfBridges(transition) ? "bridge" : "conductor";
  if (victim === "others") return isOfBridges(transition) ? "all conductors" : "bridge";
  return victim;
}
