/** Clips of the session: make, launch, name, loop, warp. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import {
  clipAddress,
  ClipPlace,
  clipReads,
  ClipSummary,
  LiveColor,
  MAKE,
  NewName,
  onClip,
  Position,
  SceneRef,
  TrackRef,
} from "./values.ts";

/** The inverse that gives a clip its previous value back. */
const before = (command: string, argument: string) => ({
  command,
  args: {
    track: { $ref: "result.track" },
    clip: { $ref: "result.scene" },
    [argument]: { $ref: "result.previous" },
  },
});
const at = { track: { $ref: "result.track" }, clip: { $ref: "result.scene" } };

const list_clips = query({
  summary: "Lists the clips of one track, or of all.",
  args: z.strictObject({ track: TrackRef.optional() }),
  result: z.object({ clips: z.array(ClipSummary.extend({ track: z.number().int(), track_name: z.string() })) }),
  phrases: ["(list|show) [all] [the] clips", "(list|show) [the] clips (of|on) [the] [track] {track}"],
});

const LAUNCH_MODES = ["trigger", "gate", "toggle", "repeat"] as const;
export const WARP_MODES = ["beats", "tones", "texture", "re-pitch", "complex", "rex", "complex pro"] as const;
export const LAUNCH_MODE_NAMES = LAUNCH_MODES;

const Loop = z.object({ looping: z.boolean(), start: z.number(), end: z.number() });

export const ClipDetails = ClipSummary.extend({
  track: z.number().int(),
  track_name: z.string(),
  muted: z.boolean(),
  loop: Loop,
  start_marker: z.number(),
  end_marker: z.number(),
  gain: z.number().nullable().describe("audio clips only: 0 to 1"),
  warping: z.boolean().nullable().describe("audio clips only"),
  warp_mode: z.enum(WARP_MODES).nullable(),
  pitch: z.object({ semitones: z.number(), cents: z.number() }).nullable().describe("audio clips only"),
  launch_mode: z.enum(LAUNCH_MODES),
  launch_quantization: z.number().int(),
  legato: z.boolean(),
  velocity_amount: z.number(),
  file: z.string().nullable().describe("the name of an audio clip's file"),
});

const get_clip = query({
  summary: "Tells everything about one clip but its notes.",
  args: z.strictObject(clipAddress),
  result: ClipDetails,
  phrases: ["(show|describe) [the] clip {clip} [(on|of) [the] [track] {track}]"],
});

const create_clip = command({
  summary: "Makes an empty MIDI clip in an empty slot.",
  args: z.strictObject({
    track: TrackRef,
    scene: SceneRef.optional().describe("else the first empty slot of the track; a scene is added where there is none"),
    length: z.number().min(0.25).max(10_000).default(4).describe("beats"),
    name: NewName.optional().describe("else the track's name and the scene's number"),
    color: LiveColor.optional(),
  }),
  result: ClipPlace.extend({ length: z.number() }),
  verify: clipReads({ "/name": { $ref: "result.name" }, "/length": { $ref: "result.length" } }),
  undo: { command: "delete_clip", args: at },
  phrases: [
    `${MAKE} [new] [empty] [midi] clip [(named|called) {name}] (on|in|to) [the] [track] {track} [in scene {scene}]`,
    `${MAKE} [new] [empty] {length} beat [midi] clip [(named|called) {name}] (on|in|to) [the] [track] {track}`,
    `${MAKE} [new] [empty] [midi] clip (on|in|to) [the] [track] {track} (named|called) {name}`,
  ],
});

const fire_clip = command({
  summary: "Fires a clip: it starts at the next launch beat, and the song with it.",
  args: z.strictObject(clipAddress),
  result: ClipPlace,
  undo: { command: "stop_clip", args: at },
  phrases: [
    "(fire|launch|trigger|play|start) [the] clip {clip} [(on|of) [the] [track] {track}]",
    "(fire|launch|trigger|play|start) [the] {clip} clip",
    "(fire|launch|trigger) {clip}",
  ],
});

