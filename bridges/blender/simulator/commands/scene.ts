/** The scene as a whole. */
import { PatchbayError } from "@patchbay/contracts";
import { blender } from "../../manifest.ts";
import { ObjectType } from "../../manifest/objects.ts";
import type { SceneState } from "../../manifest/state.ts";
import type { CommandContext, Handlers } from "../command_context.ts";
import { type Document, ROOT_COLLECTION } from "../document.ts";
import { checkCollection, find, freeName, objectNamed } from "../lookup.ts";
import { boundsOf, centerOf, summaryOf } from "../placement.ts";
import { aim, cameras } from "./cameras.ts";
import { lights } from "./lights.ts";
import { materials } from "./materials.ts";
import { objects, removeObject } from "./objects.ts";

export const scene: Handlers<
  "get_scene" | "create_collection" | "move_to_collection" | "apply_scene" | "list_assets"
> = {
  get_scene: ({ document }) => sceneState(document),

  create_collection({ document }, args) {
    if (args.parent !== undefined) checkCollection(document, args.parent);
    const name = freeName({ ...document.collections, [ROOT_COLLECTION]: true }, args.name);
    document.collections[name] = { parent: args.parent === ROOT_COLLECTION ? null : args.parent ?? null };
    return { name, parent: document.collections[name].parent, objects: [] };
  },

  move_to_collection({ document }, args) {
    const object = objectNamed(document, args.object);
    const [before, ...others] = object.collections;
    const isOne = before !== undefined && others.length === 0;
    const previous = isOne ? { previous: { object: object.name, collection: before } } : {};
    putInto(document, args.object, args.collection, args.create);
    return { ...summaryOf(document, object), ...previous };
  },

  async apply_scene(context, args) {
    const { document } = context;
    const created: string[] = [];
    const updated: string[] = [];
    for (const wanted of args.objects) {
      const isNew = !Object.hasOwn(document.objects, wanted.name);
      if (isNew) await makeObject(context, wanted);
      else find(document.objects, "object", wanted.name);
      (isNew ? created : updated).push(wanted.name);
      await changeObject(context, wanted, isNew);
    }
    for (const { name, parent, look_at } of args.objects) {
      if (parent !== undefined) await objects.parent_object(context, { object: name, parent, keep_transform: false });
      if (look_at !== undefined) aim(document, name, centerOf(boundsOf(document, objectNamed(document, look_at))));
    }
    const removed = args.remove.filter((name) => Object.hasOwn(document.objects, name));
    for (const name of removed) removeObject(document, objectNamed(document, name));
    if (args.active_camera !== undefined) await cameras.set_active_camera(context, { camera: args.active_camera });
    const present = [...new Set([...created, ...updated])].filter((name) => Object.hasOwn(document.objects, name));
    return {
      created,
      updated,
      removed,
      objects: present.map((name) => summaryOf(document, objectNamed(document, name))),
    };
  },

  list_assets({ document }, { kind }) {
    const wants = (what: typeof kind) => kind === "all" || kind === what;
    const all = Object.values(document.objects);
    return {
      materials: !wants("materials") ? [] : Object.entries(document.materials).map(([name, { color }]) => ({
        name,
        users: all.filter((object) => object.materials.includes(name)).length,
        color,
      })),
      meshes: !wants("meshes") ? [] : Object.entries(document.meshes).map(([name, { vertices }]) => ({
        name,
        users: all.filter(({ mesh }) => mesh === name).length,
        vertices: vertices.length,
      })),
      images: !wants("images") ? [] : Object.entries(document.images).map(([name, { width, height }]) => ({
        name,
        users: Object.values(document.materials).filter(({ texture }) => texture === name).length,
        width,
        height,
      })),
    };
  },
};

/** What `get_scene` answers and the bridge reports as its state. */
export function sceneState(document: Document): SceneState {
  const all = Object.values(document.objects);
  return {
    file: { ...document.file },
    scenes: [
      { name: document.scene, active: true, objects: all.length },
      ...document.otherScenes.map((scene) => ({ ...scene, active: false })),
    ],
    objects: Object.fromEntries(all.map((object) => [object.name, summaryOf(document, object)])),
    collections: Object.fromEntries(
      Object.entries(document.collections).map(([name, { parent }]) => [name, {
        parent,
        objects: all.filter(({ collections }) => collections.includes(name)).map((object) => object.name),
      }]),
    ),
    active_camera: document.activeCamera,
    timeline: { ...document.timeline },
    render: { ...document.render },
  };
}

export function putInto(document: Document, object: string, collection: string, create: boolean): void {
  const exists = collection === ROOT_COLLECTION || Object.hasOwn(document.collections, collection);
  if (!exists && create) document.collections[collection] = { parent: null };
  checkCollection(document, collection);
  objectNamed(document, object).collections = [collection];
}

type Wanted = ReturnType<typeof blender.commands.apply_scene.args.parse>["objects"][number];

const LIGHT_TYPES = { point_light: "point", sun_light: "sun", spot_light: "spot", area_light: "area" } as const;

async function makeObject(context: CommandContext, { name, type, size, text }: Wanted): Promise<void> {
  const { create_object, create_light, create_camera } = blender.commands;
  if (type === undefined) {
    throw new PatchbayError("NOT_FOUND", `There is no object '${name}', and no type to make it as`, {
      context: { kind: "object", name, available: Object.keys(context.document.objects) },
    });
  }
  if (type === "camera") await cameras.create_camera(context, create_camera.args.parse({ name, active: false }));
  else if (type in LIGHT_TYPES) {
    const kind = LIGHT_TYPES[type as keyof typeof LIGHT_TYPES];
    await lights.create_light(context, create_light.args.parse({ name, type: kind }));
  } else {await objects.create_object(
      context,
      create_object.args.parse({ name, type: ObjectType.parse(type), size, text }),
    );}
}

async function changeObject(context: CommandContext, wanted: Wanted, isNew: boolean): Promise<void> {
  const { transform_object, update_object, update_light, set_material } = blender.commands;
  const { name: object, location, rotation, scale, color, energy, visible, focal_length } = wanted;
  await objects.transform_object(context, transform_object.args.parse({ object, location, rotation, scale }));
  const text = isNew ? undefined : wanted.text;
  await objects.update_object(context, update_object.args.parse({ object, visible, focal_length, text }));
  const isLight = objectNamed(context.document, object).type === "light";
  if (energy !== undefined || (isLight && color !== undefined)) {
    await lights.update_light(context, update_light.args.parse({ object, energy, color }));
  }
  const { metallic, roughness, emission_strength } = wanted;
  const surface = { color: isLight ? undefined : color, metallic, roughness, emission_strength };
  if (Object.values(surface).some((value) => value !== undefined)) {
    await materials.set_material(context, set_material.args.parse({ object, ...surface }));
  }
  if (wanted.collection !== undefined) putInto(context.document, object, wanted.collection, true);
}
