/** For tests: the state as a bridge publishes it, put together from its snapshots and patches. */
import { type Bus, subscribe } from "@patchbay/bus";
import { applyPatch, type AppName, type BridgeId, JsonObject, StateUpdate, subjects } from "@patchbay/contracts";

export class States implements AsyncDisposable {
  readonly #updates: AsyncDisposable;
  readonly #waiting = new Set<() => void>();
  #state: unknown;

  constructor(bus: Bus, app: AppName, bridge: BridgeId) {
    const updates = subscribe(bus, subjects.state(app, bridge), { payload: StateUpdate });
    this.#updates = updates;
    void (async () => {
      for await (const { message: { payload } } of updates) {
        this.#state = payload.kind === "snapshot" ? payload.state : applyPatch(this.#state, payload.patch);
        for (const look of [...this.#waiting]) look();
      }
    })();
  }

  /** Resolves with the state once it fits. */
  once(fits: (state: JsonObject) => boolean): Promise<JsonObject> {
    const { promise, resolve } = Promise.withResolvers<JsonObject>();
    const look = () => {
      const state = JsonObject.safeParse(this.#state);
      if (!state.success || !fits(state.data)) return;
      this.#waiting.delete(look);
      resolve(state.data);
    };
    this.#waiting.add(look);
    look();
    return promise;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#updates[Symbol.asyncDispose]();
  }
}
