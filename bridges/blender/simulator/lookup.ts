/** Finding things by name, and finding names for new things. */
import { PatchbayError } from "@patchbay/contracts";
import { type Document, ROOT_COLLECTION, type SceneObject } from "./document.ts";

/** @throws {PatchbayError} `NOT_FOUND` with what exists instead */
export function objectNamed(document: Document, name: string): SceneObject {
  return find(document.objects, "object", name);
}

/**
 * An object of one of these types.
 * @param argument where the name stands in the arguments
 * @throws {PatchbayError} `NOT_FOUND` for no such object, `INVALID_ARGUMENTS` for one of another type
 */
export function objectOfType(
  document: Document,
  name: string,
  types: readonly SceneObject["type"][],
  argument = "object",
): SceneObject {
  const object = objectNamed(document, name);
  if (types.includes(object.type)) return object;
  const available = Object.values(document.objects).filter(({ type }) => types.includes(type)).map(({ name }) => name);
  throw invalid(`'${name}' is no ${types.join(" or ")} but a ${object.type}`, [argument], { available });
}

/** An argument that fits its schema, and not the scene. */
export function invalid(
  message: string,
  path: (string | number)[],
  context: Record<string, unknown> = {},
): PatchbayError {
  return PatchbayError.of("INVALID_ARGUMENTS", `${path.join(".")}: ${message}`, {
    issues: [{ path, message }],
    context,
  });
}

/** @throws {PatchbayError} `NOT_FOUND` with the collections that exist instead */
export function checkCollection(document: Document, name: string): void {
  if (name !== ROOT_COLLECTION) find(document.collections, "collection", name);
}

/** @throws {PatchbayError} `NOT_FOUND` */
export function find<T>(things: Record<string, T>, kind: string, name: string): T {
  const thing = Object.hasOwn(things, name) ? things[name] : undefined;
  if (thing !== undefined) return thing;
  throw new PatchbayError("NOT_FOUND", `There is no ${kind} '${name}'`, {
    context: { kind, name, available: Object.keys(things).slice(0, 100) },
  });
}

/** The name, or where it is taken the name with `.001`, `.002`, …: as Blender does it. */
export function freeName(taken: Record<string, unknown>, wanted: string): string {
  if (!Object.hasOwn(taken, wanted)) return wanted;
  const base = wanted.replace(/\.\d{3}$/, "").slice(0, 59);
  for (let i = 1;; i++) {
    const name = `${base}.${String(i).padStart(3, "0")}`;
    if (!Object.hasOwn(taken, name)) return name;
  }
}

/** The objects directly below one. */
export function childrenOf(document: Document, name: string): SceneObject[] {
  return Object.values(document.objects).filter(({ parent }) => parent === name);
}

/** The object with everything below it. */
export function familyOf(document: Document, name: string): SceneObject[] {
  return [
    objectNamed(document, name),
    ...childrenOf(document, name).flatMap((child) => familyOf(document, child.name)),
  ];
}
