/** The values that many of Cascadeur's commands share. Lengths are in centimetres, angles in degrees, y is up. */
import { JsonObject, type Verification } from "@patchbay/contracts";
import { z } from "zod";

const Text = z.string().min(1).max(200).regex(/^[ -~\u00a0-\uffff]+$/, "a name without control characters");

/** An object that exists. */
export const ObjectName = Text.meta({
  slot: "object",
  description:
    "a name or an id, or what people say: 'left hand' is hand_MainPoint_l; with keys, a joint means its controller",
});

export const NewName = Text.meta({ slot: "name", description: "a new name" });
export const SceneName = Text.describe("an open scene, as its tab is called");
export const TrackName = Text.describe("a track of the timeline");

/** A name for a file, without folder. */
export const FileName = z.string().min(1).max(100).regex(
  /^(?!\.)(?!.*[/\\:*?"<>|])[ -~\u00a0-\uffff]+$/,
  "a file name without folder",
).meta({ slot: "name" });

/** The first frame is 0. */
export const Frame = z.number().int().min(0).max(100_000).describe("a frame number; the first is 0");
export const Frames = z.array(Frame).min(1).max(1000);

const coordinate = z.number().min(-1e6).max(1e6);
export const Vector = z.tuple([coordinate, coordinate, coordinate]);
export const Position = Vector.describe("x, y, z in centimetres; y is up");
export const Rotation = Vector.describe("rotation around x, y, z in degrees");
export const Space = z.enum(["global", "local"]).describe("from the scene's origin, or from the parent");

export const Interpolation = z.enum([
  "bezier",
  "clamped_bezier",
  "low_amplitude_bezier",
  "linear",
  "step",
  "fixed",
  "none",
]).meta({
  says: { bezier: ["smooth"], step: ["stepped", "constant"], low_amplitude_bezier: ["viscous"] },
});

/** Which tracks: those that are named, and those of the objects that are named. */
export const where = {
  objects: z.array(ObjectName).max(1000).optional().describe("their tracks"),
  tracks: z.array(TrackName).max(200).optional().describe("these tracks; with neither, all tracks"),
};

export const ObjectSummary = z.object({
  id: z.string(),
  name: ObjectName,
  /** What Cascadeur calls its kind: `Point`, `Box`, `Joint`, `Mesh`. */
  type: z.string(),
  parent: z.string().nullable(),
});

const optionalVector = z.tuple([z.number(), z.number(), z.number()]).nullable();
/** Where an object is; null for what an object of its kind does not have. */
export const placement = {
  global_position: optionalVector,
  global_rotation: optionalVector,
  local_position: optionalVector,
  local_rotation: optionalVector,
};

/** The arguments of the command that takes this one back. */
export const Previous = JsonObject.describe("what was before, as the command that brings it back takes it");
export const PREVIOUS = { $ref: "result.previous" };

/** Reads an object back. @param expect by pointers into `get_object`'s result */
export const objectReads = (expect: Verification["expect"]): Verification => ({
  command: "get_object",
  args: { object: { $ref: "result.id" } },
  expect,
});

/** The same of a track, whose name the result has, by pointers into the track that `get_keyframes` lists. */
export const trackReads = (...expect: ("track" | "keys")[]): Verification => ({
  command: "get_keyframes",
  args: { tracks: [{ $ref: "result.name" }] },
  expect: Object.fromEntries(
    expect.map((field) => [`/tracks/0/${field}`, { $ref: field === "track" ? "result.name" : "result.keys" }]),
  ),
});

export const Track = z.object({
  name: z.string(),
  objects: z.array(z.string()),
  keys: z.array(z.number().int()),
  visible: z.boolean(),
  locked: z.boolean(),
});

export const Timeline = z.object({
  current: z.number().int().describe("the frame that is shown"),
  start: z.number().int().describe("the first frame that is played"),
  end: z.number().int().describe("the last frame that is played"),
  frames: z.number().int().describe("how many frames the animation has"),
});

/** An action was handed to Cascadeur, which does not say what came of it. */
export const Dispatched = z.object({
  action: z.string(),
  dispatched: z.literal(true),
  changed: z.boolean().describe("whether something that shows had changed when the action returned; it may go on"),
});
