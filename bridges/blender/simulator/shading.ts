/** How bright a polygon is: Lambert's law for each light, the world around, and what the surface itself emits. */
import type { Rgb } from "../manifest/colors.ts";
import type { Vector } from "../manifest/values.ts";
import { type Document, type Light, newMaterial, type SceneObject } from "./document.ts";
import { add, column, dot, length, normalized, subtract, times } from "./matrix.ts";
import { worldMatrix } from "./placement.ts";

export type { Rgb };

export interface PlacedLight extends Light {
  location: Vector;
  /** Where it shines. */
  direction: Vector;
}

export interface Surface {
  color: Rgb;
  emission: Rgb;
}

/** So that nothing is lost in the dark: a lamp on the eye, in the same unit as reflected light. */
const HEADLIGHT = 0.12;

export function lightsOf(document: Document): PlacedLight[] {
  return Object.values(document.objects).flatMap((object) => {
    if (object.light === null || !object.visible) return [];
    const matrix = worldMatrix(document, object);
    const direction = normalized(times(column(matrix, 2), -1));
    return [{ ...object.light, location: column(matrix, 3), direction }];
  });
}

export function surfaceOf(document: Document, object: SceneObject): Surface {
  const material = document.materials[object.materials[0] ?? ""] ?? newMaterial();
  const texture = material.texture === null ? undefined : document.images[material.texture];
  return {
    color: texture?.color ?? material.color,
    emission: times(material.emission_color, material.emission_strength),
  };
}

/** The colour of a polygon, scene-linear. Both of its sides are seen. */
export function shade(
  points: readonly Vector[],
  normal: Vector,
  eye: Vector,
  surface: Surface,
  lights: readonly PlacedLight[],
  world: Document["world"],
): Rgb {
  const center = times(points.reduce(add, [0, 0, 0]), 1 / points.length);
  const toEye = normalized(subtract(eye, center));
  const facing = dot(normal, toEye) >= 0 ? normal : times(normal, -1);
  let light: Vector = add(times(world.color, world.strength), times([1, 1, 1], HEADLIGHT * dot(facing, toEye)));
  for (const lamp of lights) light = add(light, times(lamp.color, irradiance(lamp, center, facing) / Math.PI));
  return surface.color.map((value, i) => value * light[i]! + surface.emission[i]!) as Rgb;
}

/** Watts per square metre that a light brings to a place. */
function irradiance(light: PlacedLight, place: Vector, normal: Vector): number {
  if (light.type === "sun") return light.energy * Math.max(0, -dot(normal, light.direction));
  const way = subtract(light.location, place);
  const distance = Math.max(length(way), 0.01);
  const towards = times(way, 1 / distance);
  const cone = -dot(towards, light.direction);
  if (light.type === "spot" && cone < Math.cos(light.spot_angle / 2 * Math.PI / 180)) return 0;
  const spread = light.type === "area" ? Math.max(0, cone) * 4 : 1;
  return light.energy / (4 * Math.PI * distance ** 2) * spread * Math.max(0, dot(normal, towards));
}
