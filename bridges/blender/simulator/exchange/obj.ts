/** Wavefront OBJ: vertices, polygons and object names. */
import type { Vector } from "../../manifest/values.ts";
import { add } from "../matrix.ts";
import { fromYUp, type Part, toYUp } from "./parts.ts";

export function writeObj(parts: readonly Part[]): Uint8Array {
  const lines: string[] = [];
  let offset = 1;
  for (const { name, location, mesh } of parts) {
    lines.push(`o ${name.replace(/\s+/g, "_")}`);
    for (const vertex of mesh.vertices) lines.push(`v ${toYUp(add(vertex, location)).join(" ")}`);
    for (const face of mesh.faces) lines.push(`f ${face.map((i) => i + offset).join(" ")}`);
    offset += mesh.vertices.length;
  }
  return new TextEncoder().encode(lines.join("\n") + "\n");
}

/** @throws {RangeError} for a polygon whose corner does not exist */
export function readObj(content: Uint8Array, name: string): Part[] {
  const vertices: Vector[] = [];
  const objects: { name: string; faces: number[][] }[] = [];
  for (const line of new TextDecoder().decode(content).split("\n")) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === "o") objects.push({ name: values.join(" ") || name, faces: [] });
    if (keyword === "v") vertices.push(fromYUp(values.slice(0, 3).map(Number) as Vector));
    if (keyword !== "f") continue;
    if (objects.length === 0) objects.push({ name, faces: [] });
    const corners = values.map((value) => Number.parseInt(value, 10));
    objects.at(-1)!.faces.push(corners.map((i) => i < 0 ? vertices.length + i : i - 1));
  }
  return objects.filter(({ faces }) => faces.length > 0).map(({ name, faces }) => ({
    name,
    location: [0, 0, 0],
    mesh: compact(vertices, faces),
  }));
}

/** Only the vertices that the faces use. */
function compact(vertices: readonly Vector[], faces: readonly number[][]) {
  const used = [...new Set(faces.flat())];
  const indexes = new Map(used.map((old, i) => [old, i]));
  const kept = used.map((i) => {
    const vertex = vertices[i];
    if (vertex === undefined || vertex.some((value) => !Number.isFinite(value))) {
      throw new RangeError(`no vertex ${i + 1}`);
    }
    return vertex;
  });
  return { vertices: kept, faces: faces.map((face) => face.map((i) => indexes.get(i)!)) };
}
