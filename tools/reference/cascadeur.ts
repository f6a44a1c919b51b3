/** `cascadeur.md`: everything that Cascadeur offers, from its manifest. */
import { cascadeur, type CascadeurCommands } from "@patchbay/bridge-cascadeur";
import { AssetRef } from "@patchbay/contracts";
import { exchangeCommands } from "../../bridges/cascadeur/manifest/exchange.ts";
import { keyframeCommands } from "../../bridges/cascadeur/manifest/keyframes.ts";
import { objectCommands } from "../../bridges/cascadeur/manifest/objects.ts";
import { rigCommands } from "../../bridges/cascadeur/manifest/rig.ts";
import { sceneCommands } from "../../bridges/cascadeur/manifest/scenes.ts";
import { sessionCommands } from "../../bridges/cascadeur/manifest/session.ts";
import { CascadeurState } from "../../bridges/cascadeur/manifest/state.ts";
import { timelineCommands } from "../../bridges/cascadeur/manifest/timeline.ts";
import { trackCommands } from "../../bridges/cascadeur/manifest/tracks.ts";
import { Dispatched, ObjectSummary, Timeline, Track } from "../../bridges/cascadeur/manifest/values.ts";
import { manifestPage } from "./manifest_page.ts";

const TOPICS: Readonly<Record<string, Partial<CascadeurCommands>>> = {
  Scenes: sceneCommands,
  Objects: objectCommands,
  Keyframes: keyframeCommands,
  Tracks: trackCommands,
  "The timeline": timelineCommands,
  "The rig": rigCommands,
  "Files and pictures": exchangeCommands,
  "Actions and the session": sessionCommands,
};

const SHAPES = { CascadeurState, ObjectSummary, Track, Timeline, Dispatched, AssetRef };

export const cascadeurReference = (): string =>
  manifestPage({
    manifest: cascadeur,
    source: "bridges/cascadeur/manifest.ts",
    introduction: "Lengths are in centimetres, angles in degrees, y is up, the first frame is 0.",
    topics: TOPICS,
    shapes: SHAPES,
    state: "CascadeurState",
  });
