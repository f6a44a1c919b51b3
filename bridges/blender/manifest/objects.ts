/** Objects: make, change, place, copy, remove. */
import { command, type Phrase, query } from "@patchbay/contracts";
import { z } from "zod";
import { Color } from "./colors.ts";
import {
  asAnswered,
  Axis,
  DataName,
  Location,
  NewName,
  ObjectDetails,
  ObjectName,
  ObjectSummary,
  PLACE,
  PREVIOUS,
  Previous,
  readsBack,
  Rotation,
  Scale,
  Text,
  Vector,
} from "./values.ts";

/** What `create_object` can make: every mesh primitive, empties, text and curves. */
const OBJECT_TYPES = [
  "cube",
  "sphere",
  "icosphere",
  "plane",
  "circle",
  "cylinder",
  "cone",
  "torus",
  "grid",
  "monkey",
  "empty",
  "text",
  "curve",
  "bezier_circle",
  "nurbs_curve",
  "nurbs_circle",
  "path",
] as const;
export const ObjectType = z.enum(OBJECT_TYPES).meta({
  says: {
    sphere: ["ball", "globe", "orb"],
    cube: ["box", "block"],
    torus: ["donut", "doughnut", "ring"],
    monkey: ["suzanne", "monkey head"],
    curve: ["bezier curve"],
  },
});
export type ObjectType = z.infer<typeof ObjectType>;

/** The words that begin a request to make something. */
export const MAKE = "(add|create|make|put|place|insert) [a|an|the|another|one]";
const CALLED = "[(named|called) {name}]";
const AT = "[at|in|on] [position|location] {location}";

/** The ways to say where it goes and what it is called, in either order. */
const creating = (what: string, args?: Record<string, unknown>): Phrase[] =>
  [
    `${MAKE} ${what} ${CALLED} [${AT}]`,
    `${MAKE} ${what} ${AT} ${CALLED}`,
    `${MAKE} ${what} ${CALLED} [{gap} [m|metre|metres|meter|meters]] {side} {near} ${CALLED}`,
  ].map((say) => args ? { say, args } : say);

/** How a surface looks apart from its colour. */
export const Finish = z.enum(["plain", "shiny", "matte", "metallic", "glass", "glowing"]).meta({
  says: {
    shiny: ["glossy", "polished"],
    matte: ["matt", "rough"],
    metallic: ["metal"],
    glass: ["transparent"],
    glowing: ["emissive", "luminous"],
  },
});

type Finish = z.infer<typeof Finish>;

/** What each finish is of a principled surface. */
export const FINISHES: Record<
  Finish,
  Partial<Record<"metallic" | "roughness" | "transmission" | "emission_strength", number>>
> = {
  plain: {},
  shiny: { roughness: 0.1 },
  matte: { roughness: 0.9 },
  metallic: { metallic: 1, roughness: 0.25 },
  glass: { transmission: 1, roughness: 0 },
  glowing: { emission_strength: 2 },
};

/** Where something stands, seen from the front (as Blender's front view shows it). */
export const Side = z.enum(["on", "above", "below", "left", "right", "front", "behind", "inside"]).meta({
  description: "on which side of `near`; `on` touches its top, left and right are as seen from the front",
  says: {
    on: ["on top of", "onto", "atop"],
    above: ["over"],
    below: ["under", "underneath", "beneath"],
    left: ["left of", "to the left of", "on the left of"],
    right: ["right of", "to the right of", "on the right of", "next to", "beside", "near", "close to", "by"],
    front: ["in front of", "before"],
    behind: ["in back of"],
    inside: ["inside of", "in the middle of", "in the center of", "in the centre of"],
  },
});

export type Side = z.infer<typeof Side>;

const near = ObjectName.optional().describe("the object that it is put next to, box to box");
const gap = z.number().min(0).max(1e6).optional().describe(
  "metres between the two; else none for `on`, and half a metre elsewhere",
);
/** Text that somebody asks for is to be read from the front; Blender's own lies on the ground. */
const UPRIGHT = { type: "text", rotation: [90, 0, 0] };
const GAP = "[{gap} [m|metre|metres|meter|meters]]";
const LOOKS = "[new] [{color}] [{finish}] [{color}]";

