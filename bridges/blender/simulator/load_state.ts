/** A document that looks like a state which a real Blender has reported; what a state does not say is taken as new, and noted. */
import { someNames } from "@patchbay/bridge-kit";
import type { SceneState } from "../manifest/state.ts";
import type { ObjectSummary, Vector } from "../manifest/values.ts";
import { NEW_LIGHTS } from "./commands/lights.ts";
import { type Document, emptyDocument, type Mesh, newMaterial, newObject, type SceneObject } from "./document.ts";

export interface LoadedState {
  document: Document;
  /** What of the scene is not in the document, each in a sentence. */
  notes: string[];
}

export function documentOf(state: SceneState): LoadedState {
  const objects = Object.values(state.objects);
  const active = state.scenes.find((scene) => scene.active);
  const document: Document = {
    ...emptyDocument(),
    file: { ...state.file },
    scene: active?.name ?? "Scene",
    otherScenes: state.scenes.filter((scene) => scene !== active).map(({ name, objects }) => ({ name, objects })),
    objects: Object.fromEntries(objects.map((summary) => [summary.name, objectOf(summary)])),
    meshes: Object.fromEntries(objects.filter(hasExtent).map((summary) => [summary.name, boxOf(summary)])),
    materials: Object.fromEntries(objects.flatMap(({ materials }) => materials).map((name) => [name, newMaterial()])),
    collections: Object.fromEntries(Object.entries(state.collections).map(([name, { parent }]) => [name, { parent }])),
    timeline: { ...state.timeline },
    render: { ...state.render },
    activeCamera: state.active_camera,
  };
  return { document, notes: notesOn(objects, document) };
}

function objectOf(summary: ObjectSummary): SceneObject {
  const { name, type, location, rotation, scale, parent, collections, materials, visible } = summary;
  return {
    ...newObject(name, type),
    location,
    rotation,
    scale,
    parent,
    collections: [...collections],
    materials: [...materials],
    visible,
    mesh: hasExtent(summary) ? name : null,
    text: type === "text" ? "Text" : null,
    light: type === "light" ? newLight() : null,
    focalLength: type === "camera" ? 50 : null,
    partlyKnown: true,
  };
}

const newLight = () => ({
  type: "point" as const,
  energy: NEW_LIGHTS.point.energy,
  color: [1, 1, 1] as [number, number, number],
  size: NEW_LIGHTS.point.size,
  spot_angle: 45,
});

const hasExtent = ({ type, dimensions }: ObjectSummary) => type === "mesh" || dimensions.some((edge) => edge > 0);

/** As large as the object is, before its scale. */
function boxOf({ dimensions, scale }: ObjectSummary): Mesh {
  const half = dimensions.map((edge, i) => scale[i] === 0 ? 0 : edge / Math.abs(scale[i]!) / 2) as Vector;
  const corner = (i: number): Vector => [0, 1, 2].map((axis) => (i >> axis & 1 ? 1 : -1) * half[axis]!) as Vector;
  return { vertices: [0, 1, 2, 3, 4, 5, 6, 7].map(corner), faces: BOX_FACES };
}

/** Corners by their bits: x, y, z. Counter-clockwise seen from outside. */
const BOX_FACES = [[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]];

function notesOn(objects: readonly ObjectSummary[], { materials, otherScenes }: Document): string[] {
  const named = (...types: ObjectSummary["type"][]) =>
    objects.filter(({ type }) => types.includes(type)).map(({ name }) => name);
  const children = objects.filter(({ parent }) => parent !== null).map(({ name }) => name);
  const about: [string[], string][] = [
    [named("mesh", "curve"), "Shapes are not known: boxes of the same size stand for"],
    [named("light"), "Kind, energy and colour are not known: new point lights stand for"],
    [named("camera"), "The lens is not known: 50 mm is taken for"],
    [named("text"), "What they say is not known"],
    [named("armature", "other"), "The simulator only knows where they stand"],
    [Object.keys(materials), "Surfaces are not known: new materials stand for"],
    [children, "How they are held by their parents is not known, so that they may stand elsewhere"],
    [otherScenes.map(({ name }) => name), "Only the active scene is on the stage, without"],
  ];
  const notes = about.filter(([names]) => names.length > 0).map(([names, what]) => `${what}: ${someNames(names)}.`);
  return objects.length === 0 ? notes : [
    ...notes,
    "Modifiers and animation are not known: there are none, and new modifiers leave the dimensions as they are.",
  ];
}
