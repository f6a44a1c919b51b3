/** Where objects are in the world, and how large. */
import type { ObjectSummary, Vector } from "../manifest/values.ts";
import type { Document, SceneObject } from "./document.ts";
import { compose, length, type Matrix, multiply, subtract, transformPoint } from "./matrix.ts";

export interface Bounds {
  min: Vector;
  max: Vector;
}

/** From the object's own space to the world. */
export function worldMatrix(document: Document, object: SceneObject): Matrix {
  const local = compose(object.location, object.rotation, object.scale);
  const parent = object.parent === null ? undefined : document.objects[object.parent];
  return parent === undefined ? local : multiply(multiply(worldMatrix(document, parent), object.parentInverse), local);
}

/** The box around an object in the world; a point for what has no mesh. */
export function boundsOf(document: Document, object: SceneObject): Bounds {
  const matrix = worldMatrix(document, object);
  const vertices = meshOf(document, object)?.vertices ?? [];
  return boxAround((vertices.length === 0 ? [[0, 0, 0] as Vector] : vertices).map((v) => transformPoint(matrix, v)));
}

/** The box around everything that can be seen in a picture; a point at the origin for an empty scene. */
export function boundsOfAll(document: Document): Bounds {
  const drawn = Object.values(document.objects).filter(({ mesh, visible }) => mesh !== null && visible);
  if (drawn.length === 0) return { min: [0, 0, 0], max: [0, 0, 0] };
  return boxAround(drawn.map((object) => boundsOf(document, object)).flatMap(({ min, max }) => [min, max]));
}

export function centerOf({ min, max }: Bounds): Vector {
  return [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2, (min[2] + max[2]) / 2];
}

/** Of the sphere around the box, in metres. */
export function radiusOf({ min, max }: Bounds): number {
  return length(subtract(max, min)) / 2;
}

export function meshOf(document: Document, object: SceneObject) {
  return object.mesh === null ? undefined : document.meshes[object.mesh];
}

/** What commands answer about an object. */
export function summaryOf(document: Document, object: SceneObject): ObjectSummary {
  const { name, type, location, rotation, scale, parent, collections, materials, visible } = object;
  const vertices = meshOf(document, object)?.vertices ?? [];
  const box = vertices.length === 0 ? undefined : boxAround(vertices);
  return {
    name,
    type,
    location: readable(location),
    rotation: readable(rotation),
    scale: readable(scale),
    dimensions: box === undefined
      ? [0, 0, 0]
      : readable(subtract(box.max, box.min).map((edge, i) => edge * Math.abs(scale[i]!)) as Vector),
    parent,
    collections: [...collections],
    materials: [...materials],
    visible,
  };
}

/** To a micrometre: 45 degrees shall not read 44.99999999999999. */
const readable = (vector: Vector) => vector.map((value) => Math.round(value * 1e6) / 1e6 || 0) as Vector;

function boxAround(points: readonly Vector[]): Bounds {
  const min: Vector = [Infinity, Infinity, Infinity];
  const max: Vector = [-Infinity, -Infinity, -Infinity];
  for (const point of points) {
    for (let i = 0; i < 3; i++) {
      min[i] = Math.min(min[i]!, point[i]!);
      max[i] = Math.max(max[i]!, point[i]!);
    }
  }
  return { min, max };
}
