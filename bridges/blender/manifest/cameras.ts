/** Cameras, and aiming things. */
import { command } from "@patchbay/contracts";
import { z } from "zod";
import { MAKE } from "./objects.ts";
import {
  asAnswered,
  CameraDetails,
  CameraName,
  Location,
  NewName,
  ObjectName,
  ObjectSummary,
  PLACE,
  PREVIOUS,
  Previous,
  readsBack,
} from "./values.ts";

const CALLED = "[(named|called) {name}]";

const create_camera = command({
  summary: "Adds a camera, aimed at an object and far enough away to see all of it.",
  args: z.strictObject({
    name: NewName.optional(),
    location: Location.optional().describe(
      "where it stands; else in front of, to the right of and above the target, so that all of it is in the picture",
    ),
    target: ObjectName.optional().describe("aimed at the middle of this object; else at the middle of all objects"),
    focal_length: z.number().min(1).max(5000).default(50).describe("millimetres, on a 36 mm sensor"),
    active: z.boolean().default(true).describe("whether renders look through it from now on"),
  }),
  result: ObjectSummary.extend({ camera: CameraDetails, previous: Previous }),
  inverse: { command: "apply_scene", args: PREVIOUS },
  verify: readsBack("result.name", asAnswered(...PLACE, "camera")),
  phrases: [
    `(point|aim|direct) [a|an|another] [new] camera ${CALLED} at {target} [from {location}]`,
    `${MAKE} [new] camera ${CALLED} [at {location}] [(pointing|aimed|pointed|looking|facing) [at] {target}]`,
    `${MAKE} [new] camera [at {location}] ${CALLED}`,
    `${MAKE} [new] camera ${CALLED} (looking|pointing|aimed|facing|pointed) [at] {target} [from {location}]`,
    `${MAKE} [new] camera (for|on) {target}`,
    `${MAKE} [new] {focal_length} (mm|millimetre|millimeter) camera ${CALLED} [at {location}] [(pointing|aimed|pointed|looking|facing) [at] {target}]`,
    "(film|shoot|frame) {target} [from {location}]",
    `(point|aim|direct) the camera at {target} [from {location}]`,
    "(look at|focus on|zoom to) {target}",
  ],
});

const set_active_camera = command({
  summary: "Chooses the camera that renders look through.",
  args: z.strictObject({ camera: CameraName }),
  result: z.object({ name: ObjectName, previous: Previous }),
  idempotent: true,
  inverse: { command: "set_active_camera", args: PREVIOUS },
  verify: { command: "get_scene", expect: { "/active_camera": { $ref: "args.camera" } } },
  phrases: [
    "(use|activate) [the] camera {camera}",
    "(use|activate) {camera}",
    "(look|render) through {camera}",
    "make {camera} [the] active [camera]",
    "(set|change|switch) [the] [active] camera to {camera}",
    "switch to camera {camera}",
  ],
});

const look_at = command({
  summary:
    "Turns an object so that it faces another object or a point: cameras and lights look there, others turn their front (-y).",
  args: z.strictObject({
    object: ObjectName,
    target: ObjectName.optional().describe("the object to face, at its middle"),
    point: Location.optional().describe("the point to face, in place of `target`"),
  }).refine(
    ({ target, point }) => (target === undefined) !== (point === undefined),
    "needs either `target` or `point`",
  ),
  result: ObjectSummary.extend({ previous: Previous }),
  idempotent: true,
  inverse: { command: "transform_object", args: PREVIOUS },
  verify: readsBack("args.object", asAnswered("rotation")),
  phrases: [
    "(point|aim|turn|direct) {object} (at|to|towards) {target}",
    "(point|aim|turn|direct) {object} (at|to|towards) {point}",
    "make {object} (look at|face) {target}",
    "make {object} (look at|face) {point}",
    "let {object} (look at|face) {target}",
    "(look at|focus on) {target} with {object}",
    { say: "(look at|focus on|zoom to) {target}", about: ["camera"] },
  ],
});

/** Of two that are asked for alike, the one that makes nothing new comes first. */
export const cameraCommands = { look_at, create_camera, set_active_camera };
