/** The exchange formats that the simulator reads and writes. */
import { PatchbayError } from "@patchbay/contracts";
import type { Document, SceneObject } from "../document.ts";
import { readGlb, readGltf, writeGlb, writeGltf } from "./gltf.ts";
import { readObj, writeObj } from "./obj.ts";
import { type Part, partsOf } from "./parts.ts";
import { readStl, writeStl } from "./stl.ts";

export const MEDIA_TYPES = {
  gltf: "model/gltf+json",
  glb: "model/gltf-binary",
  obj: "model/obj",
  stl: "model/stl",
} as const;

export type Format = keyof typeof MEDIA_TYPES;
export const READABLE: readonly string[] = Object.keys(MEDIA_TYPES);

export function isFormat(format: string): format is Format {
  return Object.hasOwn(MEDIA_TYPES, format);
}

export function exportScene(format: Format, document: Document, objects: readonly SceneObject[]): Uint8Array {
  const write = { gltf: writeGltf, glb: writeGlb, obj: writeObj, stl: writeStl }[format];
  return write(partsOf(document, objects));
}

/** @throws {PatchbayError} `COMMAND_FAILED` for a file that is not what its ending says */
export function importParts(format: Format, content: Uint8Array, name: string): Part[] {
  const title = name.replace(/\.[^.]*$/, "").slice(0, 63);
  const read = { gltf: readGltf, glb: readGlb, obj: readObj, stl: readStl }[format];
  try {
    return read(content, title);
  } catch (cause) {
    throw new PatchbayError("COMMAND_FAILED", `Cannot import '${name}': it is no ${format} file that can be read`, {
      cause,
    });
  }
}
