/** Keyframes: kept in order, and evaluated at a frame. */
import type { AnimatedProperty } from "../manifest/animation.ts";
import type { Document, Keyframe, SceneObject } from "./document.ts";

/** Puts a keyframe in its place; one at the same frame is replaced. */
export function setKeyframe(object: SceneObject, property: AnimatedProperty, keyframe: Keyframe): void {
  const others = (object.animation[property] ?? []).filter(({ frame }) => frame !== keyframe.frame);
  object.animation[property] = [...others, keyframe].sort((a, b) => a.frame - b.frame);
}

/** Every frame that has a keyframe, in order. */
export function keyedFrames(object: SceneObject): number[] {
  const frames = Object.values(object.animation).flatMap((keyframes) => keyframes.map(({ frame }) => frame));
  return [...new Set(frames)].sort((a, b) => a - b);
}

/** Gives every animated property the value that it has at the current frame. */
export function applyAnimation(document: Document): void {
  for (const object of Object.values(document.objects)) {
    for (const [property, keyframes] of Object.entries(object.animation)) {
      const value = valueAt(keyframes, document.timeline.current);
      if (value !== undefined) setProperty(document, object, property as AnimatedProperty, value);
    }
  }
}

/** The value between keyframes: held, straight, or eased in and out as Blender's Bézier handles do on flat tangents. */
export function valueAt(keyframes: readonly Keyframe[], frame: number): readonly number[] | undefined {
  const after = keyframes.findIndex((keyframe) => keyframe.frame > frame);
  const from = after === -1 ? keyframes.at(-1) : keyframes[after - 1];
  const to = keyframes[after];
  if (from === undefined) return to?.value;
  if (to === undefined || from.interpolation === "constant") return from.value;
  const t = (frame - from.frame) / (to.frame - from.frame);
  const eased = from.interpolation === "bezier" ? t * t * (3 - 2 * t) : t;
  return from.value.map((value, i) => value + ((to.value[i] ?? value) - value) * eased);
}

/** The value that a property has now; `undefined` where the object has no such property. */
export function propertyOf(document: Document, object: SceneObject, property: AnimatedProperty): number[] | undefined {
  switch (property) {
    case "location":
    case "rotation":
    case "scale":
      return [...object[property]];
    case "visible":
      return [object.visible ? 1 : 0];
    case "energy":
      return object.light === null ? undefined : [object.light.energy];
    case "focal_length":
      return object.focalLength === null ? undefined : [object.focalLength];
    case "color":
      return object.light?.color.slice() ?? document.materials[object.materials[0] ?? ""]?.color.slice();
  }
}

export function setProperty(
  document: Document,
  object: SceneObject,
  property: AnimatedProperty,
  value: readonly number[],
): void {
  const [x = 0, y = 0, z = 0] = value;
  if (property === "location" || property === "rotation" || property === "scale") object[property] = [x, y, z];
  else if (property === "visible") object.visible = x >= 0.5;
  else if (property === "energy" && object.light !== null) object.light.energy = x;
  else if (property === "focal_length" && object.focalLength !== null) object.focalLength = x;
  else if (property === "color") {
    const owner = object.light ?? document.materials[object.materials[0] ?? ""];
    if (owner !== undefined) owner.color = [x, y, z];
  }
}
