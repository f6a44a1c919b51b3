/** Ramps over beats, played by the bridge: about one step for each of Live's ticks, by the tempo as it is. */
import type { Ramp } from "../manifest/automation.ts";

export interface RampOptions {
  id: string;
  /** What moves, for a person. */
  target: string;
  /** The same for the same thing: a new ramp ends the one before. */
  key: string;
  from: number;
  to: number;
  beats: number;
  curve: "linear" | "ease_in" | "ease_out" | "ease_in_out";
  /** The value before, for who takes it back. */
  previous: number;
  /** How many beats to wait first. */
  delayBeats: number;
  send(value: number): void;
  /** Sets the last value, and makes sure of it. */
  settle(value: number, signal: AbortSignal): Promise<void>;
}

/** A little less than Live's tick: each tick has a new value. */
const STEP_MS = 90;
const MOST_REMEMBERED = 100;

interface Running extends RampOptions {
  status: Ramp["status"];
  reason: string | null;
  /** Beats since it was asked for. */
  at: number;
  settled: Promise<void>;
}

export class Ramps implements AsyncDisposable {
  readonly #all: Running[] = [];
  readonly #tempo: () => number;
  readonly #told: (ramp: Ramp) => void;
  readonly #stop = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  #last = 0;

  /** @param tempo beats a minute @param told when one has ended */
  constructor(tempo: () => number, told: (ramp: Ramp) => void) {
    this.#tempo = tempo;
    this.#told = told;
  }

  start(options: RampOptions): Ramp {
    for (const one of this.#all) if (one.key === options.key) this.#end(one, "stopped", "another ramp took its place");
    const ramp: Running = {
      ...options,
      status: "running",
      reason: null,
      at: -options.delayBeats,
      settled: Promise.resolve(),
    };
    this.#all.unshift(ramp);
    this.#all.splice(MOST_REMEMBERED);
    if (this.#timer === undefined) {
      this.#last = performance.now();
      this.#timer = setInterval(() => this.#step(), STEP_MS);
    }
    if (ramp.at >= 0) ramp.send(ramp.from);
    return shown(ramp);
  }

  get(id: string): { ramp: Ramp; previous: number; settle: RampOptions["settle"] } | undefined {
    const found = this.#all.find((one) => one.id === id);
    return found && { ramp: shown(found), previous: found.previous, settle: found.settle };
  }

  async stop(id: string): Promise<Ramp | undefined> {
    const found = this.#all.find((one) => one.id === id);
    if (found === undefined) return undefined;
    this.#end(found, "stopped", null);
    await found.settled;
    return shown(found);
  }

  list(): Ramp[] {
    return this.#all.map(shown);
  }

  #step(): void {
    const now = performance.now();
    const beats = (now - this.#last) / 60_000 * this.#tempo();
    this.#last = now;
    for (const ramp of this.#all) {
      if (ramp.status !== "running") continue;
      ramp.at += beats;
      if (ramp.at < 0) continue;
      if (ramp.at < ramp.beats) ramp.send(valueAt(ramp));
      else {
        ramp.at = ramp.beats;
        ramp.status = "finished";
        ramp.settled = this.#settle(ramp);
      }
    }
    if (!this.#all.some(({ status }) => status === "running")) this.#rest();
  }

  async #settle(ramp: Running): Promise<void> {
    try {
      await ramp.settle(ramp.to, this.#stop.signal);
    } catch (error) {
      ramp.status = "failed";
      ramp.reason = error instanceof Error ? error.message : String(error);
    }
    if (!this.#stop.signal.aborted) this.#told(shown(ramp));
  }

  #end(ramp: Running, status: "stopped", reason: string | null): void {
    if (ramp.status !== "running") return;
    ramp.status = status;
    ramp.reason = reason;
    this.#told(shown(ramp));
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#rest();
    this.#stop.abort();
    await Promise.all(this.#all.map(({ settled }) => settled));
  }
}

const EASE: Record<RampOptions["curve"], (share: number) => number> = {
  linear: (share) => share,
  ease_in: (share) => share * share,
  ease_out: (share) => 1 - (1 - share) ** 2,
  ease_in_out: (share) => share < 0.5 ? 2 * share * share : 1 - 2 * (1 - share) ** 2,
};

/** Where a ramp is. */
export function valueAt(
  { from, to, beats, at, curve }: Pick<RampOptions, "from" | "to" | "beats" | "curve"> & { at: number },
): number {
  return from + (to - from) * EASE[curve](Math.max(0, Math.min(1, at / beats)));
}

const shown = ({ id, target, from, to, beats, status, reason, at }: Running): Ramp => ({
  id,
  target,
  from,
  to,
  beats,
  status,
  reason,
  progress: Math.max(0, Math.min(1, at / beats)),
});
