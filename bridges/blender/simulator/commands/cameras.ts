/** Cameras, and aiming things. */
import type { Vector } from "../../manifest/values.ts";
import type { Handlers } from "../command_context.ts";
import { type Document, newObject } from "../document.ts";
import { invalid, objectNamed, objectOfType } from "../lookup.ts";
import { add, cross, dot, facing, normalized, subtract, times } from "../matrix.ts";
import { type Bounds, boundsOf, boundsOfAll, centerOf, radiusOf, summaryOf } from "../placement.ts";
import { addObject } from "./objects.ts";

/** From the target to a camera that has to find its own place: front, right, above. */
const VIEW: Vector = normalized([0.75, -1, 0.6]);
/** Of the picture, how much the scene may fill. */
const FILL = 0.8;
/** Millimetres. */
export const SENSOR_WIDTH = 36;

export const cameras: Handlers<"create_camera" | "set_active_camera" | "look_at"> = {
  create_camera({ document }, args) {
    const target = args.target === undefined ? undefined : objectNamed(document, args.target);
    const before = args.active && document.activeCamera !== null ? { active_camera: document.activeCamera } : {};
    const name = addCamera(document, {
      ...args,
      focalLength: args.focal_length,
      ...(target === undefined ? {} : { bounds: boundsOf(document, target) }),
    });
    return {
      ...summaryOf(document, objectNamed(document, name)),
      camera: { focal_length: args.focal_length, active: document.activeCamera === name },
      previous: { remove: [name], ...before },
    };
  },

  set_active_camera({ document }, args) {
    const before = document.activeCamera;
    document.activeCamera = objectOfType(document, args.camera, ["camera"], "camera").name;
    return { name: args.camera, ...(before === null ? {} : { previous: { camera: before } }) };
  },

  look_at({ document }, args) {
    const object = objectNamed(document, args.object);
    if (args.target === object.name) throw invalid(`'${object.name}' cannot face itself`, ["target"]);
    const point = args.point ?? centerOf(boundsOf(document, objectNamed(document, args.target!)));
    const previous = { object: object.name, rotation: object.rotation };
    aim(document, object.name, point);
    return { ...summaryOf(document, object), previous };
  },
};

interface NewCamera {
  /** What it sees. @default everything visible */
  bounds?: Bounds;
  name?: string | undefined;
  /** @default where all of `bounds` is in the picture */
  location?: Vector | undefined;
  /** Millimetres. @default 50 */
  focalLength?: number;
  /** Width over height of its pictures. @default the scene's */
  aspect?: number;
  /** @default true */
  active?: boolean;
}

/** Adds a camera, and answers its name. */
export function addCamera(document: Document, options: NewCamera): string {
  const { bounds = boundsOfAll(document), focalLength = 50, active = true } = options;
  const { aspect = document.render.width / document.render.height } = options;
  const location = options.location ??
    (options.bounds === undefined ? fitting(bounds, focalLength, aspect) : framing(bounds, focalLength, aspect));
  const object = addObject(document, newObject(options.name ?? "Camera", "camera"));
  object.location = location;
  object.rotation = facing(subtract(centerOf(bounds), location), "-z");
  object.focalLength = focalLength;
  if (active) document.activeCamera = object.name;
  return object.name;
}

/** Turns an object towards a point: cameras and lights with their -z axis, everything else with its front. */
export function aim(document: Document, name: string, point: Vector): void {
  const object = objectNamed(document, name);
  const axis = object.type === "camera" || object.type === "light" ? "-z" : "-y";
  object.rotation = facing(subtract(point, object.location), axis);
}

/** Where a camera sees all of a box, which fills the picture. */
export function fitting({ min, max }: Bounds, focalLength: number, aspect: number): Vector {
  const center = centerOf({ min, max });
  const right = normalized(cross([0, 0, 1], VIEW));
  const up = cross(VIEW, right);
  const most = SENSOR_WIDTH / 2 / focalLength * FILL;
  const [wide, high] = aspect >= 1 ? [most, most / aspect] : [most * aspect, most];
  const distances = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) => {
    const at = subtract([0, 1, 2].map((axis) => (corner >> axis & 1 ? max : min)[axis]!) as Vector, center);
    return Math.max(Math.abs(dot(at, right)) / wide, Math.abs(dot(at, up)) / high) + dot(at, VIEW);
  });
  const least = 0.5 / Math.sin(Math.atan(Math.min(wide, high)));
  return add(center, times(VIEW, Math.max(...distances, least)));
}

/** Where a camera sees the whole sphere around a box, with some air; the sensor's width lies along the longer edge. */
export function framing(bounds: Bounds, focalLength: number, aspect: number): Vector {
  const narrow = Math.atan(SENSOR_WIDTH / 2 / focalLength / Math.max(aspect, 1 / aspect));
  const distance = Math.max(radiusOf(bounds), 0.5) / Math.sin(narrow) * 1.15;
  return add(centerOf(bounds), times(VIEW, distance));
}
