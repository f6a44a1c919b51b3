/** Progress for people: more than twenty a second of one command are left out, but never the last step. */
import type { Id, Progress } from "@patchbay/contracts";

const INTERVAL_MS = 50;
/** One application runs one command at a time: the last one's pace is all there is to keep. */
export class ProgressPace {
  #command: Id | undefined;
  #last = -Infinity;

  mayPass(command: Id, { fraction }: Progress): boolean {
    const now = performance.now();
    if (command === this.#command && fraction !== 1 && now - this.#last < INTERVAL_MS) return false;
    this.#command = command;
    this.#last = now;
    return true;
  }
}
