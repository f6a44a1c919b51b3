/** Materials: the principled surface of an object. */
import { AssetRef, command } from "@patchbay/contracts";
import { z } from "zod";
import { Color } from "./colors.ts";
import { MaterialDetails, NewName, ObjectName, PREVIOUS, Previous, SurfaceName } from "./values.ts";

const share = z.number().min(0).max(1);

const set_material = command({
  summary: "Changes how an object's surface looks; what is not named stays as it is.",
  args: z.strictObject({
    object: SurfaceName,
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
  result: z.object({ name: ObjectName, material: MaterialDetails, previous: Previous }),
  idempotent: true,
  inverse: { command: "set_material", args: PREVIOUS },
  phrases: [
    "(make|color|colour|paint|turn|dye) {object} {color}",
    "(give|assign) {object} [a|an|the] {color} (material|color|colour)",
    "make {object} [a|an] {color} (color|colour)",
    "(set|change) [the] (color|colour) of {object} to {color}",
    "(set|change|make) {object} ['s] (color|colour) [to] {color}",
    "(set|change) [the] (color|colour) to {color}",
    "(set|change) [the] material of {object} to {material}",
    "(give|assign) {object} [the] material {material}",
    { say: "make {object} (metallic|metal|shiny metal)", args: { metallic: 1, roughness: 0.25 } },
    { say: "make {object} {color} (metallic|metal)", args: { metallic: 1, roughness: 0.25 } },
    { say: "make {object} (metallic|metal) {color}", args: { metallic: 1, roughness: 0.25 } },
    {
      say: "make {object} ((look like|of|out of|from)|solid) gold",
      args: { color: "#ffc356", metallic: 1, roughness: 0.25 },
    },
    {
      say: "make {object} ((look like|of|out of|from)|solid) silver",
      args: { color: "#f4f4f4", metallic: 1, roughness: 0.25 },
    },
    {
      say: "make {object} [look like|of|out of|from] copper",
      args: { color: "#f2a285", metallic: 1, roughness: 0.25 },
    },
    {
      say: "make {object} [look like|of|out of|from|a] (chrome|mirror|reflective|mirror-like)",
      args: { metallic: 1, roughness: 0.03 },
    },
    { say: "make {object} [more] (shiny|glossy)", args: { roughness: 0.1 } },
    { say: "make {object} [a] (shiny|glossy) {color}", args: { roughness: 0.1 } },
    { say: "make {object} {color} (shiny|glossy)", args: { roughness: 0.1 } },
    { say: "make {object} [more] (rough|matte|matt)", args: { roughness: 0.9 } },
    { say: "make {object} [a] (rough|matte|matt) {color}", args: { roughness: 0.9 } },
    {
      say: "make {object} [look like|of|out of|from] (glass|glassy|transparent|see-through)",
      args: { transmission: 1, roughness: 0 },
    },
    { say: "make {object} (half transparent|semi-transparent|translucent)", args: { alpha: 0.5 } },
    { say: "make {object} (glow|glowing|emissive|shine|emit light)", args: { emission_strength: 2 } },
    { say: "make {object} (glow|shine) [in] {emission_color}", args: { emission_strength: 2 } },
    { say: "make {object} stop (glowing|shining)", args: { emission_strength: 0 } },
    {
      say: "give {object} [a|an] [{color}] (shiny|glossy) [{color}] (material|surface|finish|look)",
      args: { roughness: 0.1 },
    },
    {
      say: "give {object} [a|an] [{color}] (metallic|metal) [{color}] (material|surface|finish|look)",
      args: { metallic: 1, roughness: 0.25 },
    },
    {
      say: "give {object} [a|an] [{color}] glass [{color}] (material|surface|finish|look)",
      args: { transmission: 1, roughness: 0 },
    },
    {
      say: "give {object} [a|an] [{color}] glowing [{color}] (material|surface|finish|look)",
      args: { emission_strength: 2 },
    },
    "(set|change) [the] (metallic|metalness) of {object} to {metallic}",
    "(set|change) [the] roughness of {object} to {roughness}",
    "(set|change|make) {object} ['s] (metallic|metalness) [to] {metallic}",
    "(set|change|make) {object} ['s] roughness [to] {roughness}",
    "(set|change|make) {object} ['s] (alpha|opacity) [to] {alpha}",
    "(set|change) [the] (alpha|opacity) of {object} to {alpha}",
    "(set|change) [the] emission [strength] of {object} to {emission_strength}",
    "texture {object} with {texture}",
    "(put|use|set) {texture} (on|as texture of|as the texture of) {object}",
  ],
});

export const materialCommands = { set_material };
