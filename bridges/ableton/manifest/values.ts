/** The values that many commands share. Tracks, scenes, clips and devices are addressed by name, or by number from 1, as Live shows them. */
import type { Verification } from "@patchbay/contracts";
import { z } from "zod";

/** Live keeps any text as a name; the pattern needs no `u` flag, so that it means the same as JSON Schema. */
export const LiveName = z.string().min(1).max(200).regex(/^[ -~\u00a0-\uffff]+$/, "a name without control characters");

const number = z.number().int().min(1).max(10_000);

/** A track that exists. */
export const TrackRef = z.union([LiveName, number]).meta({
  slot: "object",
  kinds: ["track"],
  description: "a track: its name, or its number from 1",
});
export type TrackRef = z.infer<typeof TrackRef>;

export const SceneRef = z.union([number, LiveName]).describe("a scene: its number from 1, or its name");
export type SceneRef = z.infer<typeof SceneRef>;

/** A clip of the session: with its track the number of its scene will do, without one its name has to be enough. */
export const ClipRef = z.union([LiveName, number]).meta({
  slot: "object",
  // of a track with one clip, the track's name will do
  kinds: ["clip", "track"],
  description: "a clip: its name, or with a track the number of its scene from 1",
});
export type ClipRef = z.infer<typeof ClipRef>;

export const clipAddress = {
  track: TrackRef.optional().describe("the clip's track; without it the clip's name must be the only one of that name"),
  clip: ClipRef,
};

export const DeviceRef = z.union([number, LiveName]).describe("a device of the track: its number from 1, or its name");
export type DeviceRef = z.infer<typeof DeviceRef>;
export const ParameterRef = z.union([LiveName, number]).describe(
  "a parameter of the device: its name, or its number from 1 (1 is Device On)",
);
export type ParameterRef = z.infer<typeof ParameterRef>;

/** A name for something new, or a new name. */
export const NewName = LiveName.meta({ slot: "name", description: "what it shall be called" });

export const Beats = z.number().min(0).max(100_000).describe("beats (quarter notes)");
export const Position = z.number().min(-100_000).max(100_000).describe("beats from the clip's or the song's beginning");

/** Red, green and blue in 24 bits, as Live keeps colours; it takes the nearest one of its palette. */
export const LiveColor = z.string().regex(/^#[0-9a-fA-F]{6}$/, "#rrggbb").meta({
  slot: "color",
  description: "#rrggbb; Live takes the nearest colour of its palette",
});

/** A fader's position: 0.85 is 0 dB, 1 is +6 dB. */
export const Fader = z.number().min(0).max(1).describe("the fader's position: 0 silent, 0.85 is 0 dB, 1 is +6 dB");
export const Decibels = z.number().min(-70).max(6).describe("decibels; exact from -18 to +6, approximate below");
export const Pan = z.number().min(-1).max(1).describe("-1 left, 0 in the middle, 1 right");

export const Note = z.object({
  pitch: z.number().int().min(0).max(127).describe("MIDI: 60 is C3 in Live"),
  start: Position,
  duration: z.number().positive().max(100_000).describe("beats"),
  velocity: z.number().min(0).max(127).default(100),
  mute: z.boolean().default(false),
});
export type Note = z.output<typeof Note>;
/** What one command may carry. */
export const Notes = z.array(Note).max(2_000);

export const TrackKind = z.enum(["midi track", "audio track", "group track"]);
export type TrackKind = z.infer<typeof TrackKind>;

export const ClipSummary = z.object({
  kind: z.literal("clip"),
  name: z.string().meta({ slot: "object" }),
  scene: z.number().int().describe("the number of its scene, from 1"),
  length: z.number().describe("beats"),
  midi: z.boolean(),
  color: z.string(),
  playing: z.boolean(),
  triggered: z.boolean().describe("it waits for its beat"),
});
export type ClipSummary = z.infer<typeof ClipSummary>;

export const DeviceSummary = z.object({
  number: z.number().int(),
  name: z.string(),
  class_name: z.string().describe("Live's own name of the device: Reverb, OriginalSimpler"),
  type: z.enum(["audio effect", "instrument", "midi effect", "other"]),
});
export type DeviceSummary = z.infer<typeof DeviceSummary>;

export const TrackSummary = z.object({
  kind: TrackKind,
  name: z.string().meta({ slot: "object" }),
  number: z.number().int(),
  color: z.string(),
  volume: z.number(),
  volume_db: z.number().nullable().describe("null for silence"),
  pan: z.number(),
  mute: z.boolean(),
  solo: z.boolean(),
  arm: z.boolean().nullable().describe("null where it cannot be armed"),
  sends: z.array(z.number()),
  clips: z.array(ClipSummary),
  devices: z.array(DeviceSummary),
});
export type TrackSummary = z.infer<typeof TrackSummary>;

export const SceneSummary = z.object({ number: z.number().int(), name: z.string() });
export type SceneSummary = z.infer<typeof SceneSummary>;

export const Locator = z.object({ number: z.number().int(), name: z.string(), time: z.number().describe("beats") });
export type Locator = z.infer<typeof Locator>;

/** Reads a track back: what there is of a change to it. @param expect by pointers into `get_track`'s result */
export const trackReads = (expect: Verification["expect"]): Verification => ({
  command: "get_track",
  args: { track: { $ref: "result.number" } },
  expect,
});
/** The same of a clip, by pointers into `get_clip`'s result. */
export const clipReads = (expect: Verification["expect"]): Verification => ({
  command: "get_clip",
  args: { track: { $ref: "result.track" }, clip: { $ref: "result.scene" } },
  expect,
});
export const transportReads = (expect: Verification["expect"]): Verification => ({ command: "get_transport", expect });

/** Where a change was made to one track, and what was before. */
export const onTrack = <T extends z.ZodType>(value: T) =>
  z.object({ track: z.string(), number: z.number().int(), value, previous: value });
/** The same for the whole song. */
export const changed = <T extends z.ZodType>(value: T) => z.object({ value, previous: value });
export const ClipPlace = z.object({
  name: z.string().meta({ slot: "object" }),
  track: z.number().int(),
  scene: z.number().int(),
});
export const onClip = <T extends z.ZodType>(value: T) => ClipPlace.extend({ value, previous: value });
/** A track as what is made or copied is answered; later parts of an instruction speak of it by its name. */
export const TrackPlace = z.object({ name: z.string().meta({ slot: "object" }), number: z.number().int() });

/** The words that begin a request to make something. */
export const MAKE = "(add|create|make|insert) [a|an|the|another|one]";