const create_object = command({
  summary: "Adds an object: a mesh primitive, an empty, a text or a curve; with a colour it gets a simple material.",
  args: z.strictObject({
    type: ObjectType,
    /** @default the type's own name */
    name: NewName.optional(),
    location: Location.default([0, 0, 0]),
    rotation: Rotation.default([0, 0, 0]),
    scale: Scale.default([1, 1, 1]),
    size: z.number().positive().max(1e5).default(2).describe("edge or diameter in metres, before the scale"),
    segments: z.number().int().min(3).max(512).optional().describe("how finely round shapes are divided"),
    text: Text.optional(),
    color: Color.optional(),
    finish: Finish.optional(),
    near,
    side: Side.default("right"),
    gap,
    collection: DataName.optional().describe("an existing collection; else the active one"),
    parent: ObjectName.optional(),
  }),
  result: ObjectSummary,
  inverse: { command: "delete_object", args: { object: { $ref: "result.name" } } },
  verify: readsBack("result.name", asAnswered(...PLACE, "type", "parent", "materials")),
  phrases: [
    ...creating(`${LOOKS} {type}`),
    ...creating(`(big|large|huge) ${LOOKS} {type}`, { size: 4 }),
    ...creating(`(small|little|tiny) ${LOOKS} {type}`, { size: 1 }),
    ...creating(`${LOOKS} (floor|ground) [plane]`, { type: "plane", size: 20, name: "Floor" }),
    ...creating(`${LOOKS} {type} [(of|with)] [a] (size|diameter) [of] {size} [m|metre|metres|meter|meters]`),
    ...creating(`{size} (m|metre|meter) ${LOOKS} {type}`),
    { say: `${MAKE} [{color}] [{finish}] [{color}] text (saying|that says|reading) {text} [${AT}]`, args: UPRIGHT },
    {
      say: `${MAKE} [{color}] [{finish}] [{color}] text (saying|that says|reading) {text} ${GAP} {side} {near}`,
      args: UPRIGHT,
    },
    { say: `${MAKE} [{color}] [{finish}] [{color}] text {text} [${AT}]`, args: UPRIGHT },
    { say: `write {text}`, args: UPRIGHT },
  ],
});

const update_object = command({
  summary: "Changes an object's name, visibility, shading, text or lens.",
  args: z.strictObject({
    object: ObjectName,
    name: NewName.optional().describe("its new name"),
    visible: z.boolean().optional().describe("in the viewport and in renders"),
    smooth: z.boolean().optional().describe("smooth or flat shading; meshes only"),
    text: Text.optional(),
    focal_length: z.number().min(1).max(5000).optional().describe("millimetres; cameras only"),
  }),
  result: ObjectSummary.extend({ previous: Previous }),
  idempotent: true,
  inverse: { command: "update_object", args: PREVIOUS },
  verify: readsBack("result.name", {
    "/visible": { $ref: "args.visible" },
    "/text": { $ref: "args.text" },
    "/camera/focal_length": { $ref: "args.focal_length" },
  }),
  phrases: [
    "(rename|change the name of) {object} [to|as|into] {name}",
    "(call|name) {object} {name}",
    { say: "hide {object}", args: { visible: false } },
    { say: "make {object} (invisible|hidden)", args: { visible: false } },
    { say: "(show|unhide|reveal) {object}", args: { visible: true } },
    { say: "make {object} visible", args: { visible: true } },
    { say: "(turn|switch) off {object}", args: { visible: false }, about: ["light"] },
    { say: "(turn|switch) {object} off", args: { visible: false }, about: ["light"] },
    { say: "(turn|switch) on {object}", args: { visible: true }, about: ["light"] },
    { say: "(turn|switch) {object} on", args: { visible: true }, about: ["light"] },
    { say: "(make|shade) {object} smooth", args: { smooth: true }, about: ["mesh"] },
    { say: "(smooth|shade smooth) {object}", args: { smooth: true }, about: ["mesh"] },
    { say: "(make|shade) {object} flat", args: { smooth: false }, about: ["mesh"] },
    { say: "(set|change) [the] text of {object} to {text}", about: ["text"] },
    { say: "(set|change) [the] text to {text}", about: ["text"] },
    { say: "(let|make) {object} say {text}", about: ["text"] },
    {
      say: "(set|change) [the] focal length of {object} to {focal_length} [mm|millimetres|millimeters]",
      about: ["camera"],
    },
    {
      say: "(set|change) {object} ['s] focal length to {focal_length} [mm|millimetres|millimeters]",
      about: ["camera"],
    },
    { say: "(set|change) [the] (focal length|lens) to {focal_length} [mm|millimetres|millimeters]", about: ["camera"] },
    { say: "(set|change|zoom) {object} to {focal_length} (mm|millimetres|millimeters)", about: ["camera"] },
  ],
});

/** Directions of the world as Blender's views show it: front is -y, up is +z. */
export const Direction = z.enum(["up", "down", "left", "right", "forward", "back"])
  .describe("up +z, down -z, right +x, left -x, back +y (away from the front view), forward -y");

