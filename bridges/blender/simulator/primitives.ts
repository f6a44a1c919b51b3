/** The meshes behind `create_object`. Sizes are edges or diameters in metres; each is centred on the origin. */
import type { ObjectType } from "../manifest/objects.ts";
import type { Vector } from "../manifest/values.ts";
import type { Mesh } from "./document.ts";
import { normalized, times } from "./matrix.ts";

/** What Blender calls a new object of each type. */
export const PRIMITIVES: Record<ObjectType, { name: string; type: "mesh" | "curve" | "text" | "empty" }> = {
  cube: { name: "Cube", type: "mesh" },
  sphere: { name: "Sphere", type: "mesh" },
  icosphere: { name: "Icosphere", type: "mesh" },
  plane: { name: "Plane", type: "mesh" },
  circle: { name: "Circle", type: "mesh" },
  cylinder: { name: "Cylinder", type: "mesh" },
  cone: { name: "Cone", type: "mesh" },
  torus: { name: "Torus", type: "mesh" },
  grid: { name: "Grid", type: "mesh" },
  monkey: { name: "Suzanne", type: "mesh" },
  empty: { name: "Empty", type: "empty" },
  text: { name: "Text", type: "text" },
  curve: { name: "BezierCurve", type: "curve" },
  bezier_circle: { name: "BezierCircle", type: "curve" },
  nurbs_curve: { name: "NurbsCurve", type: "curve" },
  nurbs_circle: { name: "NurbsCircle", type: "curve" },
  path: { name: "NurbsPath", type: "curve" },
};

/** The mesh of a primitive; `undefined` for an empty. A monkey is a ball here, a text a sheet as wide as its letters. */
export function primitive(type: ObjectType, size: number, segments = 32, text = "Text"): Mesh | undefined {
  const radius = size / 2;
  switch (type) {
    case "cube":
      return cube(radius);
    case "plane":
      return grid(size, 1);
    case "grid":
      return grid(size, Math.min(segments, 10));
    case "circle":
      return { vertices: ring(radius, 0, segments), faces: [] };
    case "sphere":
    case "icosphere":
    case "monkey":
      return sphere(radius, segments, Math.max(2, Math.floor(segments / 2)));
    case "cylinder":
      return cylinder(radius, size, segments);
    case "cone":
      return cone(radius, size, segments);
    case "torus":
      return torus(radius * 0.8, radius * 0.2, segments, 12);
    case "text":
      return sheet(size * 0.3 * Math.max(1, text.length), size / 2);
    case "bezier_circle":
    case "nurbs_circle":
      return { vertices: ring(radius, 0, segments), faces: [] };
    case "curve":
    case "nurbs_curve":
    case "path":
      return { vertices: [[-radius, 0, 0], [radius, 0, 0]], faces: [] };
    case "empty":
      return undefined;
  }
}

function cube(r: number): Mesh {
  const corner = (i: number): Vector => [i & 1 ? r : -r, i & 2 ? r : -r, i & 4 ? r : -r];
  return {
    vertices: [0, 1, 2, 3, 4, 5, 6, 7].map(corner),
    faces: [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]],
  };
}

function sheet(width: number, height: number): Mesh {
  return { vertices: [[0, 0, 0], [width, 0, 0], [width, height, 0], [0, height, 0]], faces: [[0, 1, 2, 3]] };
}

function grid(size: number, cells: number): Mesh {
  const vertices: Vector[] = [];
  const faces: number[][] = [];
  const at = (i: number) => (i / cells - 0.5) * size;
  for (let y = 0; y <= cells; y++) {
    for (let x = 0; x <= cells; x++) {
      vertices.push([at(x), at(y), 0]);
      if (x === cells || y === cells) continue;
      const corner = y * (cells + 1) + x;
      faces.push([corner, corner + 1, corner + cells + 2, corner + cells + 1]);
    }
  }
  return { vertices, faces };
}

function ring(radius: number, z: number, segments: number): Vector[] {
  return Array.from({ length: segments }, (_, i) => {
    const angle = 2 * Math.PI * i / segments;
    return [radius * Math.cos(angle), radius * Math.sin(angle), z];
  });
}

const around = (segments: number) => Array.from({ length: segments }, (_, i) => i);

function cylinder(radius: number, height: number, segments: number): Mesh {
  const sides = around(segments).map((i) => {
    const next = (i + 1) % segments;
    return [i, next, segments + next, segments + i];
  });
  return {
    vertices: [...ring(radius, -height / 2, segments), ...ring(radius, height / 2, segments)],
    faces: [...sides, around(segments).reverse(), around(segments).map((i) => segments + i)],
  };
}

function cone(radius: number, height: number, segments: number): Mesh {
  return {
    vertices: [...ring(radius, -height / 2, segments), [0, 0, height / 2]],
    faces: [...around(segments).map((i) => [i, (i + 1) % segments, segments]), around(segments).reverse()],
  };
}

function sphere(radius: number, segments: number, rings: number): Mesh {
  const vertices: Vector[] = [[0, 0, -radius]];
  for (let i = 1; i < rings; i++) {
    const angle = Math.PI * (i / rings - 0.5);
    vertices.push(...ring(radius * Math.cos(angle), radius * Math.sin(angle), segments));
  }
  vertices.push([0, 0, radius]);
  const at = (row: number, i: number) => 1 + (row - 1) * segments + i % segments;
  const faces = around(segments).flatMap((i) => {
    const band = Array.from(
      { length: rings - 2 },
      (_, r) => [at(r + 1, i), at(r + 1, i + 1), at(r + 2, i + 1), at(r + 2, i)],
    );
    return [[0, at(1, i + 1), at(1, i)], ...band, [at(rings - 1, i), at(rings - 1, i + 1), vertices.length - 1]];
  });
  return { vertices, faces };
}

function torus(major: number, minor: number, segments: number, sides: number): Mesh {
  const vertices: Vector[] = [];
  const faces: number[][] = [];
  for (const i of around(segments)) {
    const [outward] = ring(1, 0, segments).slice(i);
    for (const j of around(sides)) {
      const angle = 2 * Math.PI * j / sides;
      const [x, y] = times(normalized(outward!), major + minor * Math.cos(angle));
      vertices.push([x, y, minor * Math.sin(angle)]);
      const [a, b] = [i * sides, ((i + 1) % segments) * sides];
      const next = (j + 1) % sides;
      faces.push([a + j, b + j, b + next, a + next]);
    }
  }
  return { vertices, faces };
}
