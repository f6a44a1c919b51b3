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

/** A signal that fires at `deadline`, or when it is told to. Disposing stops its timer. */
export class DeadlineSignal implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deadline: number | undefined) {
    const left = deadline === undefined ? Infinity : deadline - Date.now();
    if (left > MAX_TIMER_MS) return;
    this.#timer = setTimeout(() => {
      this.#controller.abort(new PatchbayError("DEADLINE_EXCEEDED", "The caller's deadline has passed"));
    }, Math.max(0, left));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
