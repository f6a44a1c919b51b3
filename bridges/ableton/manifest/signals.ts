/** What happens in Live, what moves in it, and what it looks like. */
import { z } from "zod";
import { TransportState } from "./transport.ts";
import { Locator, SceneSummary, TrackSummary } from "./values.ts";

const Where = z.object({ track: z.string(), number: z.number().int(), scene: z.number().int(), clip: z.string() });

export const events = {
  playback_started: { summary: "Live plays.", schema: z.object({ song_time: z.number() }) },
  playback_stopped: { summary: "Live has stopped.", schema: z.object({ song_time: z.number() }) },
  tempo_changed: { summary: "The tempo is another one.", schema: z.object({ tempo: z.number() }) },
  clip_launched: { summary: "A clip has started to play.", schema: Where },
  clip_stopped: { summary: "A clip has stopped.", schema: Where },
  tracks_changed: {
    summary: "Tracks were added, removed or renamed.",
    schema: z.object({ added: z.array(z.string()), removed: z.array(z.string()), tracks: z.number().int() }),
  },
  scenes_changed: {
    summary: "Scenes were added, removed or renamed.",
    schema: z.object({ scenes: z.number().int(), names: z.array(z.string()) }),
  },
  clips_changed: {
    summary: "Clips were added, removed or renamed.",
    schema: z.object({ tracks: z.array(z.string()).describe("where") }),
  },
  human_edit: {
    summary: "A person changed something in Live.",
    schema: z.object({ objects: z.array(z.string()), action: z.string() }),
  },
  automation_finished: {
    summary: "A ramp that the bridge plays has ended.",
    schema: z.object({ id: z.string(), target: z.string(), status: z.string(), reason: z.string().nullable() }),
  },
  live_started: {
    summary: "AbletonOSC was loaded anew: another set was opened, or Live was started.",
    schema: z.object({}),
  },
  live_error: {
    summary: "AbletonOSC reported an error that belongs to no command.",
    schema: z.object({ message: z.string() }),
  },
  second_sender: {
    summary: "Somebody else asks AbletonOSC on this machine: the last one who asks gets what listeners say.",
    schema: z.object({ address: z.string() }),
  },
};

const Level = z.object({ level: z.number().describe("0 to 1") });

export const channels = {
  beat: { summary: "Each beat, as Live counts them.", schema: z.object({ beat: z.number().int() }), rateHz: 20 },
  tempo: { summary: "The tempo, whenever it changes.", schema: z.object({ bpm: z.number() }), rateHz: 10 },
  song_time: { summary: "The place in the song, in beats.", schema: z.object({ beats: z.number() }), rateHz: 30 },
  track_meters: {
    summary: "The output meters of the first 64 tracks, by the track's name.",
    schema: z.object({ tracks: z.record(z.string(), Level), peak: z.number().describe("the highest of them") }),
    rateHz: 30,
  },
  listened: {
    summary: "The properties that `listen` asked for, by their keys.",
    schema: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
    rateHz: 30,
  },
};

/** The set in short: what is beyond 150 tracks, 600 clips or 300 scenes is counted, and read with `list_tracks` and `list_clips`. */
export const LiveState = z.object({
  transport: TransportState.omit({ song_time: true }),
  tracks: z.array(TrackSummary.extend({ devices: z.array(z.string()) })),
  scenes: z.array(SceneSummary),
  locators: z.array(Locator),
  counts: z.object({ tracks: z.number().int(), clips: z.number().int(), scenes: z.number().int() }),
  midi: z.boolean().describe("whether this machine has MIDI ports"),
  extensions: z.array(z.string()).describe("what it can beyond the published script"),
});
export type LiveState = z.infer<typeof LiveState>;