const transform_object = command({
  summary: "Moves, rotates or scales an object: to absolute values, or by an offset, an angle or a factor.",
  args: z.strictObject({
    object: ObjectName,
    location: Location.optional().describe("where it goes, in metres"),
    rotation: Rotation.optional().describe("its new rotation, in degrees"),
    scale: Scale.optional().describe("its new scale"),
    offset: Vector.optional().describe("added to its location, in metres"),
    direction: Direction.optional(),
    distance: z.number().min(-1e6).max(1e6).default(1).describe("how far along `direction`, in metres"),
    angle: z.number().min(-36_000).max(36_000).optional().describe("added to its rotation around `axis`, in degrees"),
    axis: Axis.default("z").describe("the axis of `angle`"),
    factor: z.number().positive().max(1e4).optional().describe("multiplies its scale"),
    near,
    side: Side.default("right"),
    gap,
  }),
  result: ObjectSummary.extend({ previous: Previous }),
  inverse: { command: "transform_object", args: PREVIOUS },
  verify: readsBack("args.object", asAnswered(...PLACE)),
  phrases: [
    "(move|put|place|bring|set) {object} [back] (to|at) [position|location] {location}",
    "(set|change) [the] (location|position) of {object} to {location}",
    "(move|shift|translate) {object} by {offset}",
    `(move|shift|put|place|bring|set) {object} ${GAP} {side} {near}`,
    "(move|shift|push) {object} [to the] {direction}",
    { say: "(move|shift|push) {object} (a bit|a little|slightly) [to the] {direction}", args: { distance: 0.5 } },
    { say: "(move|shift|push) {object} [to the] {direction} (a bit|a little|slightly)", args: { distance: 0.5 } },
    "(move|shift|push) {object} [to the] {direction} [by] {distance} [m|metre|metres|meter|meters]",
    "(move|shift|push) {object} [by] {distance} [m|metre|metres|meter|meters] [to the] {direction}",
    { say: "(raise|lift) {object}", args: { direction: "up" } },
    { say: "lower {object}", args: { direction: "down" } },
    { say: "(raise|lift) {object} by {distance} [m|metre|metres|meter|meters]", args: { direction: "up" } },
    { say: "lower {object} by {distance} [m|metre|metres|meter|meters]", args: { direction: "down" } },
    "(rotate|turn|spin) {object} [by] {angle} [degrees|degree|deg] [(around|about|on|along) [the] {axis} [axis]]",
    "(rotate|turn|spin) {object} (around|about|on|along) [the] {axis} [axis] by {angle} [degrees|degree|deg]",
    { say: "tilt {object} [by] {angle} [degrees|degree|deg]", args: { axis: "x" } },
    { say: "turn {object} around", args: { angle: 180 } },
    { say: "(flip|turn) {object} upside down", args: { angle: 180, axis: "x" } },
    { say: "flip {object}", args: { angle: 180, axis: "x" } },
    "(set|change) {object} ['s] (location|position) to {location}",
    "(set|change) {object} ['s] rotation to {rotation} [degrees|degree|deg]",
    "(set|change) {object} ['s] scale to {scale}",
    { say: "reset [the] rotation of {object}", args: { rotation: [0, 0, 0] } },
    { say: "reset {object} ['s] rotation", args: { rotation: [0, 0, 0] } },
    { say: "reset [the] (location|position) of {object}", args: { location: [0, 0, 0] } },
    { say: "reset {object} ['s] (location|position)", args: { location: [0, 0, 0] } },
    { say: "reset [the] scale of {object}", args: { scale: [1, 1, 1] } },
    { say: "reset {object} ['s] scale", args: { scale: [1, 1, 1] } },
    "(rotate|turn|set) {object} to [rotation] {rotation} [degrees|degree|deg]",
    "(set|change) [the] rotation of {object} to {rotation} [degrees|degree|deg]",
    "(scale|resize) {object} by {factor} [times]",
    "(scale|resize) {object} to {scale}",
    "(set|change) [the] scale of {object} to {scale}",
    "make {object} {factor} times (bigger|larger|as big|as large)",
    { say: "make {object} (bigger|larger)", args: { factor: 1.5 } },
    { say: "make {object} twice as (big|large)", args: { factor: 2 } },
    { say: "double [the] size of {object}", args: { factor: 2 } },
    { say: "scale {object} up", args: { factor: 1.5 } },
    { say: "scale up {object}", args: { factor: 1.5 } },
    { say: "scale {object} down", args: { factor: 0.6666666667 } },
    { say: "scale down {object}", args: { factor: 0.6666666667 } },
    { say: "make {object} (a bit|a little|slightly) (bigger|larger)", args: { factor: 1.2 } },
    { say: "make {object} (much|a lot) (bigger|larger)", args: { factor: 3 } },
    { say: "make {object} (huge|enormous|gigantic)", args: { factor: 4 } },
    { say: "make {object} (a bit|a little|slightly) smaller", args: { factor: 0.8 } },
    { say: "make {object} (much|a lot) smaller", args: { factor: 0.3333333333 } },
    { say: "make {object} tiny", args: { factor: 0.25 } },
    { say: "make {object} smaller", args: { factor: 0.6666666667 } },
    { say: "make {object} half as (big|large)", args: { factor: 0.5 } },
    { say: "halve [the] size of {object}", args: { factor: 0.5 } },
  ],
});

