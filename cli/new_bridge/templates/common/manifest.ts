/** What a lamp offers through Patchbay. Brightness goes from 0 to 1; a colour is `#rrggbb`. */
import { command, defineApp, query } from "@patchbay/contracts";
import { z } from "zod";

const Brightness = z.number().min(0).max(1).describe("0 to 1");
const Color = z.string().regex(/^#[0-9a-fA-F]{6}$/, "a colour like #ff8800").meta({ slot: "color" });

/** What the lamp looks like now. The bridge reports it whenever it changes. */
export const LampState = z.object({
  on: z.boolean(),
  brightness: Brightness.describe("0 to 1, also while it is off"),
  color: Color,
});
export type LampState = z.infer<typeof LampState>;

/** Every change answers what was there before: with that it can be taken back. */
const changed = <T extends z.ZodType>(value: T) => z.object({ now: value, before: value });

export const lampManifest = defineApp({
  app: "lamp",
  title: "Lamp",
  version: "0.1.0",
  state: LampState,
  commands: {
    get_state: query({
      summary: "Reads what the lamp looks like.",
      args: z.strictObject({}),
      result: LampState,
      phrases: ["(get|show|read) [the] lamp", "(what|how) is [the] lamp"],
    }),
    switch: command({
      summary: "Switches the lamp on or off.",
      args: z.strictObject({ on: z.boolean() }),
      result: changed(z.boolean()),
      idempotent: true,
      undo: { command: "switch", args: { on: { $ref: "result.before" } } },
      phrases: [
        { say: "(turn|switch) on [the] lamp", args: { on: true } },
        { say: "(turn|switch) [the] lamp on", args: { on: true } },
        { say: "(turn|switch) off [the] lamp", args: { on: false } },
        { say: "(turn|switch) [the] lamp off", args: { on: false } },
      ],
    }),
    set_brightness: command({
      summary: "Sets how bright the lamp is.",
      args: z.strictObject({ brightness: Brightness }),
      result: changed(Brightness),
      idempotent: true,
      undo: { command: "set_brightness", args: { brightness: { $ref: "result.before" } } },
      phrases: [
        "(dim|set) [the] lamp to {brightness}",
        "(set|change) [the] brightness of [the] lamp to {brightness}",
      ],
    }),
    set_color: command({
      summary: "Sets the colour of the lamp.",
      args: z.strictObject({ color: Color }),
      result: changed(Color),
      idempotent: true,
      undo: { command: "set_color", args: { color: { $ref: "result.before" } } },
      phrases: [
        "(make|turn|color|colour) [the] lamp {color}",
        "(set|change) [the] (color|colour) of [the] lamp to {color}",
      ],
    }),
  },
  events: {
    switched: {
      summary: "The lamp went on or off, whoever did it.",
      schema: z.object({ on: z.boolean() }),
    },
  },
  channels: {
    level: { summary: "The light that it gives: 0 to 1.", schema: z.number(), rateHz: 10 },
  },
});
