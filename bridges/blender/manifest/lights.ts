/** Lights, and the world that surrounds the scene. */
import { AssetRef, command, type Phrase } from "@patchbay/contracts";
import { z } from "zod";
import { Color, Rgb } from "./colors.ts";
import { MAKE } from "./objects.ts";
import {
  asAnswered,
  LightDetails,
  LightName,
  LightType,
  Location,
  NewName,
  ObjectName,
  ObjectSummary,
  PLACE,
  PREVIOUS,
  Previous,
  readsBack,
} from "./values.ts";

const energy = z.number().min(0).max(1e9).describe("watts; for a sun watts per square metre");
const size = z.number().min(0).max(1e4).describe(
  "radius or edge in metres (soft shadows); for a sun an angle in degrees",
);
const spotAngle = z.number().min(1).max(180).describe("the cone's full angle in degrees; spots only");

/** Of a tungsten lamp, and of the shade on a clear day. */
const WARM = "#ffd1a3";
const COOL = "#c9deff";

const POWER = "(energy|power|brightness|strength|intensity)";
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
    `${MAKE} ${what} (of|with) [a] ${POWER} [of] {energy} [watt|watts|w] ${WHERE}`,
    `${MAKE} ${what} ${WHERE} (of|with) {energy} (watt|watts|w)`,
    `${MAKE} {energy} (watt|watts|w) ${what} ${WHERE}`,
  ].map((say) => args ? { say, args } : say);

const ALL_OF_IT = "(everything|it all|the (scene|world|background|sky|surroundings|environment|image|picture|render))";

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
  inverse: { command: "delete_object", args: { object: { $ref: "result.name" } } },
  verify: readsBack("result.name", asAnswered(...PLACE, "light")),
  phrases: [
    ...making("[new] [{color}] {type} (light|lamp)"),
    ...making("[new] [{color}] (light|lamp)"),
    ...making("[new] [{color}] sun", { type: "sun" }),
    ...making("[new] [{color}] (spotlight|spot)", { type: "spot" }),
    ...making("[new] [{color}] softbox", { type: "area" }),
    ...making("[new] warm [{type}] (light|lamp)", { color: WARM }),
    ...making("[new] (cool|cold) [{type}] (light|lamp)", { color: COOL }),
    { say: "add [some] (lighting|illumination|daylight|sunlight)", args: { type: "sun" } },
    { say: "(light|illuminate) [up] (the scene|everything|it all)", args: { type: "sun" } },
    "(light|illuminate) [up] {above}",
    "(light|illuminate) {above} with [a|an] [{color}] {type} [light|lamp]",
    "(light|illuminate) {above} from above",
  ],
});

