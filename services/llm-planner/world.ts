/** What there is to plan with, asked from the context store over the bus. */
import { type Bus, callService } from "@patchbay/bus";
import { type Id, PatchbayError, type Presence, SERVICES } from "@patchbay/contracts";
import type { KnownManifests } from "./known_manifests.ts";
import type { AppState, World } from "./provider.ts";

/** Manifests, bridges and their last states. A bridge that has no state yet is left without. */
export async function loadWorld(
  { bus, known }: { bus: Bus; known: KnownManifests },
  correlationId: Id,
  signal: AbortSignal,
): Promise<World> {
  const store = SERVICES["context-store"];
  const options = { source: "llm-planner", correlationId, signal };
  const stateOf = async ({ app, bridge }: Presence): Promise<AppState[]> => {
    try {
      const { state } = await callService(bus, "context-store", "state", { app, bridge }, {
        ...options,
        result: store.state.result,
      });
      return [{ app, bridge, state }];
    } catch (error) {
      if (error instanceof PatchbayError && error.code === "NOT_FOUND") return [];
      throw error;
    }
  };
  const [{ apps }, { bridges: presence }] = await Promise.all([
    callService(bus, "context-store", "apps", {}, { ...options, result: store.apps.result }),
    callService(bus, "context-store", "bridges", {}, { ...options, result: store.bridges.result }),
  ]);
  const states = await Promise.all(presence.map(stateOf));
  return { manifests: apps.map((manifest) => known.same(manifest)), presence, states: states.flat() };
}
