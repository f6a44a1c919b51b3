/** Animation: keyframes and the timeline. */
import { command } from "@patchbay/contracts";
import { z } from "zod";
import { Frame, Location, ObjectName, PREVIOUS, Previous, Rotation, Scale, Vector } from "./values.ts";

export const Interpolation = z.enum(["constant", "linear", "bezier"]);

/** What can be animated. */
export const AnimatedProperty = z.enum([
  "location",
  "rotation",
  "scale",
  "color",
  "energy",
  "focal_length",
  "visible",
]);
export type AnimatedProperty = z.infer<typeof AnimatedProperty>;

/** Three numbers for a vector or a colour, one for energy and focal length, true or false for visibility. */
export const KeyframeValue = z.union([Vector, z.number().min(-1e9).max(1e9), z.boolean()]);

const PlaceProperty = z.enum(["location", "rotation", "scale"]);

const Animated = z.object({
  name: ObjectName,
  keyframes: z.array(z.number()).describe("every frame of the object that has a keyframe"),
});

const insert_keyframe = command({
  summary:
    "Sets keyframes of an object's location, rotation and scale at a frame; values that are given are set there.",
  args: z.strictObject({
    object: ObjectName,
    frame: Frame.optional().describe("a frame number; else the current frame"),
    property: PlaceProperty.optional().describe("the one to key as it is; else those with a value, else all three"),
    location: Location.optional(),
    rotation: Rotation.optional(),
    scale: Scale.optional(),
    interpolation: Interpolation.default("bezier").describe("how it goes on to the next keyframe"),
  }),
  result: Animated,
  idempotent: true,
  phrases: [
    "keyframe {object} [at frame {frame}]",
    "(insert|add|set|put) [a|the] keyframe (for|on|of) {object} [at frame {frame}]",
    "(insert|add|set) [a|the] {property} keyframe (for|on|of) {object} [at frame {frame}]",
    "keyframe [the] {property} of {object} [at frame {frame}]",
    "(key|animate|move) {object} to {location} (at|by|on) frame {frame}",
    "(at|on) frame {frame} (move|put|place) {object} (to|at) {location}",
    "keyframe {object} ['s] {property} [at frame {frame}]",
    "key [the] {property} of {object} [at frame {frame}]",
    "(insert|add|set|put) [a|the] keyframe [at frame {frame}]",
    "(animate|rotate|turn) {object} to rotation {rotation} (at|by|on) frame {frame}",
    "(animate|scale) {object} to scale {scale} (at|by|on) frame {frame}",
  ],
});

const animate_object = command({
  summary: "Animates an object's location, rotation or scale from one value to another, with two keyframes.",
  args: z.strictObject({
    object: ObjectName,
    property: PlaceProperty.default("location"),
    from: Vector.optional().describe("else the value that it has now"),
    to: Vector,
    start: Frame.optional().describe("else the first frame of the timeline"),
    end: Frame.optional().describe("else the last frame of the timeline"),
    interpolation: Interpolation.default("bezier"),
  }),
  result: Animated,
  idempotent: true,
  phrases: [
    "animate {object} [from {from}] to {to} [(from|over|in|between) [frame|frames] {start} (to|and|-) {end}]",
    "animate [the] {property} of {object} [from {from}] to {to} [(from|over|in|between) [frame|frames] {start} (to|and|-) {end}]",
    "(move|slide) {object} from {from} to {to} [(from|over|in|between) [frame|frames] {start} (to|and|-) {end}]",
    "(animate|move|slide) {object} [moving|going] [from {from}] to {to} (over|in|within) {end} frames",
    {
      say: "(spin|rotate|turn) {object} [once] (over|in|within) {end} frames",
      args: { property: "rotation", from: [0, 0, 0], to: [0, 0, 360], interpolation: "linear" },
    },
    {
      say: "(let|make) {object} (spin|rotate|turn)",
      args: { property: "rotation", from: [0, 0, 0], to: [0, 0, 360], interpolation: "linear" },
    },
    {
      say: "(spin|rotate|turn) {object} [by] 360 [degrees] [(over|in|within) {end} frames]",
      args: { property: "rotation", from: [0, 0, 0], to: [0, 0, 360], interpolation: "linear" },
    },
    { say: "(spin|rotate|turn) {object} once", args: { property: "rotation", from: [0, 0, 0], to: [0, 0, 360] } },
    {
      say: "spin {object} [(from|over|in|between) [frame|frames] {start} (to|and|-) {end}]",
      args: { property: "rotation", from: [0, 0, 0], to: [0, 0, 360], interpolation: "linear" },
    },
  ],
});

const set_keyframes = command({
  summary: "Sets many keyframes of many properties and objects at once, in one undo step.",
  args: z.strictObject({
    tracks: z.array(z.strictObject({
      object: ObjectName,
      property: AnimatedProperty,
      interpolation: Interpolation.default("bezier"),
      keyframes: z.array(z.strictObject({ frame: Frame, value: KeyframeValue })).min(1).max(10_000),
    })).min(1).max(1000),
    replace: z.boolean().default(false).describe("whether earlier keyframes of these properties are removed first"),
  }),
  result: z.object({ objects: z.array(Animated), keyframes: z.number().int().describe("how many were set") }),
  idempotent: true,
  timeoutMs: 60_000,
});

const clear_animation = command({
  summary: "Removes the keyframes of an object, or of every object; things stay as they are now.",
  args: z.strictObject({
    object: ObjectName.optional(),
    property: AnimatedProperty.optional().describe("only this one"),
  }),
  result: z.object({ objects: z.array(ObjectName).describe("the objects that lost keyframes") }),
  effect: "destructive",
  idempotent: true,
  phrases: [
    "(clear|remove|delete|stop) [the] (animation|keyframes) (of|from|on) {object}",
    "(clear|remove|delete) [the] {property} (animation|keyframes) (of|from|on) {object}",
    "(clear|remove|delete) (all|every) (animation|animations|keyframes|keyframe)",
  ],
});

export const Timeline = z.object({
  fps: z.number().describe("frames per second"),
  start: z.number().int(),
  end: z.number().int(),
  current: z.number().int(),
});

const set_timeline = command({
  summary: "Sets the frame rate, the frame range and the current frame; what is not named stays as it is.",
  args: z.strictObject({
    fps: z.number().min(1).max(1000).optional(),
    start: Frame.optional(),
    end: Frame.optional(),
    current: Frame.optional(),
  }),
  result: Timeline.extend({ previous: Previous }),
  idempotent: true,
  inverse: { command: "set_timeline", args: PREVIOUS },
  verify: {
    command: "get_scene",
    expect: {
      "/timeline/fps": { $ref: "args.fps" },
      "/timeline/start": { $ref: "args.start" },
      "/timeline/end": { $ref: "args.end" },
    },
  },
  phrases: [
    "(set|change) [the] (frame range|range|timeline|animation) [to|from] [frame|frames] {start} (to|until|-) {end}",
    "make [the] animation {end} frames [long]",
    "(set|change) [the] (length|duration) [of the animation] to {end} frames",
    "(set|change) [the] (start frame|first frame) to {start}",
    "(set|change) [the] (end frame|last frame) to {end}",
    "(set|change) [the] (frame rate|framerate|fps) to {fps} [fps|frames per second]",
    "(go|jump|move) to frame {current}",
    "(set|change) [the] [current] frame to {current}",
  ],
});

export const animationCommands = { insert_keyframe, animate_object, set_keyframes, clear_animation, set_timeline };
