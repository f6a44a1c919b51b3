/** Puts one object next to another, box to box. */
import type { Side } from "../manifest/objects.ts";
import type { Vector } from "../manifest/values.ts";
import type { Document, SceneObject } from "./document.ts";
import { add, invert, multiply, subtract, transformPoint } from "./matrix.ts";
import { boundsOf, centerOf, worldMatrix } from "./placement.ts";

/** The axis, and the direction on it; left and right are as seen from the front. */
const SIDES: Record<Side, readonly [axis: number, direction: number]> = {
  on: [2, 1],
  above: [2, 1],
  below: [2, -1],
  left: [0, -1],
  right: [0, 1],
  front: [1, -1],
  behind: [1, 1],
  inside: [2, 0],
};
const GAP = 0.5;

/** In the middle of that side; what stands next to it stands on the same ground. `gap` is in metres. */
export function putBeside(
  document: Document,
  object: SceneObject,
  other: SceneObject,
  { side, gap }: { side: Side; gap?: number | undefined },
): void {
  const own = boundsOf(document, object);
  const its = boundsOf(document, other);
  const [axis, direction] = SIDES[side];
  const shift = subtract(centerOf(its), centerOf(own));
  if (axis !== 2) shift[2] = its.min[2] - own.min[2];
  const space = gap ?? (side === "on" || side === "inside" ? 0 : GAP);
  if (direction > 0) shift[axis] = its.max[axis]! + space - own.min[axis]!;
  if (direction < 0) shift[axis] = its.min[axis]! - space - own.max[axis]!;
  object.location = add(object.location, inParent(document, object, shift));
}

/** A shift in the world as the object's own location counts it. */
function inParent(document: Document, object: SceneObject, shift: Vector): Vector {
  const parent = object.parent === null ? undefined : document.objects[object.parent];
  if (parent === undefined) return shift;
  const inverse = invert(multiply(worldMatrix(document, parent), object.parentInverse));
  return subtract(transformPoint(inverse, shift), transformPoint(inverse, [0, 0, 0]));
}
