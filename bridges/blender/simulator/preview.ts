/** A small renderer: perspective, a depth buffer, one colour a polygon. It shows what stands where, and in which colour. */
import { linearToSrgb } from "../manifest/colors.ts";
import type { Vector } from "../manifest/values.ts";
import { SENSOR_WIDTH } from "./commands/cameras.ts";
import type { Document } from "./document.ts";
import { column, cross, invert, type Matrix, normalized, subtract, transformPoint } from "./matrix.ts";
import { meshOf, worldMatrix } from "./placement.ts";
import { lightsOf, type Rgb, shade, surfaceOf } from "./shading.ts";

/** Where the picture is taken from: looking along the local -z axis. */
export interface Eye {
  matrix: Matrix;
  /** Millimetres. */
  focalLength: number;
}

/** Eight bits a channel: red, green, blue, alpha. */
export interface Image {
  width: number;
  height: number;
  data: Uint8Array;
}

export interface PreviewOptions {
  /** Pixels. */
  width: number;
  height: number;
  transparent: boolean;
  /** Draws at twice the size and averages, for smooth edges. */
  smooth: boolean;
}

/** Bytes of sRGB by their linear value: a power for each pixel would take longer than drawing them. */
const BYTES_LAST = 16_383;
const BYTES = Uint8Array.from({ length: BYTES_LAST + 1 }, (_, i) => Math.round(255 * linearToSrgb(i / BYTES_LAST)));

/** Nearer than this, in metres, is cut off. */
const NEAR = 0.01;

export function renderPreview(document: Document, eye: Eye, options: PreviewOptions): Image {
  // beyond this a picture is large enough to look smooth, and too large to be drawn four times over
  const factor = options.smooth && options.width * options.height <= 4e6 ? 2 : 1;
  const canvas = new Canvas(options.width * factor, options.height * factor);
  const { color, strength } = document.world;
  canvas.clear(color.map((value) => value * strength) as Rgb, options.transparent ? 0 : 1);
  const lights = lightsOf(document);
  const eyePoint = column(eye.matrix, 3);
  const view = invert(eye.matrix);
  for (const { points, surface } of polygons(document)) {
    const [a, b, c] = points;
    if (a === undefined || b === undefined || c === undefined) continue;
    const normal = normalized(cross(subtract(b, a), subtract(c, b)));
    canvas.polygon(
      project(points, view, eye.focalLength, canvas),
      shade(points, normal, eyePoint, surface, lights, document.world),
    );
  }
  return canvas.image(factor);
}

/** The edges of every polygon, black on grey. */
export function renderWireframe(document: Document, eye: Eye, { width, height }: PreviewOptions): Image {
  const canvas = new Canvas(width, height);
  canvas.clear([0.25, 0.25, 0.25], 1);
  const view = invert(eye.matrix);
  for (const { points } of polygons(document)) {
    const corners = project(points, view, eye.focalLength, canvas);
    for (const [i, corner] of corners.entries()) canvas.line(corner, corners[(i + 1) % corners.length]!);
  }
  return canvas.image(1);
}

function* polygons(document: Document) {
  for (const object of Object.values(document.objects)) {
    const mesh = object.visible ? meshOf(document, object) : undefined;
    if (mesh === undefined) continue;
    const surface = surfaceOf(document, object);
    const matrix = worldMatrix(document, object);
    const vertices = mesh.vertices.map((vertex) => transformPoint(matrix, vertex));
    for (const face of mesh.faces) yield { points: face.map((i) => vertices[i]!), surface };
  }
}

/** Corners on the canvas, in pixels, with the inverse of their depth; what lies behind the eye is cut off. */
function project(points: readonly Vector[], view: Matrix, focalLength: number, { width, height }: Canvas): Vector[] {
  const scale = focalLength / SENSOR_WIDTH * Math.max(width, height);
  return clipped(points.map((point) => transformPoint(view, point)))
    .map(([x, y, z]) => [width / 2 + x / -z * scale, height / 2 - y / -z * scale, 1 / -z]);
}

