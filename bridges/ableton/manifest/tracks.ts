/** Tracks: make, name, remove, and how they are routed. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { LiveColor, MAKE, NewName, onTrack, TrackPlace, trackReads, TrackRef, TrackSummary } from "./values.ts";

const one = { track: TrackRef };
const none = z.strictObject({});

/** The inverse that gives the previous value back to a track. */
const before = (command: string, argument: string) => ({
  command,
  args: { track: { $ref: "result.number" }, [argument]: { $ref: "result.previous" } },
});

const list_tracks = query({
  summary: "Lists the tracks with their mixer, clips and devices.",
  args: none,
  result: z.object({ tracks: z.array(TrackSummary) }),
  phrases: ["(list|show) [me] [all] [the] tracks", "what tracks (are there|do I have)"],
});

export const TrackDetails = TrackSummary.extend({
  can_be_armed: z.boolean(),
  monitoring: z.enum(["in", "auto", "off"]).nullable(),
  grouped: z.boolean(),
  folded: z.boolean().nullable().describe("null where it is no group"),
  playing_scene: z.number().int().nullable().describe("the number of the scene whose clip plays"),
  meter: z.object({ left: z.number(), right: z.number() }).nullable(),
  arrangement_clips: z.array(z.object({ name: z.string(), start: z.number(), length: z.number() })).max(500),
});

const get_track = query({
  summary: "Tells everything about one track.",
  args: z.strictObject(one),
  result: TrackDetails,
  phrases: ["(show|describe) [the] track {track}", "(show|describe) [the] {track} track"],
});

const create_track = command({
  summary: "Adds a MIDI, audio or return track; a return track is only known by its send, and keeps Live's name.",
  args: z.strictObject({
    kind: z.enum(["midi", "audio", "return"]).default("midi").meta({ says: { midi: ["instrument"] } }),
    name: NewName.optional(),
    color: LiveColor.optional(),
    number: z.number().int().min(1).max(1_000).optional().describe("where it goes; else behind the last one"),
  }),
  result: TrackPlace.extend({
    number: z.number().int().describe("of the track, or of the send that a return track gave"),
    kind: z.enum(["midi", "audio", "return"]),
  }),
  undo: { command: "delete_track", args: { track: { $ref: "result.number" }, kind: { $ref: "result.kind" } } },
  phrases: [
    `${MAKE} [new] [{color}] {kind} track [(named|called) {name}]`,
    `${MAKE} [new] track [(named|called) {name}]`,
    { say: `${MAKE} [new] bass track`, args: { kind: "midi", name: "Bass" } },
    { say: `${MAKE} [new] drum track`, args: { kind: "midi", name: "Drums" } },
  ],
});

const delete_track = command({
  summary: "Deletes a track, a group with all that is in it, or a return track by the number of its send.",
  args: z.strictObject({ track: TrackRef, kind: z.enum(["midi", "audio", "return"]).optional() }),
  result: z.object({ name: z.string(), number: z.number().int() }),
  effect: "destructive",
  undo: "app",
  phrases: ["(delete|remove) [the] track {track}", "(delete|remove) [the] {track} track", "(delete|remove) {track}"],
});

const duplicate_track = command({
  summary: "Duplicates a track, a group with all that is in it; the copy follows it.",
  args: z.strictObject(one),
  result: TrackPlace,
  verify: trackReads({ "/name": { $ref: "result.name" } }),
  undo: { command: "delete_track", args: { track: { $ref: "result.number" } } },
  phrases: ["(duplicate|copy|double) [the] track {track}", "(duplicate|copy) [the] {track} track"],
});

const rename_track = command({
  summary: "Renames a track.",
  args: z.strictObject({ ...one, name: NewName }),
  result: onTrack(z.string()),
  idempotent: true,
  verify: trackReads({ "/name": { $ref: "args.name" } }),
  undo: before("rename_track", "name"),
  phrases: [
    "rename [the] track {track} to {name}",
    "rename [the] {track} track to {name}",
    "call [the] track {track} {name}",
  ],
});