const duplicate_object = command({
  summary: "Copies an object, once or several times in a row.",
  args: z.strictObject({
    object: ObjectName,
    name: NewName.optional(),
    count: z.number().int().min(1).max(1000).default(1),
    location: Location.optional().describe("where the first copy goes; else where the original is"),
    offset: Vector.default([0, 0, 0]).describe("from the original to the first copy, and from each copy to the next"),
    linked: z.boolean().default(false).describe("whether the copies share the mesh of the original"),
  }),
  result: ObjectSummary.extend({ names: z.array(ObjectName).describe("all copies; `name` is the last") }),
  inverse: { command: "apply_scene", args: { remove: { $ref: "result.names" } } },
  verify: readsBack("result.name", asAnswered(...PLACE)),
  phrases: [
    "(duplicate|copy|clone) {object} [(as|named|called) {name}] [[to|at] {location}]",
    "(duplicate|copy|clone) {object} {count} times [by {offset}]",
    "(duplicate|copy|clone) {object} {count} times with [an] offset [of] {offset}",
    "make a (copy|duplicate) of {object} [(named|called) {name}] [at {location}]",
    "make {count} (copies|duplicates) of {object} [by {offset}]",
  ],
});

const delete_object = command({
  summary: "Removes an object from the scene; its children stay where they are unless they go too.",
  args: z.strictObject({ object: ObjectName, children: z.boolean().default(false) }),
  result: z.object({ deleted: z.array(z.string()).describe("the names that are gone") }),
  effect: "destructive",
  phrases: [
    "(delete|remove|erase|destroy) {object}",
    "get rid of {object}",
    { say: "(delete|remove) {object} (and|with) [all] (its|the) children", args: { children: true } },
  ],
});

const clear_scene = command({
  summary: "Removes every object from the scene, in one step; the file stays the one that is open.",
  args: z.strictObject({}),
  result: z.object({ deleted: z.array(z.string()).describe("the names that are gone") }),
  effect: "destructive",
  phrases: [
    "(delete|remove|erase|destroy|clear) (everything|all|it all) [(in|from) the scene]",
    "(delete|remove|erase|destroy|clear) (all|all the) (objects|things) [(in|from) the scene]",
    "(clear|empty|wipe) [out] the scene",
    "get rid of (everything|it all)",
  ],
});

const parent_object = command({
  summary: "Makes an object the child of another, so that it follows it; `parent: null` sets it free.",
  args: z.strictObject({
    object: ObjectName,
    parent: ObjectName.nullable().meta({ slot: "object", description: "an object, or null for none" }),
    keep_transform: z.boolean().default(true).describe("whether it stays where it is in the world"),
  }),
  result: ObjectSummary.extend({ previous: Previous }),
  idempotent: true,
  inverse: { command: "parent_object", args: PREVIOUS },
  verify: readsBack("args.object", asAnswered("parent")),
  phrases: [
    "parent {object} to {parent}",
    "(attach|link) {object} to {parent}",
    "make {object} [a] child of {parent}",
    "make {parent} [the] parent of {object}",
    { say: "unparent {object}", args: { parent: null } },
    { say: "(clear|remove) [the] parent of {object}", args: { parent: null } },
    { say: "detach {object}", args: { parent: null } },
  ],
});

const get_object = query({
  summary: "Everything about one object: transform, materials, modifiers, keyframes, light, camera, mesh.",
  args: z.strictObject({ object: ObjectName }),
  result: ObjectDetails,
  phrases: [
    "(get|describe|inspect) {object}",
    "tell me about {object}",
    "(what|where) is {object}",
    "show [me] [the] (details|properties) of {object}",
    "(what|which) (color|colour|size|material) (is|has) {object}",
    "how (big|large|tall|high|wide) is {object}",
  ],
});

export const objectCommands = {
  create_object,
  update_object,
  transform_object,
  duplicate_object,
  delete_object,
  clear_scene,
  parent_object,
  get_object,
};