/** The part of a polygon in front of the near plane. */
function clipped(points: readonly Vector[]): Vector[] {
  return points.flatMap((point, i) => {
    const before = points[(i + points.length - 1) % points.length]!;
    const inside = point[2] <= -NEAR;
    if (inside === before[2] <= -NEAR) return inside ? [point] : [];
    const t = (-NEAR - before[2]) / (point[2] - before[2]);
    const edge = point.map((value, k) => before[k]! + (value - before[k]!) * t) as Vector;
    return inside ? [edge, point] : [edge];
  });
}

class Canvas {
  readonly #color: Float32Array;
  readonly #depth: Float32Array;

  constructor(readonly width: number, readonly height: number) {
    this.#color = new Float32Array(width * height * 4);
    this.#depth = new Float32Array(width * height);
  }

  clear(color: Rgb, alpha: number): void {
    const values = [...color.map((value) => value * alpha), alpha];
    for (let i = 0; i < this.#color.length; i++) this.#color[i] = values[i % 4]!;
  }

  /** A convex polygon, as a fan of triangles. */
  polygon(corners: readonly Vector[], color: Rgb): void {
    for (let i = 1; i + 1 < corners.length; i++) this.#triangle(corners[0]!, corners[i]!, corners[i + 1]!, color);
  }

  #triangle(a: Vector, b: Vector, c: Vector, color: Rgb): void {
    const area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
    if (Math.abs(area) < 1e-9) return;
    const top = Math.max(0, Math.floor(Math.min(a[1], b[1], c[1])));
    const bottom = Math.min(this.height - 1, Math.ceil(Math.max(a[1], b[1], c[1])));
    const left = Math.max(0, Math.floor(Math.min(a[0], b[0], c[0])));
    const right = Math.min(this.width - 1, Math.ceil(Math.max(a[0], b[0], c[0])));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const [px, py] = [x + 0.5, y + 0.5];
        const u = ((b[0] - px) * (c[1] - py) - (c[0] - px) * (b[1] - py)) / area;
        const v = ((c[0] - px) * (a[1] - py) - (a[0] - px) * (c[1] - py)) / area;
        const w = 1 - u - v;
        if (u < 0 || v < 0 || w < 0) continue;
        this.#plot(x, y, u * a[2] + v * b[2] + w * c[2], color);
      }
    }
  }

  line(from: Vector, to: Vector): void {
    const steps = Math.min(20_000, Math.ceil(Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]), 1)));
    for (let i = 0; i <= steps; i++) {
      const [x, y] = [0, 1].map((k) => Math.floor(from[k]! + (to[k]! - from[k]!) * i / steps)) as [number, number];
      if (x >= 0 && y >= 0 && x < this.width && y < this.height) this.#plot(x, y, Infinity, [0, 0, 0]);
    }
  }

  #plot(x: number, y: number, inverseDepth: number, [r, g, b]: Rgb): void {
    const at = y * this.width + x;
    if (inverseDepth <= this.#depth[at]!) return;
    this.#depth[at] = inverseDepth;
    this.#color[at * 4] = r;
    this.#color[at * 4 + 1] = g;
    this.#color[at * 4 + 2] = b;
    this.#color[at * 4 + 3] = 1;
  }

  /** The picture in sRGB, `factor` times smaller. */
  image(factor: number): Image {
    const [width, height] = [this.width / factor, this.height / factor];
    const data = new Uint8Array(width * height * 4);
    const sum = [0, 0, 0, 0];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        sum.fill(0);
        for (let k = 0; k < factor * factor; k++) {
          const at = ((y * factor + Math.floor(k / factor)) * this.width + x * factor + k % factor) * 4;
          for (let c = 0; c < 4; c++) sum[c]! += this.#color[at + c]!;
        }
        const alpha = sum[3]!;
        const at = (y * width + x) * 4;
        for (let c = 0; c < 3; c++) {
          const value = alpha === 0 ? 0 : sum[c]! / alpha;
          data[at + c] = BYTES[Math.round(BYTES_LAST * Math.min(1, value))]!;
        }
        data[at + 3] = Math.round(255 * alpha / factor ** 2);
      }
    }
    return { width, height, data };
  }
}