const stop_clip = command({
  summary: "Stops a clip.",
  args: z.strictObject(clipAddress),
  result: ClipPlace,
  idempotent: true,
  undo: "none",
  phrases: ["stop [the] clip {clip} [(on|of) [the] [track] {track}]", "stop [the] {clip} clip"],
});

const delete_clip = command({
  summary: "Deletes a clip.",
  args: z.strictObject(clipAddress),
  result: ClipPlace,
  effect: "destructive",
  undo: "app",
  phrases: [
    "(delete|remove) [the] clip {clip} [(on|of) [the] [track] {track}]",
    "(delete|remove) [the] {clip} clip",
  ],
});

const duplicate_clip = command({
  summary: "Copies a clip into another slot; what is there is replaced only where that is asked for.",
  args: z.strictObject({
    ...clipAddress,
    to_track: TrackRef.optional().describe("else its own"),
    to_scene: SceneRef.optional().describe("else the first empty slot"),
    replace: z.boolean().default(false),
  }),
  result: ClipPlace,
  verify: clipReads({ "/name": { $ref: "result.name" } }),
  undo: { command: "delete_clip", args: at },
  phrases: [
    "(duplicate|copy) [the] clip {clip} to [the] [track] {to_track}",
    "(duplicate|copy) [the] {clip} clip to scene {to_scene}",
    "(duplicate|copy) [the] {clip} clip",
  ],
});

const double_loop = command({
  summary: "Doubles a MIDI clip's loop with what is in it.",
  args: z.strictObject(clipAddress),
  result: ClipPlace.extend({ length: z.number() }),
  undo: "app",
  phrases: ["double [the] loop of [the] clip {clip}", "double [the] {clip} clip"],
});

const rename_clip = command({
  summary: "Renames a clip.",
  args: z.strictObject({ ...clipAddress, name: NewName }),
  result: onClip(z.string()),
  idempotent: true,
  verify: clipReads({ "/name": { $ref: "args.name" } }),
  undo: before("rename_clip", "name"),
  phrases: ["rename [the] clip {clip} to {name}", "rename [the] {clip} clip to {name}"],
});

const set_clip_color = command({
  summary: "Colours a clip.",
  args: z.strictObject({ ...clipAddress, color: LiveColor }),
  result: onClip(z.string()),
  idempotent: true,
  verify: clipReads({ "/color": { $ref: "result.value" } }),
  undo: before("set_clip_color", "color"),
  phrases: ["(color|colour|paint|make) [the] clip {clip} {color}", "(color|colour|paint) [the] {clip} clip {color}"],
});

const set_clip_loop = command({
  summary: "Turns a clip's loop on or off, and places it.",
  args: z.strictObject({
    ...clipAddress,
    looping: z.boolean().optional(),
    start: Position.optional(),
    end: Position.optional(),
  }),
  result: onClip(Loop),
  idempotent: true,
  verify: clipReads({ "/loop": { $ref: "result.value" } }),
  undo: {
    command: "set_clip_loop",
    args: {
      ...at,
      looping: { $ref: "result.previous.looping" },
      start: { $ref: "result.previous.start" },
      end: { $ref: "result.previous.end" },
    },
  },
  phrases: [
    { say: "loop [the] clip {clip}", args: { looping: true } },
    { say: "(stop looping|unloop) [the] clip {clip}", args: { looping: false } },
    { say: "loop [the] clip {clip} from {start} to {end}", args: { looping: true } },
  ],
});

const Markers = z.object({ start: z.number(), end: z.number() });

const set_clip_markers = command({
  summary: "Places a clip's start and end markers.",
  args: z.strictObject({ ...clipAddress, start: Position.optional(), end: Position.optional() }),
  result: onClip(Markers),
  idempotent: true,
  verify: clipReads({ "/start_marker": { $ref: "result.value.start" }, "/end_marker": { $ref: "result.value.end" } }),
  undo: {
    command: "set_clip_markers",
    args: { ...at, start: { $ref: "result.previous.start" }, end: { $ref: "result.previous.end" } },
  },
  phrases: ["set [the] start of [the] clip {clip} to {start}"],
});

