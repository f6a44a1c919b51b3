/**
 * What a bridge gives so that plans can be rehearsed with its application: the bridge's own adapter, on its own simulator,
 * which holds what the application looks like now. This is all that a bridge writes for a rehearsal; everything else, and
 * that nothing real is touched, is `bridges/rehearsal`'s.
 *
 * How to write one, in `bridges/<app>/stage.ts`, loaded by `stage` of the definition when it is called:
 *
 * 1. Parse `state` by the manifest's `state`; what does not fit is one note, and the simulator begins as a new application.
 * 2. Make the simulator's own document of it. What the state does not say (a light's energy) or the simulator cannot hold is
 *    a note: one for each kind of thing that is missing, with some names, never one for each object.
 * 3. Start the simulator in this process, or as a child of the kit's supervision, in `workDir`, reachable there only: no
 *    fixed port, no socket outside `workDir` (an App link: `transport: "tcp"`), no folder of the artist's own application, no
 *    MIDI port that others see. A thread that is taken away cleans up nothing: what is left must lie in `workDir`.
 * 4. Answer the adapter that the bridge itself uses, told where that simulator is. Whoever opens the stage gives it a host
 *    that keeps new files in memory, and closes it before it disposes of the stage, which ends the simulator.
 *
 * What the real application could do and the simulator cannot (read an FBX file) is refused with `{ context: BEYOND_SIMULATOR }`:
 * the step then counts as not rehearsed, and not as failed.
 *
 * Commands with the effect `open` never come to a stage. What a command costs in the real application (pixels, audio) may be
 * done small: only what it answers and what it changes are looked at.
 */
import { type AppManifest, type BridgeId, PatchbayError } from "@patchbay/contracts";
import type { Adapter, AdapterHost } from "../adapter.ts";

/** In an error's context: the simulator cannot do it, the real application may well. It crosses the App link with the error. */
export const BEYOND_SIMULATOR = { beyondSimulator: true } as const;

/** Whether an error says so. */
export const isBeyondSimulator = (error: unknown): boolean =>
  error instanceof PatchbayError && error.context["beyondSimulator"] === true;

export interface StageOptions {
  /** The bridge that it stands in for. */
  bridge: BridgeId;
  /** A folder of this stage alone: there, empty, and removed by whoever opened the stage. */
  workDir: string;
  /** What the application looks like now: a value of the manifest's `state`, as it was reported. @default as a new application */
  state?: unknown;
  /** What stands after the colon of the bridge's item, where that is known. */
  argument?: string;
  /** Fires when the rehearsal ends before the stage is there. */
  signal: AbortSignal;
}

/** Disposing ends the simulator; its adapter is closed before. */
export interface StagedApplication extends AsyncDisposable {
  manifest: AppManifest;
  /** The bridge's own; a function makes it for the host that it gets. Opened once. */
  adapter: Adapter | ((host: AdapterHost) => Adapter);
  /** What of the state is not on the stage, for a person, each in a sentence: `Their energy is not known: 'Key', 'Fill'`. */
  notes: readonly string[];
}

/** The names for a note: some of them, and how many more there are. @example `` `…: ${someNames(lights)}` // …: 'Key', 'Fill' and 3 more `` */
export function someNames(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map((name) => `'${name.length > 40 ? `${name.slice(0, 40)}…` : name}'`).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