const set_track_color = command({
  summary: "Colours a track.",
  args: z.strictObject({ ...one, color: LiveColor }),
  result: onTrack(z.string()),
  idempotent: true,
  verify: trackReads({ "/color": { $ref: "result.value" } }),
  undo: before("set_track_color", "color"),
  phrases: ["(color|colour|paint|make) [the] track {track} {color}", "(color|colour|paint|make) [the] {track} {color}"],
});

const fold_track = command({
  summary: "Folds or unfolds a group track.",
  args: z.strictObject({ ...one, folded: z.boolean() }),
  result: onTrack(z.boolean()),
  idempotent: true,
  verify: trackReads({ "/folded": { $ref: "args.folded" } }),
  undo: before("fold_track", "folded"),
  phrases: [
    { say: "fold [the] [group|track] {track}", args: { folded: true } },
    { say: "unfold [the] [group|track] {track}", args: { folded: false } },
  ],
});

export const MONITORING = ["in", "auto", "off"] as const;

const set_monitoring = command({
  summary: "Sets whether a track lets its input be heard.",
  args: z.strictObject({ ...one, monitoring: z.enum(MONITORING) }),
  result: onTrack(z.enum(MONITORING)),
  idempotent: true,
  verify: trackReads({ "/monitoring": { $ref: "args.monitoring" } }),
  undo: before("set_monitoring", "monitoring"),
  phrases: ["set [the] monitoring of [the] [track] {track} to {monitoring}"],
});

const stop_track = command({
  summary: "Stops the clips of a track.",
  args: z.strictObject(one),
  result: z.object({ track: z.string(), number: z.number().int() }),
  idempotent: true,
  undo: "none",
  phrases: ["stop [the] track {track}", "stop [the] {track} track"],
});

const Side = z.object({ type: z.string(), channel: z.string() });
export const Routing = z.object({
  track: z.string(),
  number: z.number().int(),
  input: Side,
  output: Side,
  available: z.object({
    input_types: z.array(z.string()),
    input_channels: z.array(z.string()),
    output_types: z.array(z.string()),
    output_channels: z.array(z.string()),
  }),
});

const get_routing = query({
  summary: "Tells where a track's signal comes from and goes to, and what there is to choose from.",
  args: z.strictObject(one),
  result: Routing,
  phrases: ["(show|describe) [the] routing of [the] [track] {track}"],
});

/** May be empty: not every type has channels to choose from. */
const RoutingValue = z.string().max(200);
const Chosen = z.object({
  input_type: z.string(),
  input_channel: z.string(),
  output_type: z.string(),
  output_channel: z.string(),
});

const set_routing = command({
  summary: "Sets where a track's signal comes from or goes to, by the names that Live shows.",
  args: z.strictObject({
    ...one,
    input_type: RoutingValue.optional(),
    input_channel: RoutingValue.optional(),
    output_type: RoutingValue.optional(),
    output_channel: RoutingValue.optional(),
  }),
  result: Chosen.extend({ track: z.string(), number: z.number().int(), previous: Chosen }),
  idempotent: true,
  undo: {
    command: "set_routing",
    args: {
      track: { $ref: "result.number" },
      input_type: { $ref: "result.previous.input_type" },
      input_channel: { $ref: "result.previous.input_channel" },
      output_type: { $ref: "result.previous.output_type" },
      output_channel: { $ref: "result.previous.output_channel" },
    },
  },
  phrases: ["route [the] [track] {track} to {output_type}"],
});

export const trackCommands = {
  list_tracks,
  get_track,
  create_track,
  delete_track,
  duplicate_track,
  rename_track,
  set_track_color,
  fold_track,
  set_monitoring,
  stop_track,
  get_routing,
  set_routing,
};
