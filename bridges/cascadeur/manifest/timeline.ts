/** The timeline: how long the animation is, what of it is played, and which frame is shown. */
import { command, query, type Verification } from "@patchbay/contracts";
import { z } from "zod";
import { Frame, Timeline, where } from "./values.ts";

const Changed = Timeline.extend({ previous: Timeline });
const Selected = z.object({ tracks: z.array(z.string()), start: z.number().int(), end: z.number().int() });
const backToRange = { start: { $ref: "result.previous.start" }, end: { $ref: "result.previous.end" } };

const timelineReads = (...fields: ("start" | "end" | "frames")[]): Verification => ({
  command: "get_timeline",
  expect: Object.fromEntries(fields.map((field) => [`/${field}`, { $ref: `result.${field}` }])),
});

const get_timeline = query({
  summary: "Says which frame is shown, what is played, and how long the animation is.",
  args: z.strictObject({}),
  result: Timeline,
  phrases: ["(get|show) [the] timeline", "how long is the animation"],
});

const set_frame_range = command({
  summary: "Sets the frames that are played, and makes the animation long enough for them.",
  args: z.strictObject({
    start: Frame.default(0),
    end: Frame,
    frames: z.number().int().min(1).max(100_001).optional().describe(
      "how many frames the animation shall have; else no fewer than now",
    ),
  }),
  result: Changed,
  idempotent: true,
  verify: timelineReads("start", "end", "frames"),
  undo: { command: "set_frame_range", args: { ...backToRange, frames: { $ref: "result.previous.frames" } } },
  phrases: [
    "(set|change) [the] (frame range|range|timeline) [from|to] {start} (to|-|through) {end}",
    "make [it|the animation] {frames} frames long [up to {end}]",
  ],
});

const set_play_range = command({
  summary: "Sets which frames of the animation are played.",
  args: z.strictObject({ start: Frame.default(0), end: Frame }),
  result: Changed,
  idempotent: true,
  verify: timelineReads("start", "end"),
  undo: { command: "set_play_range", args: backToRange },
  phrases: ["(set|change) [the] play range [from|to] {start} (to|-|through) {end}", "play [from] {start} to {end}"],
});

const set_current_frame = command({
  summary: "Shows a frame.",
  args: z.strictObject({ frame: Frame }),
  result: Changed,
  idempotent: true,
  undo: { command: "set_current_frame", args: { frame: { $ref: "result.previous.current" } } },
  phrases: ["(go|jump|move) to frame {frame}", "(set|change) [the] current frame to {frame}"],
});

const get_interval = query({
  summary: "Says which frames of which tracks are selected on the timeline.",
  args: z.strictObject({}),
  result: Selected,
  phrases: ["(which|what) (frames|interval) (are|is) selected", "(get|show) [the] selected (frames|interval)"],
});

const select_interval = command({
  summary: "Selects frames on the timeline: what many of Cascadeur's actions work on.",
  args: z.strictObject({
    start: Frame.default(0),
    end: Frame,
    ...where,
    tracks: where.tracks.describe("these tracks, or none if the list is empty; without tracks and objects, all tracks"),
  }),
  result: Selected.extend({ previous: Selected }),
  idempotent: true,
  verify: {
    command: "get_interval",
    expect: { "/start": { $ref: "result.start" }, "/end": { $ref: "result.end" } },
  },
  undo: {
    command: "select_interval",
    args: { ...backToRange, tracks: { $ref: "result.previous.tracks" } },
  },
  phrases: ["select [the] (frames|interval) [from] {start} to {end}"],
});

export const timelineCommands = {
  get_timeline,
  set_frame_range,
  set_play_range,
  set_current_frame,
  get_interval,
  select_interval,
};
