/** Ramps over beats, played by the bridge; and properties that are listened to. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { clipAddress, DeviceRef, ParameterRef, SceneRef, TrackRef } from "./values.ts";

export const Ramp = z.object({
  id: z.string(),
  target: z.string().describe("what moves: Bass / Auto Filter / Frequency"),
  from: z.number(),
  to: z.number(),
  beats: z.number(),
  status: z.enum(["running", "finished", "stopped", "failed"]),
  progress: z.number().describe("0 to 1"),
  reason: z.string().nullable(),
});
export type Ramp = z.infer<typeof Ramp>;

const automate_parameter = command({
  summary:
    "Moves a parameter, volume, pan or send over beats. The bridge plays the ramp by Live's tempo, about ten steps a second; it is no automation in the set.",
  args: z.strictObject({
    track: TrackRef,
    device: DeviceRef.optional().describe("without it: a part of the mixer"),
    parameter: z.union([ParameterRef, z.enum(["volume", "pan"])]).describe(
      "a parameter of the device; without a device volume, pan, or 'send 1'",
    ),
    from: z.number().optional().describe("else from where it is"),
    to: z.number(),
    beats: z.number().min(0.25).max(4_096),
    curve: z.enum(["linear", "ease_in", "ease_out", "ease_in_out"]).default("linear"),
    quantize: z.enum(["now", "beat", "bar"]).default("now").describe("when it begins, while the song plays"),
  }),
  result: Ramp,
  undo: { command: "stop_automation", args: { id: { $ref: "result.id" }, restore: true } },
  phrases: [
    "(ramp|automate|move|fade) [the] {parameter} of [the] {device} on [the] [track] {track} to {to} over {beats} beats",
    {
      say: "(fade|ramp) [the] volume of [the] [track] {track} to {to} over {beats} beats",
      args: { parameter: "volume" },
    },
    { say: "fade out [the] [track] {track} over {beats} beats", args: { parameter: "volume", to: 0 } },
  ],
});

const stop_automation = command({
  summary: "Ends a ramp where it is, or gives back the value from before it.",
  args: z.strictObject({ id: z.string().min(1).max(100), restore: z.boolean().default(false) }),
  result: Ramp,
  idempotent: true,
  undo: "none",
  phrases: ["stop [the] automation {id}"],
});

const list_automations = query({
  summary: "Lists the ramps that run, and the last ones that ran.",
  args: z.strictObject({}),
  result: z.object({ automations: z.array(Ramp) }),
  phrases: ["(list|show) [the] automations"],
});

const LISTENED = ["song", "track", "clip", "scene", "parameter"] as const;

const listen = command({
  summary: "Lets a property of Live appear on the channel `listened`, whenever it changes.",
  args: z.strictObject({
    of: z.enum(LISTENED),
    track: TrackRef.optional(),
    clip: clipAddress.clip.optional(),
    scene: SceneRef.optional(),
    device: DeviceRef.optional(),
    property: z.union([z.string().regex(/^[a-z_]+$/).max(60), ParameterRef]).describe(
      "as AbletonOSC calls it: groove_amount, output_meter_left; or a parameter of the device",
    ),
    as: z.string().regex(/^[A-Za-z0-9_-]{1,60}$/).describe("the key on the channel"),
  }),
  result: z.object({
    as: z.string(),
    address: z.string(),
    value: z.union([z.number(), z.string(), z.boolean(), z.null()]),
  }),
  idempotent: true,
  undo: { command: "unlisten", args: { as: { $ref: "result.as" } } },
});

const unlisten = command({
  summary: "Ends what listen began.",
  args: z.strictObject({ as: z.string().min(1).max(60) }),
  result: z.object({ as: z.string(), was_listened: z.boolean() }),
  idempotent: true,
  undo: "none",
  phrases: ["(stop listening|unlisten) to {as}"],
});

export const automationCommands = { automate_parameter, stop_automation, list_automations, listen, unlisten };
