/** Modifiers: changes of a mesh that stay editable. */
import { command } from "@patchbay/contracts";
import { z } from "zod";
import {
  asAnswered,
  Axis,
  DataName,
  MeshName,
  ModifierDetails,
  NewName,
  ObjectName,
  readsBack,
  Vector,
} from "./values.ts";

const MODIFIER_TYPES = [
  "subdivision",
  "bevel",
  "solidify",
  "mirror",
  "array",
  "boolean",
  "decimate",
  "triangulate",
  "wireframe",
  "smooth",
] as const;
export const ModifierType = z.enum(MODIFIER_TYPES).meta({
  says: { subdivision: ["subdivision surface", "subsurf", "subsurface"] },
});

const Modifiers = z.object({
  name: ObjectName,
  modifier: z.string().describe("the modifier that was added or removed"),
  modifiers: z.array(ModifierDetails).describe("all that the object has now, in order"),
});

const add_modifier = command({
  summary: "Adds a modifier to a mesh; each setting belongs to the modifiers named in its description.",
  args: z.strictObject({
    object: MeshName,
    type: ModifierType,
    /** @default the type's own name */
    name: NewName.optional(),
    levels: z.number().int().min(1).max(6).default(2).describe("subdivision: how often; smooth: how many rounds"),
    width: z.number().min(0).max(1e4).default(0.1).describe("bevel: in metres"),
    segments: z.number().int().min(1).max(100).default(3).describe("bevel: how round"),
    thickness: z.number().min(-1e4).max(1e4).default(0.1).describe("solidify, wireframe: in metres"),
    axis: Axis.default("x").describe("mirror: across which axis"),
    count: z.number().int().min(1).max(1000).default(3).describe("array: how many"),
    offset: Vector.default([1.2, 0, 0]).describe("array: from one to the next, in sizes of the object"),
    ratio: z.number().min(0).max(1).default(0.5).describe("decimate: how many of the faces stay"),
    operation: z.enum(["difference", "union", "intersect"]).default("difference").describe("boolean"),
    other: MeshName.optional().describe("boolean: the other mesh; must be given"),
  }),
  result: Modifiers,
  // one that cuts also changes how the other mesh is shown, which stays
  inverse: {
    command: "remove_modifier",
    args: { object: { $ref: "args.object" }, modifier: { $ref: "result.modifier" } },
  },
  verify: readsBack("args.object", asAnswered("modifiers")),
  phrases: [
    "(add|put|apply) [a|an|the] {type} modifier (to|on) {object}",
    "(add|put|apply) [a|an|the] {type} (to|on) {object}",
    "(add|put|apply) [a|an] {type} [surface] [modifier] (to|on) {object} with {levels} levels",
    "(add|put|apply) [a|an] {type} [modifier] (to|on) {object} with {count} (copies|repetitions|items)",
    "give {object} [a|an] {type} [modifier]",
    { say: "bevel [the edges of] {object} [by {width}] [m|metre|metres|meter|meters]", args: { type: "bevel" } },
    { say: "subdivide {object} twice", args: { type: "subdivision", levels: 2 } },
    { say: "subdivide {object} once", args: { type: "subdivision", levels: 1 } },
    { say: "(round|round off) [the] edges of {object}", args: { type: "bevel" } },
    { say: "subdivide {object} [{levels} times]", args: { type: "subdivision" } },
    { say: "solidify {object} [by {thickness}]", args: { type: "solidify" } },
    { say: "mirror {object} [(across|along|on) [the] {axis} [axis]]", args: { type: "mirror" } },
    { say: "(array|repeat) {object} {count} times [by {offset}]", args: { type: "array" } },
    { say: "triangulate {object}", args: { type: "triangulate" } },
    { say: "(cut|subtract) {other} (out of|from) {object}", args: { type: "boolean", operation: "difference" } },
    { say: "(join|unite) {object} with {other}", args: { type: "boolean", operation: "union" } },
    { say: "intersect {object} with {other}", args: { type: "boolean", operation: "intersect" } },
  ],
});

const remove_modifier = command({
  summary: "Removes a modifier from an object.",
  args: z.strictObject({ object: ObjectName, modifier: DataName.describe("its name, or its type") }),
  result: Modifiers,
  verify: readsBack("args.object", asAnswered("modifiers")),
  phrases: [
    "(remove|delete) [the] {modifier} modifier (from|of) {object}",
    "(remove|delete) [the] modifier {modifier} (from|of) {object}",
    "(remove|delete) [the] {modifier} from {object}",
  ],
});

export const modifierCommands = { add_modifier, remove_modifier };
