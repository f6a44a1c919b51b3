/** The values that many Blender commands share: names, vectors, what an object looks like. */
import { JsonObject, type Verification } from "@patchbay/contracts";
import { z } from "zod";
import { Rgb } from "./colors.ts";

/** Blender keeps at most 63 bytes of a name. The pattern needs no `u` flag, so that it means the same as JSON Schema. */
const BlenderName = z.string().min(1).max(63).regex(/^[ -~\u00a0-\uffff]+$/, "a name without control characters");

/** What a text object says; in an instruction the rest of the clause. */
export const Text = z.string().max(10_000).meta({ slot: "text", description: "what it says; text objects only" });

/** The name of an object that exists. */
export const ObjectName = BlenderName.meta({ slot: "object", description: "the name of an object in the scene" });
export type ObjectName = z.infer<typeof ObjectName>;

/** The name of an object of some kinds: `type` of its summary. */
const named = (what: string, ...kinds: string[]) =>
  BlenderName.meta({ slot: "object", kinds, description: `the name of ${what} in the scene` });

export const LightName = named("a light", "light");
export const CameraName = named("a camera", "camera");
export const MeshName = named("a mesh", "mesh");
/** Has a surface, and so a material. */
export const SurfaceName = named("an object with a surface", "mesh", "curve", "text");

/** A name for something new; Blender appends `.001` when it is taken, the result says what it became. */
export const NewName = BlenderName.meta({
  slot: "name",
  description: "a name for it; where it is taken, '.001' is appended and the result has the name it got",
});

/** The name of a collection, material or modifier that exists. */
export const DataName = BlenderName;

const coordinate = z.number().min(-1e6).max(1e6);
export const Vector = z.tuple([coordinate, coordinate, coordinate]);
export type Vector = z.infer<typeof Vector>;

export const Location = Vector.describe("x, y, z in metres; z is up");
export const Rotation = Vector.describe("rotation around x, y, z in degrees (XYZ Euler angles)");
export const Scale = Vector.describe("factors along x, y, z; 1 is unchanged");

export const Frame = z.number().int().min(-1_048_574).max(1_048_574).describe("a frame number");
export const Axis = z.enum(["x", "y", "z"]);

/** In pixels. */
export const Pixels = z.number().int().min(4).max(16_384);

/** An object as commands answer it: read back after the change. */
export const ObjectSummary = z.object({
  name: ObjectName,
  /** Blender's own kind of object, in lower case. */
  type: z.enum(["mesh", "curve", "text", "empty", "light", "camera", "armature", "other"]),
  location: Location,
  rotation: Rotation,
  scale: Scale,
  /** The size of its bounding box in metres. */
  dimensions: Vector,
  parent: z.string().nullable(),
  collections: z.array(z.string()),
  materials: z.array(z.string()),
  visible: z.boolean(),
});
export type ObjectSummary = z.infer<typeof ObjectSummary>;

/** The arguments of the command that takes this one back; absent where no command can. */
export const Previous = JsonObject.optional().describe("what was before, as the command that brings it back takes it");
/** The arguments of an inverse command, where the result says all of them. */
export const PREVIOUS = { $ref: "result.previous" };

/** Reads an object back. @param object its name, as a reference @param expect by pointers into `get_object`'s result */
export const readsBack = (object: string, expect: Verification["expect"]): Verification => ({
  command: "get_object",
  args: { object: { $ref: object } },
  expect,
});
/** That these are as the command's result says. @example `asAnswered("location") // { "/location": { $ref: "result.location" } }` */
export const asAnswered = (...keys: string[]): Verification["expect"] =>
  Object.fromEntries(keys.map((key) => [`/${key}`, { $ref: `result.${key}` }]));
/** What an object's place is made of. */
export const PLACE = ["location", "rotation", "scale"];

export const LightType = z.enum(["point", "sun", "spot", "area"]);

export const LightDetails = z.object({
  type: LightType,
  energy: z.number().describe("watts; for a sun watts per square metre"),
  color: Rgb,
  size: z.number().describe("radius or edge in metres; for a sun the angle in degrees"),
  spot_angle: z.number().nullable().describe("the cone's full angle in degrees; only a spot has one"),
});

export const CameraDetails = z.object({
  focal_length: z.number().describe("millimetres, on a 36 mm sensor"),
  active: z.boolean(),
});

export const MaterialDetails = z.object({
  name: z.string(),
  color: Rgb,
  metallic: z.number(),
  roughness: z.number(),
  alpha: z.number(),
  transmission: z.number(),
  emission_color: Rgb,
  emission_strength: z.number(),
  /** The image that gives the colour, by its name in the file. */
  texture: z.string().nullable(),
});

export const ModifierDetails = z.object({ name: z.string(), type: z.string() });

/** Everything about one object. */
export const ObjectDetails = ObjectSummary.extend({
  children: z.array(ObjectName),
  material_details: z.array(MaterialDetails),
  modifiers: z.array(ModifierDetails),
  /** Frames that have a keyframe. */
  keyframes: z.array(z.number()),
  mesh: z.object({ vertices: z.number().int(), edges: z.number().int(), faces: z.number().int() }).nullable(),
  light: LightDetails.nullable(),
  camera: CameraDetails.nullable(),
  text: z.string().nullable(),
  /** Corners of the bounding box in world space, in metres. */
  bounds: z.object({ min: Vector, max: Vector }),
});
export type ObjectDetails = z.infer<typeof ObjectDetails>;
