/** Objects: make, change, place, copy, remove. */
import { PatchbayError } from "@patchbay/contracts";
import type { Vector } from "../../manifest/values.ts";
import { FINISHES } from "../../manifest/objects.ts";
import { putBeside } from "../beside.ts";
import { keyedFrames } from "../animation.ts";
import type { Handlers } from "../command_context.ts";
import { type Document, newMaterial, newObject, type SceneObject } from "../document.ts";
import { checkCollection, childrenOf, familyOf, freeName, invalid, objectNamed, objectOfType } from "../lookup.ts";
import { add, compose, IDENTITY, invert, multiply, rotationOf, times } from "../matrix.ts";
import { boundsOf, meshOf, summaryOf, worldMatrix } from "../placement.ts";
import { valuesBefore } from "../previous.ts";
import { primitive, PRIMITIVES } from "../primitives.ts";
import { materialDetails } from "./materials.ts";

const DIRECTIONS: Record<string, Vector> = {
  up: [0, 0, 1],
  down: [0, 0, -1],
  right: [1, 0, 0],
  left: [-1, 0, 0],
  back: [0, 1, 0],
  forward: [0, -1, 0],
};

export const objects: Handlers<
  | "create_object"
  | "update_object"
  | "transform_object"
  | "duplicate_object"
  | "delete_object"
  | "clear_scene"
  | "parent_object"
  | "get_object"
> = {
  create_object({ document }, args) {
    const { name, type } = PRIMITIVES[args.type];
    if (args.text !== undefined && type !== "text") throw invalid(`a ${args.type} says nothing`, ["text"]);
    if (args.color !== undefined && type === "empty") throw invalid("an empty has no surface", ["color"]);
    if (args.finish !== undefined && type === "empty") throw invalid("an empty has no surface", ["finish"]);
    const near = args.near === undefined ? undefined : objectNamed(document, args.near);
    if (args.collection !== undefined) checkCollection(document, args.collection);
    if (args.parent !== undefined) objectNamed(document, args.parent);
    const object = addObject(document, newObject(args.name ?? name, type));
    Object.assign(object, { location: args.location, rotation: args.rotation, scale: args.scale });
    const mesh = primitive(args.type, args.size, args.segments, args.text);
    if (mesh !== undefined) {
      object.mesh = freeName(document.meshes, object.name);
      document.meshes[object.mesh] = mesh;
    }
    if (type === "text") object.text = args.text ?? "Text";
    if (args.collection !== undefined) object.collections = [args.collection];
    object.parent = args.parent ?? null;
    if (args.color !== undefined || args.finish !== undefined) {
      const material = freeName(document.materials, object.name);
      const surface = Object.assign(newMaterial(args.color), FINISHES[args.finish ?? "plain"]);
      if (args.color !== undefined && args.finish === "glowing") surface.emission_color = args.color;
      document.materials[material] = surface;
      object.materials = [material];
    }
    if (near !== undefined) putBeside(document, object, near, args);
    return summaryOf(document, object);
  },

  update_object({ document }, { object: name, ...changes }) {
    const object = objectNamed(document, name);
    const { visible, smooth, text, focalLength: focal_length } = object;
    const before = valuesBefore({ name, visible, smooth, text, focal_length }, changes);
    if (changes.text !== undefined) {
      objectOfType(document, name, ["text"], "text").text = changes.text;
      const mesh = primitive("text", 2, undefined, changes.text);
      if (object.mesh !== null && mesh !== undefined) document.meshes[object.mesh] = mesh;
    }
    if (changes.focal_length !== undefined) {
      objectOfType(document, name, ["camera"], "focal_length").focalLength = changes.focal_length;
    }
    if (changes.smooth !== undefined) objectOfType(document, name, ["mesh"], "smooth").smooth = changes.smooth;
    if (changes.visible !== undefined) object.visible = changes.visible;
    if (changes.name !== undefined && changes.name !== name) rename(document, object, changes.name);
    return { ...summaryOf(document, object), previous: { object: object.name, ...before } };
  },

  transform_object({ document }, args) {
    const object = objectNamed(document, args.object);
    const previous = valuesBefore(object, {
      location: args.location ?? args.offset ?? args.direction ?? args.near,
      rotation: args.rotation ?? args.angle,
      scale: args.scale ?? args.factor,
    });
    object.location = args.location ?? object.location;
    object.rotation = args.rotation ?? object.rotation;
    object.scale = args.scale ?? object.scale;
    if (args.offset !== undefined) object.location = add(object.location, args.offset);
    if (args.direction !== undefined) {
      object.location = add(object.location, times(DIRECTIONS[args.direction]!, args.distance));
    }
    if (args.angle !== undefined) {
      const turn = [0, 0, 0] as Vector;
      turn["xyz".indexOf(args.axis)] = args.angle;
      object.rotation = rotationOf(
        multiply(compose([0, 0, 0], turn, [1, 1, 1]), compose([0, 0, 0], object.rotation, [1, 1, 1])),
      );
    }
    if (args.factor !== undefined) object.scale = times(object.scale, args.factor);
    if (args.near !== undefined) putBeside(document, object, other(document, object, args.near), args);
    return { ...summaryOf(document, object), previous: { object: object.name, ...previous } };
  },

  duplicate_object({ document }, args) {
    const original = objectNamed(document, args.object);
    const names: string[] = [];
    const start = args.location ?? add(original.location, args.offset);
    for (let i = 0; i < args.count; i++) {
      const copy = addObject(document, { ...structuredClone(original), name: args.name ?? original.name });
      copy.location = add(start, times(args.offset, i));
      if (!args.linked && copy.mesh !== null) {
        const mesh = freeName(document.meshes, copy.name);
        document.meshes[mesh] = document.meshes[copy.mesh]!;
        copy.mesh = mesh;
      }
      names.push(copy.name);
    }
    return { ...summaryOf(document, objectNamed(document, names.at(-1)!)), names };
  },

  delete_object({ document }, args) {
    const gone = args.children ? familyOf(document, args.object) : [objectNamed(document, args.object)];
    for (const object of gone) removeObject(document, object);
    return { deleted: gone.map(({ name }) => name) };
  },

  clear_scene({ document }) {
    const gone = Object.keys(document.objects).map((name) => objectNamed(document, name));
    for (const object of gone) removeObject(document, object);
    return { deleted: gone.map(({ name }) => name) };
  },

  parent_object({ document }, args) {
    const object = objectNamed(document, args.object);
    const parent = args.parent === null ? undefined : objectNamed(document, args.parent);
    if (parent !== undefined && familyOf(document, object.name).includes(parent)) {
      throw new PatchbayError(
        "COMMAND_FAILED",
        `Cannot parent '${object.name}' to '${parent.name}': it would be its own ancestor`,
      );
    }
    const previous = { object: object.name, parent: object.parent, keep_transform: args.keep_transform };
    const before = worldMatrix(document, object);
    const local = compose(object.location, object.rotation, object.scale);
    object.parent = parent?.name ?? null;
    object.parentInverse = IDENTITY;
    if (args.keep_transform && parent === undefined) placeAt(object, before);
    else if (args.keep_transform && parent !== undefined) {
      object.parentInverse = multiply(multiply(invert(worldMatrix(document, parent)), before), invert(local));
    }
    return { ...summaryOf(document, object), previous };
  },

  get_object({ document }, args) {
    const object = objectNamed(document, args.object);
    const mesh = object.type === "mesh" ? meshOf(document, object) : undefined;
    const { light } = object;
    return {
      ...summaryOf(document, object),
      children: childrenOf(document, object.name).map(({ name }) => name),
      material_details: object.materials.map((name) => materialDetails(document, name)),
      modifiers: object.modifiers,
      keyframes: keyedFrames(object),
      mesh: mesh === undefined ? null : {
        vertices: mesh.vertices.length,
        edges: new Set(mesh.faces.flatMap(edgesOf)).size,
        faces: mesh.faces.length,
      },
      light: light === null ? null : { ...light, spot_angle: light.type === "spot" ? light.spot_angle : null },
      camera: object.focalLength === null
        ? null
        : { focal_length: object.focalLength, active: document.activeCamera === object.name },
      text: object.text,
      bounds: boundsOf(document, object),
    };
  },
};

