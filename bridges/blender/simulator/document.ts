/** What the simulated Blender holds in memory: plain data, so that a copy of it is an undo step and its JSON a file. */
import type { AnimatedProperty } from "../manifest/animation.ts";
import type { Rgb } from "../manifest/colors.ts";
import type { ModifierDetails, ObjectSummary, Vector } from "../manifest/values.ts";
import type { Matrix } from "./matrix.ts";
import type { z } from "zod";

/** Never changed once it is made, so that copies of the document share it. */
export interface Mesh {
  readonly vertices: readonly Vector[];
  /** Corners of each polygon, counter-clockwise seen from outside. */
  readonly faces: readonly (readonly number[])[];
}

export interface Material {
  color: Rgb;
  metallic: number;
  roughness: number;
  alpha: number;
  transmission: number;
  emission_color: Rgb;
  emission_strength: number;
  texture: string | null;
}

export interface Light {
  type: "point" | "sun" | "spot" | "area";
  energy: number;
  color: Rgb;
  size: number;
  spot_angle: number;
}

export interface Keyframe {
  frame: number;
  /** One number for a scalar, three for a vector; visibility is 0 or 1. */
  value: readonly number[];
  interpolation: "constant" | "linear" | "bezier";
}

export interface SceneObject {
  name: string;
  type: ObjectSummary["type"];
  location: Vector;
  rotation: Vector;
  scale: Vector;
  parent: string | null;
  /** Stands between the parent and the object, so that parenting moves nothing. */
  parentInverse: Matrix;
  collections: string[];
  materials: string[];
  visible: boolean;
  smooth: boolean;
  /** The name of its mesh; curves and texts have one for their outline. */
  mesh: string | null;
  text: string | null;
  light: Light | null;
  /** Millimetres. */
  focalLength: number | null;
  modifiers: z.infer<typeof ModifierDetails>[];
  animation: Partial<Record<AnimatedProperty, Keyframe[]>>;
  /** It was loaded from a state, which does not tell of its modifiers, its animation, its lamp and its lens. */
  partlyKnown?: true;
}

/** An image in the file: the simulator keeps its size and its mean colour. */
export interface Picture {
  width: number;
  height: number;
  color: Rgb;
}

export interface Document {
  file: { name: string | null; dirty: boolean };
  /** The name of the active scene: the only one with its objects. */
  scene: string;
  otherScenes: { name: string; objects: number }[];
  objects: Record<string, SceneObject>;
  meshes: Record<string, Mesh>;
  materials: Record<string, Material>;
  images: Record<string, Picture>;
  /** By name, with the collection that each lies in; null is the scene's own. */
  collections: Record<string, { parent: string | null }>;
  world: { color: Rgb; strength: number; image: string | null };
  timeline: { fps: number; start: number; end: number; current: number };
  render: { engine: "eevee" | "cycles" | "workbench"; width: number; height: number; samples: number };
  activeCamera: string | null;
}

/** The collection that holds what is in no other. */
export const ROOT_COLLECTION = "Scene Collection";

export function emptyDocument(): Document {
  return {
    file: { name: null, dirty: false },
    scene: "Scene",
    otherScenes: [],
    objects: {},
    meshes: {},
    materials: {},
    images: {},
    collections: {},
    world: { color: [0.18, 0.2, 0.23], strength: 1, image: null },
    timeline: { fps: 24, start: 1, end: 250, current: 1 },
    render: { engine: "eevee", width: 960, height: 540, samples: 32 },
    activeCamera: null,
  };
}

export function newObject(name: string, type: SceneObject["type"]): SceneObject {
  return {
    name,
    type,
    location: [0, 0, 0],
    rotation: [0, 0, 0],
    scale: [1, 1, 1],
    parent: null,
    parentInverse: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    collections: [ROOT_COLLECTION],
    materials: [],
    visible: true,
    smooth: false,
    mesh: null,
    text: null,
    light: null,
    focalLength: null,
    modifiers: [],
    animation: {},
  };
}

/** A principled surface as Blender makes a new one. */
export function newMaterial(color: Rgb = [0.8, 0.8, 0.8]): Material {
  return {
    color,
    metallic: 0,
    roughness: 0.5,
    alpha: 1,
    transmission: 0,
    emission_color: [1, 1, 1],
    emission_strength: 0,
    texture: null,
  };
}

/** A copy that may be changed without the original noticing. */
export function copyDocument(document: Document): Document {
  const { meshes, images, ...rest } = document;
  return { ...structuredClone(rest), meshes: { ...meshes }, images: { ...images } };
}
