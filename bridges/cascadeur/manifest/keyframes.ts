/** Keyframes and what is between them. A key belongs to a whole track: all objects of the track have it. */
import { command, query } from "@patchbay/contracts";
import { z } from "zod";
import { Frame, Frames, Interpolation, ObjectName, placement, Position, Rotation, Space, where } from "./values.ts";

const Interval = z.object({
  start: z.number().int(),
  end: z.number().int().nullable().describe("the next key; null behind the last"),
  interpolation: z.string(),
  contact: z.string().describe("fulcrum: planted; free"),
  ik_fk: z.string(),
});

const Key = z.object({
  object: ObjectName,
  track: z.string(),
  frame: z.number().int(),
  keys: z.array(z.number().int()).describe("all keys of the track"),
  exact: z.boolean().describe(
    "whether the values that were read back are the ones that were wanted: a rig may hold back",
  ),
  ...placement,
});

const KeyedTracks = z.object({
  frames: z.array(z.number().int()),
  tracks: z.array(z.object({ track: z.string(), keys: z.array(z.number().int()) })),
});

const values = {
  position: Position.optional(),
  rotation: Rotation.optional(),
  space: Space.default("global"),
};

const get_keyframes = query({
  summary: "Lists keys and the intervals between them, with their interpolation.",
  args: z.strictObject({ ...where, start: Frame.default(0), end: Frame.default(100_000) }),
  result: z.object({
    tracks: z.array(z.object({ track: z.string(), keys: z.array(z.number().int()), intervals: z.array(Interval) })),
  }),
  phrases: ["(list|show|get) [the] (keys|keyframes) [(of|for) {objects}]"],
});

const get_pose = query({
  summary: "Says where objects are at a frame; all controllers, unless some are named.",
  args: z.strictObject({
    objects: z.array(ObjectName).max(200).default([]),
    frame: Frame.optional().describe("else the current frame"),
  }),
  result: z.object({ frame: z.number().int(), objects: z.array(z.object({ name: z.string(), ...placement })) }),
  phrases: ["(get|show|read) [the] pose [at frame {frame}]"],
});

const set_keyframe = command({
  summary: "Sets a key on an object's track, and moves the object there where a position or rotation is given.",
  args: z.strictObject({
    object: ObjectName,
    frame: Frame.optional().describe("else the current frame"),
    ...values,
    interpolation: Interpolation.default("bezier").describe("how it goes on to the next key"),
  }),
  result: Key,
  idempotent: true,
  verify: {
    command: "get_object",
    args: { object: { $ref: "result.object" }, frame: { $ref: "result.frame" } },
    expect: { "/keys": { $ref: "result.keys" }, "/global_position": { $ref: "result.global_position" } },
    // centimetres: a rig may settle a little after it was read
    tolerance: 1e-3,
  },
  phrases: [
    "(set|add|insert|put|make) [a] (key|keyframe) (for|on|of) {object} [(at|on) [frame] {frame}]",
    "(key|keyframe) {object} [(at|on) [frame] {frame}]",
    "(move|put|place) {object} to {position} (at|on|by) frame {frame}",
    "(at|on) frame {frame} (move|put|place) {object} (to|at) {position}",
    "(rotate|turn) {object} to {rotation} (at|on|by) frame {frame}",
  ],
});

const set_keyframes = command({
  summary: "Sets many keys with values as one undo step.",
  args: z.strictObject({
    keyframes: z.array(z.strictObject({ object: ObjectName, frame: Frame, ...values })).min(1).max(2000),
    interpolation: Interpolation.default("bezier"),
  }),
  result: z.object({ keyframes: z.array(Key) }),
  idempotent: true,
  timeoutMs: 60_000,
});

const add_keyframes = command({
  summary: "Makes the pose at some frames a key, on some tracks or on all.",
  args: z.strictObject({ frames: Frames, ...where }),
  result: KeyedTracks,
  idempotent: true,
  timeoutMs: 60_000,
  phrases: ["(set|add|insert) [a] (key|keyframe|keys|keyframes) (for|on) (everything|all tracks) at [frame] {frames}"],
});

const remove_keyframes = command({
  summary: "Removes keys, from some tracks or from all. The key at frame 0 stays.",
  args: z.strictObject({ frames: Frames, ...where }),
  result: KeyedTracks,
  effect: "destructive",
  idempotent: true,
  timeoutMs: 60_000,
  phrases: [
    "(remove|delete) [the] (key|keyframe|keys|keyframes) (of|for|on) {objects} at [frame] {frames}",
    "(remove|delete) [the] (key|keyframe|keys|keyframes) at [frame] {frames}",
  ],
});

const set_interpolation = command({
  summary: "Sets how it goes from key to key: of every interval that begins between two frames.",
  args: z.strictObject({
    interpolation: Interpolation,
    start: Frame.default(0),
    end: Frame.default(100_000),
    ...where,
  }),
  result: z.object({
    interpolation: z.string(),
    tracks: z.array(z.object({ track: z.string(), keys: z.array(z.number().int()) })),
  }),
  idempotent: true,
  phrases: [
    "(set|change) [the] interpolation [of {objects}] to {interpolation}",
    "make [the] interpolation [of {objects}] {interpolation}",
    "use {interpolation} interpolation [from [frame] {start} to [frame] {end}]",
  ],
});

const set_contact = command({
  summary: "Says that a track's parts stand on the ground from the keys between two frames on, or are free again.",
  args: z.strictObject({ state: z.enum(["fulcrum", "free"]), start: Frame, end: Frame, ...where }),
  result: z.object({
    state: z.string(),
    tracks: z.array(z.object({ track: z.string(), keys: z.array(z.number().int()) })),
  }),
  idempotent: true,
  phrases: [
    { say: "plant {objects} from [frame] {start} to [frame] {end}", args: { state: "fulcrum" } },
    { say: "(free|release) {objects} from [frame] {start} to [frame] {end}", args: { state: "free" } },
  ],
});

export const keyframeCommands = {
  get_keyframes,
  get_pose,
  set_keyframe,
  set_keyframes,
  add_keyframes,
  remove_keyframes,
  set_interpolation,
  set_contact,
};
