/**
 * What Blender offers through Patchbay. Lengths are in metres, angles in degrees, z is up.
 *
 * The application receives arguments that are parsed: defaults filled in, colours as scene-linear `[r, g, b]`, assets as
 * `{ "$file": { path, name, mediaType } }`: a file that the bridge fetched into `<workDir>/incoming`, and deletes after the
 * command. It answers a file the same way, somewhere in `workDir`; the bridge stores it and deletes it, so that what
 * shall stay (a saved .blend) is answered as a copy.
 */
import { lifecycleCommands } from "@patchbay/bridge-kit";
import { defineApp } from "@patchbay/contracts";
import { animationCommands } from "./manifest/animation.ts";
import { cameraCommands } from "./manifest/cameras.ts";
import { events } from "./manifest/events.ts";
import { fileCommands } from "./manifest/files.ts";
import { lightCommands } from "./manifest/lights.ts";
import { materialCommands } from "./manifest/materials.ts";
import { modifierCommands } from "./manifest/modifiers.ts";
import { objectCommands } from "./manifest/objects.ts";
import { renderCommands } from "./manifest/render.ts";
import { sceneCommands } from "./manifest/scene.ts";
import { sessionCommands } from "./manifest/session.ts";
import { SceneState } from "./manifest/state.ts";

export const blender = defineApp({
  app: "blender",
  title: "Blender",
  version: "0.1.0",
  state: SceneState,
  commands: {
    ...sceneCommands,
    ...objectCommands,
    ...materialCommands,
    ...lightCommands,
    ...cameraCommands,
    ...modifierCommands,
    ...animationCommands,
    ...renderCommands,
    ...fileCommands,
    ...sessionCommands,
  },
  events,
});

/** A Blender that its bridge starts can also be stopped and started by command. */
export const ownBlender = defineApp({
  ...blender,
  commands: { ...blender.commands, ...lifecycleCommands(blender.title) },
});

export type BlenderCommands = typeof blender.commands;