function other(document: Document, object: SceneObject, name: string): SceneObject {
  if (name === object.name) throw invalid(`'${name}' cannot stand next to itself`, ["near"]);
  return objectNamed(document, name);
}

/** Puts an object into the scene under a free name. */
export function addObject(document: Document, object: SceneObject): SceneObject {
  const added = { ...object, name: freeName(document.objects, object.name) };
  document.objects[added.name] = added;
  return added;
}

/** Takes an object out; its children keep their place in the world. */
export function removeObject(document: Document, object: SceneObject): void {
  for (const child of childrenOf(document, object.name)) {
    const before = worldMatrix(document, child);
    child.parent = null;
    child.parentInverse = IDENTITY;
    placeAt(child, before);
  }
  delete document.objects[object.name];
  if (document.activeCamera === object.name) document.activeCamera = null;
}

function placeAt(object: SceneObject, matrix: readonly number[]): void {
  object.location = [matrix[3]!, matrix[7]!, matrix[11]!];
  object.rotation = rotationOf(matrix);
  object.scale = [0, 1, 2].map((i) => Math.hypot(matrix[i]!, matrix[4 + i]!, matrix[8 + i]!)) as Vector;
}

function rename(document: Document, object: SceneObject, wanted: string): void {
  const old = object.name;
  delete document.objects[old];
  object.name = freeName(document.objects, wanted);
  document.objects[object.name] = object;
  for (const child of childrenOf(document, old)) child.parent = object.name;
  if (document.activeCamera === old) document.activeCamera = object.name;
}

function edgesOf(face: readonly number[]): string[] {
  return face.map((from, i) => {
    const to = face[(i + 1) % face.length]!;
    return from < to ? `${from}-${to}` : `${to}-${from}`;
  });
}
