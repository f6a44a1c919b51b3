/** Materials: the principled surface of an object. */
import type { z } from "zod";
import type { MaterialDetails } from "../../manifest/values.ts";
import type { Handlers } from "../command_context.ts";
import { type Document, newMaterial, type SceneObject } from "../document.ts";
import { loadPicture, localFileOf } from "../files.ts";
import { find, freeName, objectOfType } from "../lookup.ts";
import { valuesBefore } from "../previous.ts";

export const materials: Handlers<"set_material"> = {
  async set_material({ document }, { object: name, material, texture, ...changes }) {
    const object = objectOfType(document, name, ["mesh", "curve", "text"]);
    const picture = texture === undefined ? undefined : await loadPicture(localFileOf(texture).path);
    const own = object.materials[0];
    const used = material === undefined ? ownMaterial(document, object) : namedMaterial(document, material);
    object.materials = [used, ...object.materials.slice(1)];
    const surface = find(document.materials, "material", used);
    const isBeyondArguments = used !== own || picture !== undefined ||
      (changes.color !== undefined && surface.texture !== null);
    const given = { ...changes, emission_color: changes.emission_color ?? changes.emission_strength };
    const previous = isBeyondArguments ? {} : { previous: { object: name, ...valuesBefore(surface, given) } };
    for (const [key, value] of Object.entries(changes)) {
      if (value !== undefined) Object.assign(surface, { [key]: value });
    }
    const glows = changes.emission_strength !== undefined && changes.emission_color === undefined;
    if (glows && changes.color !== undefined) surface.emission_color = changes.color;
    if (picture !== undefined && texture !== undefined) {
      surface.texture = freeName(document.images, texture.name);
      document.images[surface.texture] = picture;
    }
    return { name, material: materialDetails(document, used), ...previous };
  },
};

export function materialDetails(document: Document, name: string): z.infer<typeof MaterialDetails> {
  return { name, ...find(document.materials, "material", name) };
}

/** The object's first material: made where it has none, copied where others use it too. */
function ownMaterial(document: Document, object: SceneObject): string {
  const [present] = object.materials;
  if (present === undefined) return addMaterial(document, object.name, newMaterial());
  const shared = Object.values(document.objects).some((other) => other !== object && other.materials.includes(present));
  return shared
    ? addMaterial(document, present, structuredClone(find(document.materials, "material", present)))
    : present;
}

function namedMaterial(document: Document, name: string): string {
  return Object.hasOwn(document.materials, name) ? name : addMaterial(document, name, newMaterial());
}

function addMaterial(document: Document, wanted: string, material: ReturnType<typeof newMaterial>): string {
  const name = freeName(document.materials, wanted);
  document.materials[name] = material;
  return name;
}
