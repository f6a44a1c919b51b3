/** What exchange formats carry in and out: meshes with a place, a name and perhaps a colour. */
import type { Rgb } from "../../manifest/colors.ts";
import type { Vector } from "../../manifest/values.ts";
import type { Document, Mesh, SceneObject } from "../document.ts";
import { column, subtract, transformPoint } from "../matrix.ts";
import { meshOf, worldMatrix } from "../placement.ts";

export interface Part {
  name: string;
  location: Vector;
  /** Rotation and scale are in the vertices. */
  mesh: Mesh;
  color?: Rgb;
}

/** The meshes of some objects; cameras, lights and empties have none. */
export function partsOf(document: Document, objects: readonly SceneObject[]): Part[] {
  return objects.flatMap((object) => {
    const mesh = meshOf(document, object);
    if (mesh === undefined || mesh.faces.length === 0) return [];
    const matrix = worldMatrix(document, object);
    const location = column(matrix, 3);
    const vertices = mesh.vertices.map((vertex) => subtract(transformPoint(matrix, vertex), location));
    const color = document.materials[object.materials[0] ?? ""]?.color;
    return [{ name: object.name, location, mesh: { vertices, faces: mesh.faces }, ...(color && { color }) }];
  });
}

/** Polygons cut into triangles. */
export function triangles(mesh: Mesh): [number, number, number][] {
  return mesh.faces.flatMap((face) =>
    face.slice(2).map((corner, i): [number, number, number] => [face[0]!, face[i + 1]!, corner])
  );
}

/** From Blender's z-up to the y-up of glTF and OBJ, and back. */
export const toYUp = ([x, y, z]: Vector): Vector => [x, z, -y || 0];
export const fromYUp = ([x, y, z]: Vector): Vector => [x, -z || 0, y];
