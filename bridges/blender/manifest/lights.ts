/** Lights, and the world that surrounds the scene. */
import { AssetRef, command, type Phrase } from "@patchbay/contracts";
import { z } from "zod";
import { Color, Rgb } from "./colors.ts";
import { MAKE } from "./objects.ts";
import { LightDetails, LightType, Location, NewName, ObjectName, ObjectSummary } from "./values.ts";

const energy = z.number().min(0).max(1e9).describe("watts; for a sun watts per square metre");
const size = z.number().min(0).max(1e4).describe(
  "radius or edge in metres (soft shadows); for a sun an angle in degrees",
);
const spotAngle = z.number().min(1).max(180).describe("the cone's full angle in degrees; spots only");

const CALLED = "[(named|called) {name}]";
const WHERE = "[at {location}]";
const ABOVE = "(above|over) {above}";
const AIMED = "[(pointing|aimed|pointed|shining|facing) (at|on) {target}]";

const making = (what: string, args?: Record<string, unknown>): Phrase[] =>
  [
    `${MAKE} ${what} ${CALLED} ${WHERE} ${AIMED}`,
    `${MAKE} ${what} ${WHERE} ${CALLED}`,
    `${MAKE} ${what} ${CALLED} ${ABOVE}`,
    `${MAKE} ${what} {distance} [m|metre|metres|meter|meters] ${ABOVE}`,
    `${MAKE} ${what} (of|with) {energy} (watt|watts|w) ${WHERE}`,
    `${MAKE} ${what} ${WHERE} (of|with) {energy} (watt|watts|w)`,
    `${MAKE} {energy} (watt|watts|w) ${what} ${WHERE}`,
  ].map((say) => args ? { say, args } : say);

const LightSummary = ObjectSummary.extend({ light: LightDetails });

const create_light = command({
  summary: "Adds a light, at a place or above an object, aimed at what it shall light.",
  args: z.strictObject({
    type: LightType.default("point"),
    name: NewName.optional(),
    location: Location.optional().describe(
      "where it stands; else `distance` above `above`, else above the origin",
    ),
    above: ObjectName.optional().describe(
      "stands over this object, a little to its front and right so that its sides show, and is aimed at it",
    ),
    distance: z.number().positive().max(1e5).default(4).describe("how far over the top of `above`, in metres"),
    target: ObjectName.optional().describe("aimed at the middle of this object; else at `above`, else downwards"),
    energy: energy.optional().describe("watts, default 1000 (area 500); for a sun watts per square metre, default 3"),
    color: Color.default([1, 1, 1]),
    size: size.optional(),
    spot_angle: spotAngle.optional(),
  }),
  result: LightSummary,
  phrases: [
    ...making("[new] [{color}] {type} (light|lamp)"),
    ...making("[new] [{color}] (light|lamp)"),
    ...making("[new] [{color}] sun", { type: "sun" }),
    ...making("[new] [{color}] (spotlight|spot)", { type: "spot" }),
    ...making("[new] [{color}] softbox", { type: "area" }),
    "(light|illuminate) {above} with [a|an] [{color}] {type} [light|lamp]",
    "(light|illuminate) {above} from above",
  ],
});

const update_light = command({
  summary: "Changes a light's kind, energy, colour, size or cone.",
  args: z.strictObject({
    object: ObjectName.describe("the light"),
    type: LightType.optional(),
    energy: energy.optional(),
    factor: z.number().positive().max(1e6).optional().describe("multiplies its energy"),
    color: Color.optional(),
    size: size.optional(),
    spot_angle: spotAngle.optional(),
  }),
  result: LightSummary,
  phrases: [
    "(set|change) [the] (energy|power|brightness|strength|intensity) of {object} to {energy} [watt|watts|w]",
    "(set|change) {object} to {energy} (watt|watts|w)",
    "(set|change) [the] light (color|colour) of {object} to {color}",
    "(turn|make|change) {object} [into] [a|an] {type} (light|lamp)",
    "make {object} {factor} times (brighter|as bright)",
    { say: "make {object} brighter", args: { factor: 2 } },
    { say: "make {object} (dimmer|darker)", args: { factor: 0.5 } },
  ],
});

const set_world = command({
  summary: "Changes the light and the background that surround the scene: a colour, a strength, an image of the sky.",
  args: z.strictObject({
    color: Color.optional(),
    strength: z.number().min(0).max(1e4).optional(),
    image: AssetRef.optional().describe("an equirectangular picture of the surroundings (HDRI)"),
  }),
  result: z.object({ color: Rgb, strength: z.number(), image: z.string().nullable() }),
  idempotent: true,
  phrases: [
    "(set|change) [the] (world|background|sky) [color|colour] to {color}",
    "make [the] (world|background|sky) {color}",
    "(set|change) [the] (world|background|sky|ambient) [light] (strength|brightness) to {strength}",
    "(use|set) {image} as [the] (world|background|sky|environment|hdri)",
    "[a|with a] {color} (world|background|sky)",
  ],
});

export const lightCommands = { create_light, update_light, set_world };
