/** The scene as a whole: what is in it, its collections, and a declarative update of many objects at once. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { Color, Rgb } from "./colors.ts";
import { ObjectType } from "./objects.ts";
import { SceneState } from "./state.ts";
import {
  asAnswered,
  DataName,
  Location,
  NewName,
  ObjectName,
  ObjectSummary,
  PREVIOUS,
  Previous,
  readsBack,
  Rotation,
  Scale,
  Text,
} from "./values.ts";

const get_scene = query({
  summary: "What is in the scene: every object with its transform, the active camera, timeline, render settings, file.",
  args: z.strictObject({}),
  result: SceneState,
  phrases: [
    "what is in the scene",
    "(what's|whats) in the scene",
    "(show|list|get|describe) [me] [all|all the|the] (scene|objects) [in the scene]",
    "(what|which) (objects|things) (are there|exist|are in the scene)",
    "how many objects (are there|exist|are in the scene)",
    "(what|which) (lights|cameras) (are there|exist|are in the scene)",
    "(show|list) [me] [all|all the|the] (lights|cameras|meshes|objects and lights)",
    "(get|tell me) the (state|status) of the scene",
  ],
});

const Collection = z.object({
  name: z.string(),
  parent: z.string().nullable().describe("null for the scene's own collection"),
  objects: z.array(ObjectName),
});

const create_collection = command({
  summary: "Makes a collection: a named group of objects.",
  args: z.strictObject({
    name: NewName,
    parent: DataName.optional().describe("the collection that it goes into; else the scene's own"),
  }),
  result: Collection,
  phrases: [
    "(add|create|make) [a|an] [new] (collection|group) [(named|called)] {name} [(in|inside|under) {parent}]",
  ],
});

const move_to_collection = command({
  summary: "Moves an object out of the collections that it is in, into another.",
  args: z.strictObject({
    object: ObjectName,
    collection: DataName,
    create: z.boolean().default(true).describe("whether the collection is made if there is none of that name"),
  }),
  result: ObjectSummary.extend({ previous: Previous }),
  idempotent: true,
  inverse: { command: "move_to_collection", args: PREVIOUS },
  verify: readsBack("args.object", asAnswered("collections")),
  phrases: [
    "(move|put|place) {object} (to|into|in) [a|the] [new] (collection|group) [(named|called)] {collection}",
    "(move|put|place) {object} (to|into|in) [the] {collection} (collection|group)",
    "add {object} to [the] (collection|group) {collection}",
    "add {object} to [the] {collection} (collection|group)",
  ],
});

/** Everything that `apply_scene` can make. */
const SceneObjectType = z.enum([
  ...ObjectType.options,
  "point_light",
  "sun_light",
  "spot_light",
  "area_light",
  "camera",
]);

const SceneObject = z.strictObject({
  name: NewName,
  type: SceneObjectType.optional().describe("made as this if there is no object of that name; else it must exist"),
  location: Location.optional(),
  rotation: Rotation.optional(),
  scale: Scale.optional(),
  size: z.number().positive().max(1e5).optional().describe("only when it is made: edge or diameter in metres, else 2"),
  color: Color.optional().describe("of its material, or of the light"),
  metallic: z.number().min(0).max(1).optional(),
  roughness: z.number().min(0).max(1).optional(),
  emission_strength: z.number().min(0).max(1e6).optional(),
  energy: z.number().min(0).max(1e9).optional().describe("lights only"),
  focal_length: z.number().min(1).max(5000).optional().describe("cameras only, millimetres"),
  look_at: NewName.optional().describe("an object to face, which may be one that this update makes"),
  parent: NewName.nullable().optional().describe("an object, which may be one that this update makes; null for none"),
  collection: DataName.optional().describe("made if there is none of that name"),
  visible: z.boolean().optional(),
  text: Text.optional(),
});

const apply_scene = command({
  summary:
    "Brings many objects into the given state in one undo step: makes what is missing, changes what is there; all or nothing.",
  args: z.strictObject({
    objects: z.array(SceneObject).max(10_000).default([]),
    remove: z.array(ObjectName).max(10_000).default([]).describe(
      "objects that shall be gone; absent ones are no error",
    ),
    active_camera: NewName.optional().describe("which may be one that this update makes"),
  }),
  result: z.object({
    created: z.array(ObjectName),
    updated: z.array(ObjectName),
    removed: z.array(z.string()),
    objects: z.array(ObjectSummary).describe("those that were made or changed, as they are now"),
  }),
  idempotent: true,
  timeoutMs: 60_000,
});

const list_assets = query({
  summary: "The materials, meshes and images in the file.",
  args: z.strictObject({ kind: z.enum(["all", "materials", "meshes", "images"]).default("all") }),
  result: z.object({
    materials: z.array(z.object({ name: z.string(), users: z.number().int(), color: Rgb })),
    meshes: z.array(z.object({ name: z.string(), users: z.number().int(), vertices: z.number().int() })),
    images: z.array(z.object({
      name: z.string(),
      users: z.number().int(),
      width: z.number().int().describe("pixels"),
      height: z.number().int().describe("pixels"),
    })),
  }),
  phrases: [
    "list [all|the|all the] {kind} [in the file]",
    { say: "list [all|the|all the] assets [in the file]", args: { kind: "all" } },
    "(what|which) {kind} (are there|exist|are in the file)",
    "show [me] [all|the|all the] {kind}",
  ],
});

export const sceneCommands = { get_scene, create_collection, move_to_collection, apply_scene, list_assets };
