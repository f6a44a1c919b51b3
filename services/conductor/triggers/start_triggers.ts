/** The triggers of a conductor: their verbs, and the work that they are. */
import { type AnyEndpoint } from "@patchbay/bus";
import { runStarter, type StartRunDeps } from "./start_run.ts";
import { tendTriggers, type TendTriggersOptions } from "./tend_triggers.ts";
import { triggerEndpoints } from "./trigger_endpoints.ts";
import { TriggerStore, type TriggerStoreOptions } from "./trigger_store.ts";

/** Disposing resolves once nothing is under way; its signal ends the work. */
export interface Triggers extends AsyncDisposable {
  readonly endpoints: AnyEndpoint[];
  /** Resolves when it follows no longer; with the error that ended it, if one did. */
  readonly ended: Promise<unknown>;
}

export async function startTriggers(
  options: Omit<TendTriggersOptions, "start" | "hasBegun"> & StartRunDeps & Pick<TriggerStoreOptions, "manifests">,
): Promise<Triggers> {
  const store = await TriggerStore.open(options);
  const tending = tendTriggers({
    ...options,
    start: runStarter(options),
    hasBegun: (runId) => options.runs.hasBegun(runId),
  });
  return {
    endpoints: triggerEndpoints(options.bus, store),
    ended: store.ended,
    async [Symbol.asyncDispose]() {
      await tending;
      await store[Symbol.asyncDispose]();
    },
  };
}
