/** Vectors and 4x4 matrices as Blender has them: row-major, column vectors, angles in degrees, XYZ Euler order. */
import type { Vector } from "../manifest/values.ts";

/** Sixteen numbers, row by row. */
export type Matrix = readonly number[];

export const IDENTITY: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

export const add = (a: Vector, b: Vector): Vector => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vector, b: Vector): Vector => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const times = (a: Vector, factor: number): Vector => [a[0] * factor, a[1] * factor, a[2] * factor];
export const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const length = (a: Vector): number => Math.hypot(...a);
export const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** The vector of length 1 in this direction; the zero vector stays. */
export function normalized(a: Vector): Vector {
  const size = length(a);
  return size === 0 ? a : times(a, 1 / size);
}

export function multiply(a: Matrix, b: Matrix): Matrix {
  const product: number[] = [];
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      let sum = 0;
      for (let i = 0; i < 4; i++) sum += a[row * 4 + i]! * b[i * 4 + column]!;
      product.push(sum);
    }
  }
  return product;
}

/** Where a point of the local space lies. */
export function transformPoint(m: Matrix, [x, y, z]: Vector): Vector {
  return [
    m[0]! * x + m[1]! * y + m[2]! * z + m[3]!,
    m[4]! * x + m[5]! * y + m[6]! * z + m[7]!,
    m[8]! * x + m[9]! * y + m[10]! * z + m[11]!,
  ];
}

/** The matrix of a location, a rotation in degrees and a scale. */
export function compose(location: Vector, rotation: Vector, scale: Vector): Matrix {
  const [x, y, z] = rotation.map((degrees) => degrees * Math.PI / 180) as Vector;
  const [cx, sx, cy, sy, cz, sz] = [Math.cos(x), Math.sin(x), Math.cos(y), Math.sin(y), Math.cos(z), Math.sin(z)];
  // Rz * Ry * Rx, and the scale first
  const columns: Vector[] = [
    times([cy * cz, cy * sz, -sy], scale[0]),
    times([sx * sy * cz - cx * sz, sx * sy * sz + cx * cz, sx * cy], scale[1]),
    times([cx * sy * cz + sx * sz, cx * sy * sz - sx * cz, cx * cy], scale[2]),
  ];
  return fromColumns(columns[0]!, columns[1]!, columns[2]!, location);
}

export function fromColumns(x: Vector, y: Vector, z: Vector, location: Vector): Matrix {
  return [0, 1, 2].flatMap((row) => [x[row]!, y[row]!, z[row]!, location[row]!]).concat(0, 0, 0, 1);
}

/** The inverse of an affine matrix; a flat one (a scale of 0) counts as {@linkcode IDENTITY}. */
export function invert(m: Matrix): Matrix {
  const [a, b, c] = [column(m, 0), column(m, 1), column(m, 2)];
  const determinant = dot(a, cross(b, c));
  if (Math.abs(determinant) < 1e-12) return IDENTITY;
  const rows = [cross(b, c), cross(c, a), cross(a, b)].map((row) => times(row, 1 / determinant));
  const moved = column(m, 3);
  return rows.flatMap((row) => [...row, -dot(row, moved)]).concat(0, 0, 0, 1);
}

/** A column without its last row: an axis, or with 3 the location. */
export function column(m: Matrix, i: number): Vector {
  return [m[i]!, m[4 + i]!, m[8 + i]!];
}

/** The XYZ Euler angles, in degrees, of a matrix whose axes may be scaled. */
export function rotationOf(m: Matrix): Vector {
  const [x, y, z] = [0, 1, 2].map((i) => normalized(column(m, i))) as [Vector, Vector, Vector];
  const degrees = (radians: number) => radians * 180 / Math.PI;
  return [
    degrees(Math.atan2(y[2], z[2])),
    degrees(Math.asin(Math.max(-1, Math.min(1, -x[2])))),
    degrees(Math.atan2(x[1], x[0])),
  ];
}

/** The rotation that turns the local -z (cameras, lights) or -y (everything else) axis into a direction, up staying up. */
export function facing(direction: Vector, axis: "-z" | "-y"): Vector {
  const forward = normalized(direction);
  const back = times(forward, -1);
  const flat = cross([0, 0, 1], back);
  const right: Vector = length(flat) < 1e-6 ? [1, 0, 0] : normalized(flat);
  const up = cross(back, right);
  return rotationOf(axis === "-z" ? fromColumns(right, up, back, [0, 0, 0]) : fromColumns(right, back, up, [0, 0, 0]));
}