const mute_clip = command({
  summary: "Deactivates a clip, or activates it again.",
  args: z.strictObject({ ...clipAddress, muted: z.boolean().default(true) }),
  result: onClip(z.boolean()),
  idempotent: true,
  verify: clipReads({ "/muted": { $ref: "args.muted" } }),
  undo: before("mute_clip", "muted"),
  phrases: [
    { say: "(mute|deactivate) [the] clip {clip}", args: { muted: true } },
    { say: "(unmute|activate) [the] clip {clip}", args: { muted: false } },
  ],
});

const set_clip_gain = command({
  summary: "Sets an audio clip's gain.",
  args: z.strictObject({ ...clipAddress, gain: z.number().min(0).max(1).describe("0.4 is 0 dB") }),
  result: onClip(z.number()),
  idempotent: true,
  verify: clipReads({ "/gain": { $ref: "result.value" } }),
  undo: before("set_clip_gain", "gain"),
  phrases: ["set [the] gain of [the] clip {clip} to {gain}"],
});

const Warp = z.object({ warping: z.boolean(), mode: z.enum(WARP_MODES) });

const set_clip_warp = command({
  summary: "Sets whether and how an audio clip follows the tempo.",
  args: z.strictObject({ ...clipAddress, warping: z.boolean().optional(), mode: z.enum(WARP_MODES).optional() }),
  result: onClip(Warp),
  idempotent: true,
  verify: clipReads({ "/warping": { $ref: "result.value.warping" }, "/warp_mode": { $ref: "result.value.mode" } }),
  undo: {
    command: "set_clip_warp",
    args: { ...at, warping: { $ref: "result.previous.warping" }, mode: { $ref: "result.previous.mode" } },
  },
  phrases: [
    { say: "warp [the] clip {clip}", args: { warping: true } },
    { say: "(unwarp|stop warping) [the] clip {clip}", args: { warping: false } },
    "set [the] warp mode of [the] clip {clip} to {mode}",
  ],
});

const Pitch = z.object({ semitones: z.number(), cents: z.number() });

const set_clip_pitch = command({
  summary: "Transposes an audio clip.",
  args: z.strictObject({
    ...clipAddress,
    semitones: z.number().int().min(-48).max(48).optional(),
    cents: z.number().min(-50).max(49).optional(),
  }),
  result: onClip(Pitch),
  idempotent: true,
  verify: clipReads({ "/pitch": { $ref: "result.value" } }),
  undo: {
    command: "set_clip_pitch",
    args: { ...at, semitones: { $ref: "result.previous.semitones" }, cents: { $ref: "result.previous.cents" } },
  },
  phrases: ["(transpose|pitch) [the] clip {clip} by {semitones} [semitones]"],
});

const Launch = z.object({ mode: z.enum(LAUNCH_MODES), legato: z.boolean(), velocity_amount: z.number() });

const set_clip_launch = command({
  summary: "Sets how a clip is launched.",
  args: z.strictObject({
    ...clipAddress,
    mode: z.enum(LAUNCH_MODES).optional(),
    legato: z.boolean().optional(),
    velocity_amount: z.number().min(0).max(1).optional(),
  }),
  result: onClip(Launch),
  idempotent: true,
  verify: clipReads({ "/launch_mode": { $ref: "result.value.mode" }, "/legato": { $ref: "result.value.legato" } }),
  undo: {
    command: "set_clip_launch",
    args: {
      ...at,
      mode: { $ref: "result.previous.mode" },
      legato: { $ref: "result.previous.legato" },
      velocity_amount: { $ref: "result.previous.velocity_amount" },
    },
  },
  phrases: ["set [the] launch mode of [the] clip {clip} to {mode}"],
});

export const clipCommands = {
  list_clips,
  get_clip,
  create_clip,
  fire_clip,
  stop_clip,
  delete_clip,
  duplicate_clip,
  double_loop,
  rename_clip,
  set_clip_color,
  set_clip_loop,
  set_clip_markers,
  mute_clip,
  set_clip_gain,
  set_clip_warp,
  set_clip_pitch,
  set_clip_launch,
};
