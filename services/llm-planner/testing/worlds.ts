/** Small applications for the planner's own tests. */
import {
  AssetRef,
  command,
  defineApp,
  type ManifestDocument,
  manifestDocument,
  newId,
  type Presence,
  query,
} from "@patchbay/contracts";
import { z } from "zod";
import type { World } from "../provider.ts";

const Name = z.string().min(1).max(63);
const ThingName = Name.meta({ slot: "object" });
const NewName = Name.meta({ slot: "name" });
const number = z.number().min(-1000).max(1000);
const Place = z.tuple([number, number, number]);
const Thing = z.object({ name: ThingName, type: z.string(), location: Place });

/** Makes, moves and draws things: everything that the phrases' slots can hold. */
export const workshop = defineApp({
  app: "workshop",
  title: "The Workshop",
  version: "1.0.0",
  state: z.object({ things: z.record(z.string(), Thing), active_thing: Name.nullable() }),
  commands: {
    create_thing: command({
      summary: "Makes a thing.",
      args: z.strictObject({
        type: z.enum(["ball", "box", "tall_box", "lamp"]),
        name: NewName.optional(),
        location: Place.optional(),
        color: z.string().regex(/^#[0-9a-f]{6}$/).meta({ slot: "color" }).optional(),
        above: ThingName.optional(),
      }),
      result: Thing,
      phrases: [
        "(add|make) [a|an] [{color}] {type} [named {name}] [at {location}]",
        "(add|make) [a|an] [{color}] {type} [named {name}] above {above}",
      ],
    }),
    move_thing: command({
      summary: "Moves a thing.",
      args: z.strictObject({ thing: ThingName, to: Place, turn: z.number().optional().describe("degrees") }),
      result: Thing,
      idempotent: true,
      phrases: ["(move|put) {thing} (to|at) {to}", "move {thing} to {to} and turn it [by] {turn}"],
    }),
    paint_thing: command({
      summary: "Paints a thing.",
      args: z.strictObject({
        thing: ThingName,
        color: z.tuple([z.number(), z.number(), z.number()]).meta({ slot: "color" }),
      }),
      result: Thing,
      phrases: ["(paint|make) {thing} {color}"],
    }),
    copy_thing: command({
      summary: "Copies a thing.",
      args: z.strictObject({ thing: ThingName, name: NewName.optional() }),
      result: Thing,
      phrases: ["copy {thing} [as {name}]"],
    }),
    remove_things: command({
      summary: "Removes things.",
      args: z.strictObject({ things: z.array(ThingName).min(1) }),
      result: z.object({ removed: z.number() }),
      effect: "destructive",
      phrases: ["(remove|delete) {things}"],
    }),
    draw: command({
      summary: "Draws a picture.",
      args: z.strictObject({
        width: z.number().int().min(1).max(10_000).optional(),
        height: z.number().int().min(1).max(10_000).optional(),
        share: z.number().min(0).max(1).optional(),
      }),
      result: z.object({ image: AssetRef }),
      phrases: ["draw [it|everything] [at {width} (x|by) {height}]", "draw {share} of it"],
    }),
    frame_picture: command({
      summary: "Puts a frame around a picture.",
      args: z.strictObject({ picture: AssetRef }),
      result: z.object({ image: AssetRef }),
      phrases: ["frame {picture}"],
    }),
    write: command({
      summary: "Writes words on the wall.",
      args: z.strictObject({ words: z.string().meta({ slot: "text" }) }),
      result: z.object({}),
      phrases: ["write {words}"],
    }),
    light: command({
      summary: "Switches the light.",
      args: z.strictObject({ on: z.boolean() }),
      result: z.object({}),
      phrases: ["turn the light {on}", { say: "lights out", args: { on: false } }],
    }),
    look: query({
      summary: "What there is.",
      args: z.strictObject({}),
      result: z.object({}),
      phrases: ["what is there"],
    }),
    play: command({ summary: "Plays.", args: z.strictObject({}), result: z.object({}), phrases: ["play"] }),
  },
});

/** Another application, which can also play. */
export const mixer = defineApp({
  app: "mixer",
  title: "Mixer",
  version: "1.0.0",
  state: z.object({}),
  commands: {
    play: command({ summary: "Plays.", args: z.strictObject({}), result: z.object({}), phrases: ["play"] }),
    set_tempo: command({
      summary: "Sets the tempo.",
      args: z.strictObject({ bpm: z.number().min(20).max(999), fade: z.number().describe("milliseconds").optional() }),
      result: z.object({}),
      phrases: ["set the tempo to {bpm} [bpm] [over {fade}]"],
    }),
    load: command({
      summary: "Loads a file.",
      args: z.strictObject({ file: AssetRef }),
      result: z.object({}),
      phrases: ["load {file}"],
    }),
  },
});

export function presenceOf(app: string, bridge: string, more: Partial<Presence> = {}): Presence {
  return {
    app,
    bridge,
    instance: newId(),
    status: "idle",
    reason: "waits",
    title: app,
    host: "here",
    pid: 1,
    startedAt: 1,
    bridgeVersion: "0.1.0",
    simulated: false,
    allowCode: false,
    queued: 0,
    ...more,
  };
}

const thing = (name: string, type: string) => ({ name, type, location: [0, 0, 0] });

/** What stands in the workshop. */
export const workshopState = {
  things: {
    Crate: thing("Crate", "box"),
    "Crate.001": thing("Crate.001", "box"),
    "Salt and Pepper": thing("Salt and Pepper", "tall_box"),
    Globe: thing("Globe", "ball"),
  },
  active_thing: null,
};

export const manifests: ManifestDocument[] = [workshop, mixer].map((app) => manifestDocument(app));

/** The workshop with its things, at the bridge `ws-01`; the mixer known, but not here. */
export const world: World = {
  manifests,
  presence: [presenceOf("workshop", "ws-01")],
  states: [{ app: "workshop", bridge: "ws-01", state: workshopState }],
};
