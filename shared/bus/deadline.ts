/** The deadline that a message carries, as a signal. */
import { HEADERS, PatchbayError } from "@patchbay/contracts";

/** The caller's deadline in milliseconds since 1970; `undefined` without one, or for one that cannot be read. */
export function readDeadline(headers: ReadonlyMap<string, string>): number | undefined {
  const text = headers.get(HEADERS.deadline);
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  return Number(text);
}

/** The longest delay that a timer takes; later deadlines never fire. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A signal that fires at `deadline`, or when it is told to; few ask for it, so it is made then. Disposing stops its timer. */
export class DeadlineSignal implements Disposable {
  readonly #deadline: number | undefined;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #disposed = false;

  constructor(deadline: number | undefined) {
    this.#deadline = deadline;
  }

  get signal(): AbortSignal {
    return this.#made().signal;
  }

  abort(reason: unknown): void {
    this.#made().abort(reason);
  }

  #made(): AbortController {
    if (this.#controller !== undefined) return this.#controller;
    const controller = this.#controller = new AbortController();
    const left = this.#deadline === undefined ? Infinity : this.#deadline - Date.now();
    if (this.#disposed || left > MAX_TIMER_MS) return controller;
    this.#timer = setTimeout(() => {
      controller.abort(new PatchbayError("DEADLINE_EXCEEDED", "The caller's deadline has passed"));
    }, Math.max(0, left));
    return controller;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }
}
