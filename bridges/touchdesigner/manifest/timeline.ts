/** The timeline, and saving the project. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";

const Frame = z.number().int().min(-1_000_000).max(10_000_000);
const rate = z.number().positive().max(1_000).describe("frames a second");
const tempo = z.number().min(1).max(999).describe("beats a minute");
const Range = z.tuple([Frame, Frame]).describe("the first and last frame that is played");

/** What does not change while it plays. */
export const TimelineSettings = z.object({
  playing: z.boolean(),
  rate,
  start: Frame,
  end: Frame,
  range: z.array(Frame).length(2),
  loop: z.boolean(),
  tempo,
});

const Timeline = TimelineSettings.extend({ frame: z.number() });

/** The channel `timeline`. */
export const TimelinePosition = z.object({
  frame: z.number(),
  seconds: z.number(),
  beat: z.number().describe("since the first frame, by the tempo"),
  playing: z.boolean(),
});

const get_timeline = query({
  summary: "Where the timeline is, whether it plays, its range, rate and tempo.",
  args: z.strictObject({}),
  result: TimelineSettings.extend(TimelinePosition.shape),
  phrases: [
    "(where|what) is the (timeline|playhead)",
    "(get|show) [me] the timeline",
    "what (frame|time) is it",
    "is it playing",
  ],
});

const set_timeline = command({
  summary: "Plays, stops or moves the timeline, or changes its range, rate, loop and tempo.",
  args: z.strictObject({
    playing: z.boolean().optional(),
    frame: z.number().min(-1_000_000).max(10_000_000).optional(),
    rate: rate.optional(),
    start: Frame.optional(),
    end: Frame.optional(),
    range: Range.optional(),
    loop: z.boolean().optional(),
    tempo: tempo.optional(),
  }),
  result: Timeline.extend({ previous: Timeline }),
  idempotent: true,
  undo: {
    command: "set_timeline",
    args: {
      playing: { $ref: "result.previous.playing" },
      frame: { $ref: "result.previous.frame" },
      rate: { $ref: "result.previous.rate" },
      start: { $ref: "result.previous.start" },
      end: { $ref: "result.previous.end" },
      range: { $ref: "result.previous.range" },
      loop: { $ref: "result.previous.loop" },
      tempo: { $ref: "result.previous.tempo" },
    },
  },
  // where it is while it plays is nobody's to compare
  verify: {
    command: "get_timeline",
    expect: Object.fromEntries(
      ["rate", "start", "end", "range", "loop", "tempo"].map((name) => [`/${name}`, { $ref: `result.${name}` }]),
    ),
  },
  phrases: [
    { say: "(play|start|run) [the] (timeline|project)", args: { playing: true } },
    { say: "(stop|pause|halt) [the] (timeline|project)", args: { playing: false } },
    { say: "rewind [the] [timeline]", args: { frame: 1 } },
    "(go|jump|move) [the timeline] to frame {frame}",
    "(set|change) [the] frame to {frame}",
    "(set|change) [the] timeline [from] {start} to {end}",
    // a tempo as such is the music's
    "(set|change) [the] (project|timeline) (tempo|bpm) to {tempo} [bpm]",
    "(set|change) [the] frame rate to {rate} [fps]",
  ],
});

const save_project = command({
  summary: "Saves the project under its next number, as TouchDesigner does.",
  args: z.strictObject({}),
  result: z.object({ name: z.string() }),
  undo: "none",
  timeoutMs: 60_000,
  phrases: ["save [the|my] (project|file|toe)", "save [it|everything|my work]"],
});

export const timelineCommands = { get_timeline, set_timeline, save_project };
