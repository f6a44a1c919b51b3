/** The mixer: volume, pan, sends, mute, solo and arm. */
import { command } from "@patchbay/contracts";
import { z } from "zod";
import { Decibels, Fader, onTrack, Pan, trackReads, TrackRef } from "./values.ts";

const one = { track: TrackRef };
const before = (command: string, argument: string) => ({
  command,
  args: { track: { $ref: "result.number" }, [argument]: { $ref: "result.previous" } },
});

const Volume = onTrack(Fader).extend({ db: z.number().nullable().describe("null for silence") });

const set_track_volume = command({
  summary: "Sets a track's volume: the fader's position, or decibels.",
  args: z.strictObject({ ...one, value: Fader.optional(), db: Decibels.optional() }),
  result: Volume,
  idempotent: true,
  verify: trackReads({ "/volume": { $ref: "result.value" } }),
  undo: before("set_track_volume", "value"),
  phrases: [
    "set [the] volume of [the] [track] {track} to {db} (db|decibel|decibels)",
    "set [the] {track}['s] volume to {db} (db|decibel|decibels)",
    "set [the] volume of [the] [track] {track} to {value}",
    "set [the] {track}['s] volume to {value}",
  ],
});

const turn_track = command({
  summary: "Turns a track up or down by decibels.",
  args: z.strictObject({
    ...one,
    direction: z.enum(["up", "down"]).meta({ says: { up: ["louder"], down: ["quieter", "softer"] } }),
    db: z.number().min(0).max(76).default(3).describe("by how many decibels"),
  }),
  result: Volume,
  verify: trackReads({ "/volume": { $ref: "result.value" } }),
  undo: before("set_track_volume", "value"),
  phrases: [
    "turn [the] [track] {track} {direction} [by] {db} [db|decibel|decibels]",
    "turn {direction} [the] [track] {track} [by] {db} [db|decibel|decibels]",
    "turn [the] [track] {track} {direction}",
    "turn {direction} [the] [track] {track}",
    "make [the] [track] {track} {direction}",
    { say: "make [the] [track] {track} {db} db louder", args: { direction: "up" } },
    { say: "make [the] [track] {track} {db} db quieter", args: { direction: "down" } },
  ],
});

const set_track_pan = command({
  summary: "Places a track between left and right.",
  args: z.strictObject({ ...one, pan: Pan }),
  result: onTrack(Pan),
  idempotent: true,
  verify: trackReads({ "/pan": { $ref: "result.value" } }),
  undo: before("set_track_pan", "pan"),
  phrases: [
    "pan [the] [track] {track} to {pan}",
    { say: "pan [the] [track] {track} [hard|fully|all the way] [to the] left", args: { pan: -1 } },
    { say: "pan [the] [track] {track} [hard|fully|all the way] [to the] right", args: { pan: 1 } },
    { say: "(center|centre) [the] [track] {track}", args: { pan: 0 } },
  ],
});

const set_send = command({
  summary: "Sets how much of a track goes to a return track.",
  args: z.strictObject({
    ...one,
    send: z.number().int().min(1).max(12).describe("the number of the send: 1 is A"),
    value: z.number().min(0).max(1),
  }),
  result: onTrack(z.number()).extend({ send: z.number().int() }),
  idempotent: true,
  undo: {
    command: "set_send",
    args: {
      track: { $ref: "result.number" },
      send: { $ref: "result.send" },
      value: { $ref: "result.previous" },
    },
  },
  phrases: [
    "set send {send} of [the] [track] {track} to {value}",
    { say: "set send a of [the] [track] {track} to {value}", args: { send: 1 } },
    { say: "set send b of [the] [track] {track} to {value}", args: { send: 2 } },
  ],
});

const mute_track = command({
  summary: "Mutes a track, or lets it be heard again.",
  args: z.strictObject({ ...one, mute: z.boolean().default(true) }),
  result: onTrack(z.boolean()),
  idempotent: true,
  verify: trackReads({ "/mute": { $ref: "args.mute" } }),
  undo: before("mute_track", "mute"),
  phrases: [
    { say: "mute [the] track {track}", args: { mute: true } },
    { say: "mute [the] {track} [track]", args: { mute: true } },
    { say: "unmute [the] track {track}", args: { mute: false } },
    { say: "unmute [the] {track} [track]", args: { mute: false } },
  ],
});

const solo_track = command({
  summary: "Solos a track, or ends that; the others keep their own solo.",
  args: z.strictObject({ ...one, solo: z.boolean().default(true) }),
  result: onTrack(z.boolean()),
  idempotent: true,
  verify: trackReads({ "/solo": { $ref: "args.solo" } }),
  undo: before("solo_track", "solo"),
  phrases: [
    { say: "solo [the] [track] {track}", args: { solo: true } },
    { say: "unsolo [the] [track] {track}", args: { solo: false } },
  ],
});

const arm_track = command({
  summary: "Arms a track for recording, or disarms it.",
  args: z.strictObject({ ...one, arm: z.boolean().default(true) }),
  result: onTrack(z.boolean()),
  idempotent: true,
  verify: trackReads({ "/arm": { $ref: "args.arm" } }),
  undo: before("arm_track", "arm"),
  phrases: [
    { say: "arm [the] [track] {track} [for recording]", args: { arm: true } },
    { say: "disarm [the] [track] {track}", args: { arm: false } },
  ],
});

export const mixerCommands = {
  set_track_volume,
  turn_track,
  set_track_pan,
  set_send,
  mute_track,
  solo_track,
  arm_track,
};
