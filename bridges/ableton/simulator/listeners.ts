/** Who listens to what: registered by the arguments that came, kept with the object, told when its value is another one. */
import type { OscArgument } from "@patchbay/bridge-kit";
import { PythonError } from "./python.ts";
import { type Argument, echoed, keyOf } from "./wire.ts";

/** What is listened to. */
export interface Observed {
  /** Which object: it stays with it. */
  object: string;
  /** Its value now; `undefined` once the object is gone. */
  read(): readonly OscArgument[] | undefined;
  /** Where it is reported, with these arguments in front. */
  reports: readonly { address: string; read(): readonly OscArgument[] | undefined }[];
  /** Whether removing it from another object fails, as it does for parts of the mixer and for parameters. */
  strict: boolean;
}

interface Listener extends Observed {
  params: readonly OscArgument[];
  last: string;
}

export class Listeners {
  /** As the script keeps them: by property and arguments. */
  readonly #byKey = new Map<string, Listener>();
  /** As Live keeps them: an observer that the script lost stays on its object. */
  readonly #observers = new Set<Listener>();
  readonly #send: (address: string, args: readonly OscArgument[]) => void;

  constructor(send: (address: string, args: readonly OscArgument[]) => void) {
    this.#send = send;
  }

  get size(): number {
    return this.#observers.size;
  }

  start(property: string, params: readonly Argument[], observed: Observed): void {
    const key = `${property} ${keyOf(params)}`;
    if (this.#byKey.has(key)) this.stop(property, params, observed);
    const listener: Listener = { ...observed, params: params.map(echoed), last: JSON.stringify(observed.read()) };
    this.#byKey.set(key, listener);
    this.#observers.add(listener);
    this.#report(listener);
  }

  /** @throws {PythonError} where another object is there now, and it is a strict one */
  stop(property: string, params: readonly Argument[], { object, strict }: Pick<Observed, "object" | "strict">): void {
    const key = `${property} ${keyOf(params)}`;
    const listener = this.#byKey.get(key);
    if (listener === undefined) return;
    const same = listener.object === object;
    if (!same && strict) throw new PythonError("Observer not connected");
    this.#byKey.delete(key);
    if (same) this.#observers.delete(listener);
  }

  /** Tells what has changed. */
  look(): void {
    for (const listener of this.#observers) {
      const value = listener.read();
      if (value === undefined) {
        this.#observers.delete(listener);
        continue;
      }
      const now = JSON.stringify(value);
      if (now === listener.last) continue;
      listener.last = now;
      this.#report(listener);
    }
  }

  clear(): void {
    this.#byKey.clear();
    this.#observers.clear();
  }

  #report({ reports, params }: Listener): void {
    for (const { address, read } of reports) {
      const value = read();
      if (value !== undefined) this.#send(address, [...params, ...value]);
    }
  }
}
