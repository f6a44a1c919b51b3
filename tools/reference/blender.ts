/** `blender.md`: everything that Blender offers, from its manifest. */
import { blender, type BlenderCommands } from "@patchbay/bridge-blender";
import { AssetRef } from "@patchbay/contracts";
import type { z } from "zod";
import { animationCommands, Timeline } from "../../bridges/blender/manifest/animation.ts";
import { cameraCommands } from "../../bridges/blender/manifest/cameras.ts";
import { Color, Rgb } from "../../bridges/blender/manifest/colors.ts";
import { fileCommands, FileInfo } from "../../bridges/blender/manifest/files.ts";
import { lightCommands } from "../../bridges/blender/manifest/lights.ts";
import { materialCommands } from "../../bridges/blender/manifest/materials.ts";
import { modifierCommands } from "../../bridges/blender/manifest/modifiers.ts";
import { objectCommands } from "../../bridges/blender/manifest/objects.ts";
import { Engine, renderCommands } from "../../bridges/blender/manifest/render.ts";
import { sceneCommands } from "../../bridges/blender/manifest/scene.ts";
import { sessionCommands } from "../../bridges/blender/manifest/session.ts";
import { SceneState } from "../../bridges/blender/manifest/state.ts";
import {
  CameraDetails,
  LightDetails,
  MaterialDetails,
  ObjectDetails,
  ObjectSummary,
  Vector,
} from "../../bridges/blender/manifest/values.ts";
import { manifestPage } from "./manifest_page.ts";

/** Every command under one heading. */
const TOPICS: Readonly<Record<string, Partial<BlenderCommands>>> = {
  "The scene": sceneCommands,
  Objects: objectCommands,
  Materials: materialCommands,
  Modifiers: modifierCommands,
  "Lights and the world": lightCommands,
  Cameras: cameraCommands,
  Animation: animationCommands,
  Renders: renderCommands,
  Files: fileCommands,
  "The session": sessionCommands,
};

/** What many commands take or answer: explained once, called by its name elsewhere. */
const SHAPES = {
  ObjectSummary,
  ObjectDetails,
  SceneState,
  MaterialDetails,
  LightDetails,
  CameraDetails,
  Timeline,
  FileInfo,
  AssetRef,
  Color,
  Rgb,
  Vector,
  Engine,
} satisfies Record<string, z.ZodType>;

export const blenderReference = (): string =>
  manifestPage({
    manifest: blender,
    source: "bridges/blender/manifest.ts",
    introduction: "Lengths are in metres, angles in degrees, z is up.",
    topics: TOPICS,
    shapes: SHAPES,
    state: "SceneState",
    readOnly: [Color],
  });
