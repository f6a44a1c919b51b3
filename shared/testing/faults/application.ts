/** An application that crashes, hangs or shows a dialog when a certain command comes: for every simulator, over any transport. */
import { PatchbayError } from "@patchbay/contracts";
import { type FaultLane, type Faults, faultsOf, type FaultSource } from "./faults.ts";
import { Notice } from "./notice.ts";

export interface ApplicationFaultsOptions {
  faults: FaultSource;
  /** In the history. @default "application" */
  name?: string;
  /** Ends the application at once: closes its link, or kills its process. */
  crash?(): void;
  /** Its main thread does nothing any more until what is returned is disposed: pings go unanswered too. */
  block?(): Disposable;
}

export interface ApplicationFaults extends Disposable {
  readonly faults: Faults;
  readonly crashes: number;
  /** Whether a dialog is open, or the main thread hangs. */
  readonly blocked: boolean;
  /** Runs one command's side effect, with what the plan wants before and after it. */
  run<T>(command: string, effect: () => Promise<T> | T): Promise<T>;
  /** A person closes the dialog, or the main thread comes back: what waited goes on. */
  dismiss(): void;
}

/** @example `const app = applicationFaults({ faults: { seed: 1, rules: [{ fault: "hang", on: "render", times: 1 }] } })` */
export function applicationFaults(options: ApplicationFaultsOptions): ApplicationFaults {
  const owned = faultsOf(options.faults);
  const lane = owned.faults.lane(options.name ?? "application");
  const application = new FaultyMainThread(options, lane);
  return {
    faults: owned.faults,
    get crashes() {
      return application.crashes;
    },
    get blocked() {
      return application.blocked;
    },
    run: (command, effect) => application.run(command, effect),
    dismiss: () => application.dismiss(),
    [Symbol.dispose]() {
      application.dismiss();
      owned[Symbol.dispose]();
    },
  };
}

class FaultyMainThread {
  crashes = 0;
  readonly #dismissed = new Notice();
  #blocked = 0;

  constructor(private readonly options: ApplicationFaultsOptions, private readonly lane: FaultLane) {}

  get blocked(): boolean {
    return this.#blocked > 0;
  }

  dismiss(): void {
    this.#dismissed.give();
  }

  async run<T>(command: string, effect: () => Promise<T> | T): Promise<T> {
    const names = [command];
    for (const { fault } of this.lane.strike(["dialog"], { names })) await this.#stop(fault, command);
    for (const { fault } of this.lane.strike(["hang"], { names }, ({ at }) => at === "before")) {
      await this.#stop(fault, `before ${command}`);
    }
    this.#mayCrash("before", command);
    const value = await effect();
    this.#mayCrash("after", command);
    for (const { fault } of this.lane.strike(["hang"], { names }, ({ at }) => at === "after")) {
      await this.#stop(fault, `after ${command}`);
    }
    return value;
  }

  #mayCrash(when: "before" | "after", command: string): void {
    if (this.lane.strike(["crash"], { names: [command] }, ({ at }) => at === when).length === 0) return;
    this.lane.record("crash", `${when} ${command}`);
    this.crashes++;
    this.options.crash?.();
    throw new PatchbayError("APP_CRASHED", `The application crashed ${when} ${command}`);
  }

  async #stop(fault: "dialog" | "hang", detail: string): Promise<void> {
    this.lane.record(fault, detail);
    this.#blocked++;
    using _blocking = this.options.block?.();
    await this.#dismissed.wait(new AbortController().signal);
    this.#blocked--;
  }
}