const update_light = command({
  summary: "Changes a light's kind, energy, colour, size or cone.",
  args: z.strictObject({
    object: LightName,
    type: LightType.optional(),
    energy: energy.optional(),
    factor: z.number().positive().max(1e6).optional().describe("multiplies its energy"),
    color: Color.optional(),
    size: size.optional(),
    spot_angle: spotAngle.optional(),
  }),
  result: LightSummary.extend({ previous: Previous }),
  inverse: { command: "update_light", args: PREVIOUS },
  verify: readsBack("args.object", asAnswered("light")),
  phrases: [
    `(set|change|turn) [the] ${POWER} of {object} to {energy} [watt|watts|w]`,
    `(set|change|turn) {object} ['s] ${POWER} to {energy} [watt|watts|w]`,
    `(set|change) [the] ${POWER} to {energy} [watt|watts|w]`,
    "(set|change|make|turn) {object} [to|with] {energy} (watt|watts|w)",
    "give {object} {energy} (watt|watts|w)",
    "(set|change) [the] [light] (color|colour) of {object} to {color}",
    "(set|change) {object} ['s] (color|colour) to {color}",
    "(make|color|colour|turn|tint) {object} {color}",
    "give {object} [a|an|the] {color} (color|colour|tint|light)",
    { say: "make {object} (warm|warmer)", args: { color: WARM } },
    { say: "give {object} [a] warm (color|colour|tint)", args: { color: WARM } },
    { say: "make {object} (cool|cooler|cold|colder)", args: { color: COOL } },
    { say: "give {object} [a] (cool|cold) (color|colour|tint)", args: { color: COOL } },
    "(set|change) [the] (cone|spot angle|spot size) of {object} to {spot_angle} [degrees|degree|deg]",
    "(turn|make|change) {object} [into] [a|an] {type} (light|lamp)",
    "make {object} {factor} times (brighter|as bright)",
    { say: "make {object} (brighter|stronger)", args: { factor: 2 } },
    { say: "make {object} (a bit|a little|slightly) (brighter|stronger)", args: { factor: 1.5 } },
    { say: "make {object} (much|a lot) (brighter|stronger)", args: { factor: 4 } },
    { say: "make {object} twice as (bright|strong)", args: { factor: 2 } },
    { say: "(brighten|brighten up|turn up) {object}", args: { factor: 2 } },
    { say: "turn {object} up", args: { factor: 2 } },
    { say: `(increase|raise|double) [the] ${POWER} of {object}`, args: { factor: 2 } },
    { say: `(increase|raise|double) {object} ['s] ${POWER}`, args: { factor: 2 } },
    { say: "make {object} (dimmer|darker|weaker)", args: { factor: 0.5 } },
    { say: "make {object} (a bit|a little|slightly) (dimmer|darker|weaker)", args: { factor: 0.7 } },
    { say: "make {object} (much|a lot) (dimmer|darker|weaker)", args: { factor: 0.25 } },
    { say: "make {object} half as (bright|strong)", args: { factor: 0.5 } },
    { say: "(dim|turn down) {object}", args: { factor: 0.5 } },
    { say: "turn {object} down", args: { factor: 0.5 } },
    { say: `(decrease|reduce|lower|halve) [the] ${POWER} of {object}`, args: { factor: 0.5 } },
    { say: `(decrease|reduce|lower|halve) {object} ['s] ${POWER}`, args: { factor: 0.5 } },
  ],
});

const set_world = command({
  summary: "Changes the light and the background that surround the scene: a colour, a strength, an image of the sky.",
  args: z.strictObject({
    color: Color.optional(),
    strength: z.number().min(0).max(1e4).optional(),
    factor: z.number().positive().max(1e4).optional().describe("multiplies the strength"),
    image: AssetRef.optional().describe("an equirectangular picture of the surroundings (HDRI)"),
  }),
  result: z.object({ color: Rgb, strength: z.number(), image: z.string().nullable(), previous: Previous }),
  idempotent: true,
  inverse: { command: "set_world", args: PREVIOUS },
  phrases: [
    "(set|change) [the] (world|background|sky) [color|colour] to {color}",
    "make [the] (world|background|sky) {color}",
    "(set|change) [the] (world|background|sky|ambient) [light] (strength|brightness) to {strength}",
    "(use|set) {image} as [the] (world|background|sky|environment|hdri)",
    "[a|with a] {color} (world|background|sky)",
    { say: `make ${ALL_OF_IT} (brighter|lighter)`, args: { factor: 2 } },
    { say: `make ${ALL_OF_IT} (a bit|a little|slightly) (brighter|lighter)`, args: { factor: 1.5 } },
    { say: `make ${ALL_OF_IT} (darker|dimmer)`, args: { factor: 0.5 } },
    { say: `make ${ALL_OF_IT} (a bit|a little|slightly) (darker|dimmer)`, args: { factor: 0.7 } },
    { say: `(brighten|brighten up) ${ALL_OF_IT}`, args: { factor: 2 } },
    { say: `darken ${ALL_OF_IT}`, args: { factor: 0.5 } },
  ],
});

export const lightCommands = { create_light, update_light, set_world };
