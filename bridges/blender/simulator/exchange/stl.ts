/** STL in its binary form: triangles, z up. */
import type { Vector } from "../../manifest/values.ts";
import { add, cross, normalized, subtract } from "../matrix.ts";
import { type Part, triangles } from "./parts.ts";

const HEADER_BYTES = 80;
const TRIANGLE_BYTES = 50;

export function writeStl(parts: readonly Part[]): Uint8Array {
  const all = parts.flatMap(({ location, mesh }) =>
    triangles(mesh).map((corners) => corners.map((i) => add(mesh.vertices[i]!, location)))
  );
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + 4 + all.length * TRIANGLE_BYTES));
  view.setUint32(HEADER_BYTES, all.length, true);
  for (const [i, corners] of all.entries()) {
    const normal = normalized(cross(subtract(corners[1]!, corners[0]!), subtract(corners[2]!, corners[0]!)));
    for (const [k, value] of [normal, ...corners].flat().entries()) {
      view.setFloat32(HEADER_BYTES + 4 + i * TRIANGLE_BYTES + k * 4, value, true);
    }
  }
  return new Uint8Array(view.buffer);
}

/** @throws {RangeError} for a file that is shorter than its own count of triangles */
export function readStl(content: Uint8Array, name: string): Part[] {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const count = view.getUint32(HEADER_BYTES, true);
  const vertices: Vector[] = [];
  for (let i = 0; i < count; i++) {
    for (let corner = 1; corner <= 3; corner++) {
      const at = HEADER_BYTES + 4 + i * TRIANGLE_BYTES + corner * 12;
      vertices.push([view.getFloat32(at, true), view.getFloat32(at + 4, true), view.getFloat32(at + 8, true)]);
    }
  }
  const faces = Array.from({ length: count }, (_, i) => [i * 3, i * 3 + 1, i * 3 + 2]);
  return [{ name, location: [0, 0, 0], mesh: { vertices, faces } }];
}
