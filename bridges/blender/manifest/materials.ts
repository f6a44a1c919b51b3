/** Materials: the principled surface of an object. */
import { AssetRef, command } from "@patchbay/contracts";
import { z } from "zod";
import { Color } from "./colors.ts";
import { MaterialDetails, NewName, ObjectName } from "./values.ts";

const share = z.number().min(0).max(1);

const set_material = command({
  summary: "Changes how an object's surface looks; what is not named stays as it is.",
  args: z.strictObject({
    object: ObjectName,
    material: NewName.optional().describe(
      "the material to use, made if there is none of that name; else the object's own, which is copied first when others use it too",
    ),
    color: Color.optional(),
    metallic: share.optional().describe("0 is plastic or wood, 1 is metal"),
    roughness: share.optional().describe("0 is a mirror, 1 is chalk"),
    alpha: share.optional().describe("0 is invisible, 1 is solid"),
    transmission: share.optional().describe("0 is solid, 1 is glass"),
    emission_color: Color.optional().describe("the colour of its own light; else `color`"),
    emission_strength: z.number().min(0).max(1e6).optional().describe("how strongly it glows; 0 is not at all"),
    texture: AssetRef.optional().describe("an image that gives the colour"),
  }),
  /** `name` is the object's, so that "it" stays the object. */
  result: z.object({ name: ObjectName, material: MaterialDetails }),
  idempotent: true,
  phrases: [
    "(make|color|colour|paint|turn|dye) {object} {color}",
    "(give|assign) {object} [a|an|the] {color} (material|color|colour)",
    "(set|change) [the] (color|colour) of {object} to {color}",
    "(set|change) [the] material of {object} to {material}",
    "(give|assign) {object} [the] material {material}",
    { say: "make {object} (metallic|metal|shiny metal)", args: { metallic: 1, roughness: 0.25 } },
    { say: "make {object} {color} (metallic|metal)", args: { metallic: 1, roughness: 0.25 } },
    { say: "make {object} [more] (shiny|glossy)", args: { roughness: 0.1 } },
    { say: "make {object} [more] (rough|matte|matt)", args: { roughness: 0.9 } },
    { say: "make {object} (glass|transparent|see-through)", args: { transmission: 1, roughness: 0 } },
    { say: "make {object} (glow|glowing|emissive|shine)", args: { emission_strength: 5 } },
    { say: "make {object} (glow|shine) {emission_color}", args: { emission_strength: 5 } },
    "(set|change) [the] (metallic|metalness) of {object} to {metallic}",
    "(set|change) [the] roughness of {object} to {roughness}",
    "(set|change) [the] (alpha|opacity) of {object} to {alpha}",
    "(set|change) [the] emission [strength] of {object} to {emission_strength}",
    "texture {object} with {texture}",
    "(put|use|set) {texture} (on|as texture of|as the texture of) {object}",
  ],
});

export const materialCommands = { set_material };
