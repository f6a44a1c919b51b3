/** The simulator's file: its document as JSON. It is no file of the real Blender, and says so. */
import { BEYOND_SIMULATOR } from "@patchbay/bridge-kit";
import { PatchbayError } from "@patchbay/contracts";
import { z } from "zod";
import { type Document, emptyDocument } from "./document.ts";

const FORMAT = "patchbay-blender-simulator";

const Saved = z.looseObject({
  format: z.literal(FORMAT),
  v: z.literal(1),
  document: z.looseObject({
    objects: z.record(z.string(), z.looseObject({ name: z.string(), type: z.string() })),
    meshes: z.record(z.string(), z.unknown()),
    materials: z.record(z.string(), z.unknown()),
    timeline: z.looseObject({ current: z.number() }),
  }),
});

export function writeDocument(document: Document): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ format: FORMAT, v: 1, document }));
}

/** @throws {PatchbayError} `COMMAND_FAILED` for anything that the simulator has not written */
export function readDocument(content: Uint8Array, name: string): Document {
  try {
    const { document } = Saved.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content)));
    // written by this module from a Document, as its format and version say
    return { ...emptyDocument(), ...document as unknown as Document, file: { name, dirty: false } };
  } catch (cause) {
    throw new PatchbayError("COMMAND_FAILED", `Cannot open '${name}': the simulator did not write it`, {
      cause,
      remedy: "A real .blend file needs a real Blender.",
      context: BEYOND_SIMULATOR,
    });
  }
}
