/** Lights, and the world that surrounds the scene. */
import type { Handlers } from "../command_context.ts";
import type { Vector } from "../../manifest/values.ts";
import { type Document, type Light, newObject, type SceneObject } from "../document.ts";
import { loadPicture, localFileOf } from "../files.ts";
import { freeName, invalid, objectNamed, objectOfType } from "../lookup.ts";
import { add, facing, subtract } from "../matrix.ts";
import { boundsOf, centerOf, summaryOf } from "../placement.ts";
import { valuesBefore } from "../previous.ts";
import { addObject } from "./objects.ts";

/** Energy and size of a new light: watts and metres, for a sun watts per square metre and degrees. */
export const NEW_LIGHTS = {
  point: { name: "Point", energy: 1000, size: 0.1 },
  sun: { name: "Sun", energy: 3, size: 0.526 },
  spot: { name: "Spot", energy: 1000, size: 0.1 },
  area: { name: "Area", energy: 500, size: 1 },
} as const;

export const lights: Handlers<"create_light" | "update_light" | "set_world"> = {
  create_light({ document }, args) {
    const preset = NEW_LIGHTS[args.type];
    checkCone(args.type, args.spot_angle);
    const above = args.above === undefined ? undefined : objectNamed(document, args.above);
    const target = args.target === undefined ? above : objectNamed(document, args.target);
    const location = args.location ??
      (above === undefined ? [0, 0, args.distance] : over(document, above, args.distance));
    const object = addObject(document, newObject(args.name ?? preset.name, "light"));
    object.location = location;
    if (target !== undefined) {
      object.rotation = facing(subtract(centerOf(boundsOf(document, target)), location), "-z");
    }
    object.light = {
      type: args.type,
      energy: args.energy ?? preset.energy,
      color: args.color,
      size: args.size ?? preset.size,
      spot_angle: args.spot_angle ?? 45,
    };
    return { ...summaryOf(document, object), light: lightDetails(object.light) };
  },

  update_light({ document }, args) {
    const object = objectOfType(document, args.object, ["light"]);
    const light = object.light!;
    // a lamp that was there before a rehearsal may well be a spot
    if (object.partlyKnown !== true) checkCone(args.type ?? light.type, args.spot_angle);
    const { spot_angle, ...details } = lightDetails(light);
    const cone = spot_angle === null ? {} : { spot_angle };
    const given = { ...args, energy: args.energy ?? args.factor };
    const previous = { object: object.name, ...valuesBefore({ ...details, ...cone }, given) };
    light.type = args.type ?? light.type;
    light.energy = (args.energy ?? light.energy) * (args.factor ?? 1);
    light.color = args.color ?? light.color;
    light.size = args.size ?? light.size;
    light.spot_angle = args.spot_angle ?? light.spot_angle;
    return { ...summaryOf(document, object), light: lightDetails(light), previous };
  },

  async set_world({ document }, args) {
    const { world } = document;
    const given = { color: args.color, strength: args.strength ?? args.factor };
    const isBeyondArguments = args.image !== undefined || (args.color !== undefined && world.image !== null);
    const previous = isBeyondArguments ? {} : { previous: valuesBefore(world, given) };
    if (args.image !== undefined) {
      const picture = await loadPicture(localFileOf(args.image).path);
      world.image = freeName(document.images, args.image.name);
      document.images[world.image] = picture;
    }
    world.color = args.color ?? world.color;
    world.strength = (args.strength ?? world.strength) * (args.factor ?? 1);
    return { ...world, ...previous };
  },
};

function checkCone(type: Light["type"], spotAngle: number | undefined): void {
  if (spotAngle !== undefined && type !== "spot") throw invalid(`a ${type} light has no cone`, ["spot_angle"]);
}

export function lightDetails(light: Light) {
  return { ...light, spot_angle: light.type === "spot" ? light.spot_angle : null };
}

/** Over an object, a little to its front and right, so that its sides show. */
function over(document: Document, object: SceneObject, distance: number): Vector {
  const bounds = boundsOf(document, object);
  const [x, y] = centerOf(bounds);
  return add([x, y, bounds.max[2]], [distance * 0.35, distance * -0.5, distance]);
}
