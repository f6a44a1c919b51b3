/** MIDI clock: 24 ticks a beat. What a timer is late with is made up for, so that it jitters and does not drift. */
import { CLOCK } from "./messages.ts";

export interface MidiClockOptions {
  send(bytes: readonly number[]): void;
  /** Beats a minute, asked at every tick. */
  bpm(): number;
  now?: () => number;
}

const TICKS_A_BEAT = 24;
/** Milliseconds. */
const STEP_MS = 4;
/** After a longer sleep than this it goes on from now, in milliseconds. */
const LOST_MS = 250;

export class MidiClock implements Disposable {
  readonly #options: Required<MidiClockOptions>;
  readonly #timer: ReturnType<typeof setInterval>;
  #next: number;

  constructor(options: MidiClockOptions) {
    this.#options = { now: () => performance.now(), ...options };
    this.#next = this.#options.now();
    this.#timer = setInterval(() => this.step(), STEP_MS);
  }

  /** Sends what is due. */
  step(): void {
    const { now, bpm, send } = this.#options;
    const time = now();
    if (time - this.#next > LOST_MS) this.#next = time;
    while (this.#next <= time) {
      send(CLOCK);
      this.#next += 60_000 / bpm() / TICKS_A_BEAT;
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
