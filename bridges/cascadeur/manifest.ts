/**
 * What Cascadeur offers through Patchbay. Lengths are in centimetres, angles in degrees, y is up, the first frame is 0.
 *
 * The server inside Cascadeur receives arguments that are parsed: defaults filled in, assets as
 * `{ "$file": { path, name, mediaType } }`. It answers a file the same way, somewhere in the bridge's folder; one that is
 * drawn later as `{ "$pending": … }`.
 */
import { defineApp } from "@patchbay/contracts";
import { events } from "./manifest/events.ts";
import { exchangeCommands } from "./manifest/exchange.ts";
import { keyframeCommands } from "./manifest/keyframes.ts";
import { objectCommands } from "./manifest/objects.ts";
import { rigCommands } from "./manifest/rig.ts";
import { sceneCommands } from "./manifest/scenes.ts";
import { sessionCommands } from "./manifest/session.ts";
import { CascadeurState } from "./manifest/state.ts";
import { timelineCommands } from "./manifest/timeline.ts";
import { trackCommands } from "./manifest/tracks.ts";
import { VERSION } from "./version.ts";

export const cascadeur = defineApp({
  app: "cascadeur",
  title: "Cascadeur",
  version: VERSION,
  state: CascadeurState,
  commands: {
    ...sceneCommands,
    ...objectCommands,
    ...keyframeCommands,
    ...trackCommands,
    ...timelineCommands,
    ...rigCommands,
    ...exchangeCommands,
    ...sessionCommands,
  },
  events,
});

export type CascadeurCommands = typeof cascadeur.commands;
