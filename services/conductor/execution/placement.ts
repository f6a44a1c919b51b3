/**
 * Where the steps of a run go. Steps for any bridge of an application all go to one, so that each finds what those before
 * have made, and to the application as it was then: once a step has changed something, those that follow ask for its session.
 */
import {
  ANY_BRIDGE,
  type AppName,
  type BridgeId,
  type Id,
  type Run,
  type Step,
  type StepRun,
} from "@patchbay/contracts";

/** A bridge, or whichever is free. */
export type Place = BridgeId | typeof ANY_BRIDGE;

/** Whether a step goes where the other steps of its run go that name no bridge. */
export const isPlacedWithRun = ({ bridge = ANY_BRIDGE, placement = "run" }: Step): boolean =>
  bridge === ANY_BRIDGE && placement === "run";

/** What a step may do to its application: `reopens` starts or ends it. */
export type PlacedEffect = "reads" | "changes" | "reopens";

/** Where a step is done, or its rounds. */
const bridgeOf = (before: StepRun | undefined): BridgeId | undefined =>
  [before, ...before?.rounds ?? []].map((one) => one?.bridge).find((one) => one !== undefined && one !== ANY_BRIDGE);

export class Placement {
  readonly #bridges = new Map<AppName, BridgeId>();
  /** Addresses where something may have changed, with the session in which it was, where that is known. */
  readonly #changed = new Map<string, Id | undefined>();
  /** Commands that change something and are on their way, by address. */
  readonly #touching = new Map<string, number>();

  /** @param effectOf what each step may do to its application */
  constructor(run: Run, effectOf: (step: Step) => PlacedEffect) {
    const begun = run.plan.steps.flatMap((step) => {
      const before = Object.hasOwn(run.steps, step.id) ? run.steps[step.id]! : undefined;
      const bridge = bridgeOf(before);
      return before === undefined || bridge === undefined ? [] : [{ step, before, bridge }];
    });
    begun.sort((a, b) => (a.before.startedAt ?? 0) - (b.before.startedAt ?? 0));
    for (const { step, before, bridge } of begun) {
      if (isPlacedWithRun(step)) this.#bridges.set(step.app, bridge);
      const done = before.status === "succeeded" ? before : before.rounds?.find(({ status }) => status === "succeeded");
      const effect = effectOf(step);
      if (effect === "reopens" && done !== undefined) this.reopened(step.app, bridge, done.session);
      else if (effect === "changes") this.changed(step.app, bridge, done?.session);
    }
  }

  /** Where a step goes; `undefined` where that is still to be chosen. */
  of(step: Step): Place | undefined {
    return isPlacedWithRun(step) ? this.#bridges.get(step.app) : step.bridge ?? ANY_BRIDGE;
  }

  /** From now on the run's steps for any bridge of this application go there. */
  choose(app: AppName, bridge: BridgeId): void {
    this.#bridges.set(app, bridge);
  }

  /** The session of the application that a command there is meant for. */
  sessionOf(app: AppName, bridge: Place): Id | undefined {
    return this.#changed.get(`${app}.${bridge}`);
  }

  /** Something has changed there, or may have. */
  changed(app: AppName, bridge: BridgeId, session: Id | undefined): void {
    const address = `${app}.${bridge}`;
    // the first one counts: what was made in it is gone when there is another
    if (this.#changed.get(address) === undefined) this.#changed.set(address, session);
  }

  /** The application there was opened or closed as the run wanted it: what follows is meant for that session. */
  reopened(app: AppName, bridge: BridgeId, session: Id | undefined): void {
    this.#changed.set(`${app}.${bridge}`, session);
  }

  /** A command that may change something is on its way there. */
  touch(app: AppName, bridge: Place): Disposable {
    const address = `${app}.${bridge}`;
    this.#touching.set(address, (this.#touching.get(address) ?? 0) + 1);
    return { [Symbol.dispose]: () => void this.#touching.set(address, this.#touching.get(address)! - 1) };
  }

  /**
   * Whether another bridge would do as well: nothing of this run is there.
   * @param mine commands of whoever asks
   */
  mayLeave(app: AppName, bridge: Place, mine: number): boolean {
    const address = `${app}.${bridge}`;
    return !this.#changed.has(address) && (this.#touching.get(address) ?? 0) <= mine;
  }

  /** The next step for any bridge of the application chooses anew. */
  leave(app: AppName, bridge: Place): void {
    if (this.#bridges.get(app) === bridge) this.#bridges.delete(app);
  }
}
